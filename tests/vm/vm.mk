# SPDX-License-Identifier: GPL-2.0
# The lab: an initramfs with the tool, the VMM and the tests; see README.md here.
VM := tests/vm
vm_out := $(O)/vm
vm_lib := $(addprefix $(vm_out)/obj/,vmm/vm.o vmm/check.o guest/access.o witness.o window.o)
vm_tests := s2table stage2 blocks silicon exporter demo as-nobody without-btf fault-cost storm nested recordings slots
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
$(vm_out)/root/bin/stage2: $(addprefix $(vm_out)/obj/,stage2.o stage2_poison.o stage2_tags.o poison.o) $(vm_lib)
$(vm_out)/root/bin/blocks: $(vm_out)/obj/blocks.o $(vm_lib)
$(vm_out)/root/bin/silicon: $(vm_out)/obj/silicon.o $(vm_lib)
$(vm_out)/root/bin/exporter: $(addprefix $(vm_out)/obj/,exporter.o exporter_scrape.o exporter_guest.o exporter_storm.o exporter_fault.o exporter_journal.o exporter_objects.o exporter_memory.o exporter_hardened.o exporter_vfio.o exporter_systemd.o exporter_soak.o guest/tlbi.o) $(vm_lib)
$(vm_out)/root/bin/demo: $(vm_out)/obj/demo.o $(vm_lib)
$(vm_out)/root/bin/nested: $(addprefix $(vm_out)/obj/,nested.o nested_print.o nested_regs.o nested_tlbi.o nested_walk.o nested_hcr.o nested_host.o nested_moved.o nested_stress.o nested_pull.o nested_fuzz.o nested_bench.o nested_counts.o counter.o nested_running.o nested_races.o nested_pages.o poison.o nested_state.o nested_stage2.o nested_leaf.o nested_at.o nested_vm.o nv.o nv_tables.o l1/image.o) $(vm_lib)
$(vm_out)/root/bin/recordings: $(addprefix $(vm_out)/obj/,recordings.o exporter_scrape.o kvmmt.o) $(vm_lib)
$(vm_out)/root/bin/slots: $(addprefix $(vm_out)/obj/,slots.o kvmmt.o) $(vm_lib)
$(vm_out)/root/bin/as-nobody: $(vm_out)/obj/as-nobody.o
$(vm_out)/root/bin/without-btf: $(vm_out)/obj/without-btf.o
$(addprefix $(vm_out)/root/bin/,$(vm_tests)):
	@mkdir -p $(@D)
	$(call msg,LD,$@)
	$(Q)$(ARM64)gcc -static $^ -lpthread -o $@

# What the exporter's unit lets it do.
$(vm_out)/obj/syscalls.h: systemd/kvmmt-exporter.service $(VM)/syscalls.sh
	@mkdir -p $(@D)
	$(Q)$(VM)/syscalls.sh $< >$@
$(vm_out)/obj/exporter_hardened.o: $(vm_out)/obj/syscalls.h
$(vm_out)/obj/exporter_hardened.o: vm_cflags += -I$(vm_out)/obj

# The guest hypervisor: no libraries, where l1.lds puts it, as bytes in the VMM.
l1_cflags := -std=gnu11 -O2 -Wall -Wextra $(if $(WERROR),-Werror) -ffreestanding -mstrict-align \
	-mgeneral-regs-only -ffixed-x18 -fno-pic -fno-stack-protector \
	-fno-asynchronous-unwind-tables -MMD -MP

$(vm_out)/obj/l1/l1.o: $(VM)/l1/l1.c
	@mkdir -p $(@D)
	$(call msg,CC,$@)
	$(Q)$(ARM64)gcc $(l1_cflags) -c $< -o $@

$(vm_out)/obj/l1/l1.bin: $(addprefix $(vm_out)/obj/l1/,start.o l1.o) $(VM)/l1/l1.lds
	$(call msg,LD,$@)
	$(Q)$(ARM64)ld --no-warn-rwx-segments -T $(VM)/l1/l1.lds $(filter %.o,$^) -o $(@:.bin=.elf)
	$(Q)$(ARM64)objcopy -O binary $(@:.bin=.elf) $@

$(vm_out)/obj/l1/image.o: $(VM)/l1/image.S $(vm_out)/obj/l1/l1.bin
	$(call msg,AS,$@)
	$(Q)$(ARM64)gcc -Wa,-I$(@D) -c $< -o $@

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
check-vm: tools vm-tests kernel-patched kernel-stock kernel-debug
	@$(VM)/check-vm.sh

## kernel-upstream: fetch Debian's stock 7.x arm64 kernel, to compare with
kernel-upstream:
	@$(VM)/upstream.sh fetch

## nested-diff: a guest hypervisor's results on Debian's 7.x kernel and on ours
nested-diff: vm-tests kernel-patched
	@$(VM)/nested-diff.sh

SEED ?= 1
BATCHES ?= 2000
## soak: BATCHES=2000 of 600 actions on each of 4 vCPUs, from SEED=1, with lockdep and KASAN
soak: vm-tests kernel-debug
	@$(VM)/lab -k debug -t 36000 -a kvm-arm.mode=nested -- \
		/bin/nested -s $(SEED) -n $(BATCHES) -p 1000000 stress

SECONDS_OF_SOAK ?= 3600
## soak-alarms: an hour (SECONDS_OF_SOAK=3600) of guests' ordinary lives raises no alarm
soak-alarms: vm-tests kernel-patched
	@$(VM)/lab -t $$(($(SECONDS_OF_SOAK) + 300)) -- /bin/exporter soak $(SECONDS_OF_SOAK)

demo-vm: vm-tests kernel-patched
	@$(VM)/demo.sh

demo-record-vm: tools vm-tests kernel-patched
	@$(VM)/demo.sh kvmmt.data

## pictures: those of docs/ anew: kvmmt-top and a heatmap, over the guests of make demo
pictures: tools vm-tests kernel-patched
	@$(VM)/demo.sh $(O)/demo.data
	docs/screenshot.py $(O)/native/kvmmt $(O)/demo.data 'g12\r' 'at 12.0 s' 104x11 docs/top.svg
	docs/screenshot.py $(O)/native/kvmmt $(O)/demo.data 'g18\rp/gpu\r\r' 'the last 18 sec' 104x32 docs/top-vm.svg
	$(O)/native/kvmmt heatmap $(O)/demo.data -V db-2 -o docs/heatmap.png

-include $(wildcard $(vm_out)/obj/*.d $(vm_out)/obj/*/*.d)
.PHONY: vm-tests check-vm demo-vm demo-record-vm pictures kernel-upstream nested-diff soak soak-alarms
