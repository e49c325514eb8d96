# SPDX-License-Identifier: GPL-2.0
# libFuzzer targets, one for each file here, with ASan and UBSan.
fuzz_out := $(O)/fuzz
fuzz_src := $(addprefix tools/,columns.c encode.c decode.c frame.c frame_ring.c host_frame.c writer.c writer_memory.c reader.c slots_frame.c slot_table.c slots.c image.c expr.c names.c vmname.c vmname_cgroup.c utf8.c \
	options.c field.c counters.c symbols.c backing.c moment.c wall.c)
fuzz_names := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
FUZZ_RUNS ?= 100000

$(fuzz_out)/%: tests/fuzz/%.c $(fuzz_src) $(wildcard tools/*.h include/kvmmt/*.h)
	@mkdir -p $(@D)/$*.corpus
	$(call msg,FUZZ,$@)
	$(Q)$(CLANG) -std=gnu11 -g -O1 -D_GNU_SOURCE -Iinclude -Itools -Wall -Wextra \
		-DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		$< $(fuzz_src) -lz -lzstd -o $@

## check-fuzz: the fuzzers for a while; FUZZ_RUNS=N says how many inputs each
check-fuzz: $(addprefix $(fuzz_out)/,$(fuzz_names))
	@for f in $(fuzz_names); do tests/fuzz/run.sh $(fuzz_out)/$$f $(FUZZ_RUNS) || exit 1; done

.PHONY: check-fuzz
