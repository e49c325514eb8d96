# SPDX-License-Identifier: GPL-2.0
# make bench: what it needs of its own; docs/bench.md says what it measures.
$(addprefix $(vm_out)/obj/,fault-cost.o storm.o): $(vm_out)/obj/%.o: tests/bench/%.c
	@mkdir -p $(@D)
	$(call msg,CC,$@)
	$(Q)$(ARM64)gcc $(vm_cflags) -c $< -o $@

$(vm_out)/root/bin/fault-cost: $(vm_out)/obj/fault-cost.o $(vm_lib)
$(vm_out)/root/bin/storm: $(vm_out)/obj/storm.o $(vm_lib)

synth_obj := $(addprefix $(O)/native/,columns.o encode.o decode.o frame.o frame_ring.o host_frame.o \
	writer.o writer_memory.o slots_frame.o slot_table.o slots.o image.o backing.o names.o vmname.o vmname_cgroup.o utf8.o)
$(O)/bench/synth: tests/bench/synth.c $(synth_obj)
	@mkdir -p $(@D)
	$(call msg,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(kvmmt_cflags) -Itools $(filter %.c %.o,$^) -lz -lzstd -o $@

$(O)/bench/longer: tests/bench/longer.c
	@mkdir -p $(@D)
	$(call msg,LD,$@)
	$(Q)$(CC) $(CFLAGS) -Wall -Wextra $< -o $@

screens_obj := $(filter-out $(addprefix $(O)/native/,kvmmt.o term.o dashboard.o service.o http.o exporter%.o cmd_%.o),$(native_obj))
$(O)/bench/screens $(O)/bench/seek: $(O)/bench/%: tests/bench/%.c $(screens_obj)
	@mkdir -p $(@D)
	$(call msg,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(kvmmt_cflags) -Itools $(filter %.c %.o,$^) $(kvmmt_libs) -o $@

scrape_obj := $(filter-out $(O)/native/kvmmt.o,$(native_obj))
$(O)/bench/scrape: tests/bench/scrape.c $(native_obj)
	@mkdir -p $(@D)
	$(call msg,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(kvmmt_cflags) -Itools $< $(scrape_obj) $(kvmmt_libs) -o $@

# kvmmt on this machine, with made-up events of a load: see load.bpf.c.
$(O)/bench/load/kvmmt.bpf.o: tests/bench/load.bpf.c
	@mkdir -p $(@D)
	$(call msg,BPF,$@)
	$(Q)$(CLANG) -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Wno-unused-parameter \
		-Ibpf -Iinclude -Itests/bench -MMD -MP -c $< -o $@

$(O)/bench/load/kvmmt.skel.h: $(O)/bench/load/kvmmt.bpf.o
	$(Q)$(BPFTOOL) gen skeleton $< name kvmmt_bpf >$@

load_src := $(wildcard tools/source_live*.c) tests/bench/any-host.c
$(O)/bench/load/kvmmt: $(load_src) $(O)/bench/load/kvmmt.skel.h $(native_obj)
	$(call msg,LD,$@)
	$(Q)$(CC) $(CFLAGS) -I$(O)/bench/load $(kvmmt_cflags) -Itools -Wl,--wrap=host_read,--wrap=bpf_program__set_autoload \
		$(load_src) $(filter-out $(O)/native/source_live%,$(native_obj)) $(kvmmt_libs) -o $@

$(O)/bench/load/load: tests/bench/load.c tests/bench/load.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -Wall -Wextra $< -o $@

bench_bins := $(addprefix $(O)/bench/,synth longer screens seek scrape load/kvmmt load/load)

## bench: what tracing and nesting cost, beside the peers; writes .output/bench.json
bench: tools vm-tests kernel-patched kernel-notrace kernel-first $(bench_bins)
	@tests/bench/bench.sh $(O)

-include $(O)/bench/load/kvmmt.bpf.d
.PHONY: bench
