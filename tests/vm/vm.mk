# SPDX-License-Identifier: GPL-2.0
# The lab: an initramfs with the tool, the VMM and the tests; see README.md here.
VM := tests/vm
vm_out := $(O)/vm
vm_lib := $(addprefix $(vm_out)/obj/,vmm/vm.o vmm/check.o guest/access.o witness.o window.o)
vm_tests := s2table stage2 blocks silicon exporter demo as-nobody without-btf fault-cost
vm_bins := $(addprefix $(vm_out)/root/bin/,$(vm_tests) kvmmt kvmmt-top)
vm_cflags := -std=gnu11 -O2 -g -Wall -Wextra $(if $(WERROR),-Werror) -D_GNU_SOURCE -I$(VM) -I$(VM)/vmm -MMD -MP

$(vm_out)/obj/%.o: $(VM)/%.c
	@mkdir -p $(@D)
	$(call msg,CC,$@)
	$(Q)$(ARM64)gcc $(vm_cflags) -c $< -o $@

$(vm_out)/obj/%.o: $(VM)/%.S
	@mkdir -p $(@D)
	$(call msg,AS,$@)
	$(Q)$(ARM64)gcc -I$(VM)/vmm -MMD -MP -c $< -o $@

$(vm_out)/root/bin/s2table: $(addprefix $(vm_out)/obj/,s2table.o s2table_row.o) $(vm_lib)
$(vm_out)/root/bin/stage2: $(vm_out)/obj/stage2.o $(vm_lib)
$(vm_out)/root/bin/blocks: $(vm_out)/obj/blocks.o $(vm_lib)
$(vm_out)/root/bin/silicon: $(vm_out)/obj/silicon.o $(vm_lib)
$(vm_out)/root/bin/exporter: $(vm_out)/obj/exporter.o $(vm_lib)
$(vm_out)/root/bin/demo: $(vm_out)/obj/demo.o $(vm_lib)
$(vm_out)/root/bin/as-nobody: $(vm_out)/obj/as-nobody.o
$(vm_out)/root/bin/without-btf: $(vm_out)/obj/without-btf.o
$(addprefix $(vm_out)/root/bin/,$(vm_tests)):
	@mkdir -p $(@D)
	$(call msg,LD,$@)
	$(Q)$(ARM64)gcc -static $^ -lpthread -o $@

$(vm_out)/root/bin/kvmmt: $(O)/arm64/kvmmt
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(vm_out)/root/bin/kvmmt-top: $(vm_out)/root/bin/kvmmt
	$(Q)ln -sf kvmmt $@

$(vm_out)/root/init: $(VM)/guest/init.c
	@mkdir -p $(@D)
	$(Q)$(ARM64)gcc -O2 -Wall -Wextra -D_GNU_SOURCE -static $< -o $@

$(vm_out)/root.cpio: $(vm_out)/root/init $(vm_bins) $(VM)/libs.sh
	$(call msg,CPIO,$@)
	$(Q)$(VM)/libs.sh $(vm_out)/root $(vm_out)/root/bin/kvmmt
	$(Q)mkdir -p $(vm_out)/root/dev
	$(Q)cd $(vm_out)/root && find . | cpio --quiet -o -H newc >$(abspath $@)

## vm-tests: everything that goes into the lab
vm-tests: $(vm_out)/root.cpio

## check-vm: the tests in the lab, on all kernels and CPUs
check-vm: vm-tests kernel-patched kernel-stock kernel-debug
	@$(VM)/check-vm.sh

demo-vm: vm-tests kernel-patched
	@$(VM)/demo.sh

-include $(wildcard $(vm_out)/obj/*.d $(vm_out)/obj/*/*.d)
.PHONY: vm-tests check-vm demo-vm

$(vm_out)/obj/fault-cost.o: tests/bench/fault-cost.c
	@mkdir -p $(@D)
	$(call msg,CC,$@)
	$(Q)$(ARM64)gcc $(vm_cflags) -c $< -o $@

$(vm_out)/root/bin/fault-cost: $(vm_out)/obj/fault-cost.o $(vm_lib)

## bench: what tracing costs, beside perf and trace-cmd; writes .output/bench.json
bench: vm-tests kernel-patched kernel-notrace
	@tests/bench/bench.sh $(O)

.PHONY: bench
