# SPDX-License-Identifier: GPL-2.0
# libFuzzer targets, one for each file here, with ASan and UBSan.
fuzz_out := $(O)/fuzz
fuzz_names := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
fuzz_obj := $(addprefix $(fuzz_out)/obj/,$(unit_parts) options.o)
fuzz_cflags := -std=gnu11 -g -O1 -D_GNU_SOURCE -Iinclude -Itools -I$(O)/bpf -Wall -Wextra -MMD -MP \
	-DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION -fno-sanitize-recover=all
FUZZ_RUNS ?= 100000

$(fuzz_out)/obj/%.o: tools/%.c $(skeletons)
	@mkdir -p $(@D)
	$(call msg,FUZZCC,$@)
	$(Q)$(CLANG) $(fuzz_cflags) -fsanitize=fuzzer-no-link,address,undefined -c $< -o $@

# An archive: a fuzzer takes what it needs.
$(fuzz_out)/tools.a: $(fuzz_obj)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

$(fuzz_out)/%: tests/fuzz/%.c $(fuzz_out)/tools.a
	@mkdir -p $(@D)/$*.corpus
	$(call msg,FUZZ,$@)
	$(Q)$(CLANG) $(fuzz_cflags) -fsanitize=fuzzer,address,undefined $(filter %.c %.a,$^) -MF $@.fuzz.d \
		-lbpf -lelf -lz -lzstd -o $@

## check-fuzz: the fuzzers for a while; FUZZ_RUNS=N says how many inputs each
check-fuzz: $(addprefix $(fuzz_out)/,$(fuzz_names))
	@for f in $(fuzz_names); do tests/fuzz/run.sh $(fuzz_out)/$$f $(FUZZ_RUNS) || exit 1; done

-include $(wildcard $(fuzz_out)/*.d $(fuzz_out)/obj/*.d)
.PHONY: check-fuzz
