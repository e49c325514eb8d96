# SPDX-License-Identifier: GPL-2.0
# The BPF programs and the tool, native and cross-built for the lab.
CLANG ?= clang
BPFTOOL ?= bpftool
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
ARM64 := aarch64-linux-gnu-

kvmmt_cflags := -std=gnu11 -Wall -Wextra $(if $(WERROR),-Werror) -D_GNU_SOURCE -Iinclude -I$(O)/bpf -MMD -MP
kvmmt_libs := -lbpf -lelf -lz -lzstd -lncursesw -ltinfo -lmicrohttpd -lsystemd -lcap
tool_src := $(wildcard tools/*.c)
native_obj := $(tool_src:tools/%.c=$(O)/native/%.o)
skeletons := $(patsubst bpf/%.bpf.c,$(O)/bpf/%.skel.h,$(wildcard bpf/*.bpf.c))
arm64_obj := $(tool_src:tools/%.c=$(O)/arm64/%.o)

tools: $(O)/native/kvmmt $(O)/native/kvmmt-top

## tools-arm64: the tool for arm64, cross-built
tools-arm64: $(O)/arm64/kvmmt

$(O)/bpf/%.bpf.o: bpf/%.bpf.c $(MAKEFILE_LIST)
	@mkdir -p $(@D)
	$(call msg,BPF,$@)
	$(Q)$(CLANG) -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Wno-unused-parameter \
		$(if $(WERROR),-Werror) -Ibpf -Iinclude -MMD -MP -c $< -o $@

$(O)/bpf/%.skel.h: $(O)/bpf/%.bpf.o
	$(call msg,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name $*_bpf >$@

$(O)/native/%.o: tools/%.c $(skeletons)
	@mkdir -p $(@D)
	$(call msg,CC,$@)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(kvmmt_cflags) -c $< -o $@

$(O)/arm64/%.o: tools/%.c $(skeletons)
	@mkdir -p $(@D)
	$(call msg,CC,$@)
	$(Q)$(ARM64)gcc $(CPPFLAGS) $(CFLAGS) $(kvmmt_cflags) -c $< -o $@

$(O)/native/kvmmt: $(native_obj)
	$(call msg,LD,$@)
	$(Q)$(CC) $(LDFLAGS) $^ $(kvmmt_libs) -o $@

$(O)/arm64/kvmmt: $(arm64_obj)
	$(call msg,LD,$@)
	$(Q)$(ARM64)gcc $(LDFLAGS) $^ $(kvmmt_libs) -o $@

$(O)/%/kvmmt-top: $(O)/%/kvmmt
	$(Q)ln -sf kvmmt $@

# Where alerts say that their pages are.
RUNBOOKS ?= file://$(PREFIX)/share/kvmmt/runbooks

## install: the tool, its man pages and completion below DESTDIR and PREFIX (/usr/local)
install: tools
	install -D -m 755 $(O)/native/kvmmt $(DESTDIR)$(PREFIX)/bin/kvmmt
	ln -sf kvmmt $(DESTDIR)$(PREFIX)/bin/kvmmt-top
	install -D -m 644 completion/kvmmt $(DESTDIR)$(PREFIX)/share/bash-completion/completions/kvmmt
	ln -sf kvmmt $(DESTDIR)$(PREFIX)/share/bash-completion/completions/kvmmt-top
	install -d $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 docs/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -d $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 644 docs/*.5 $(DESTDIR)$(PREFIX)/share/man/man5
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	install -D -m 644 systemd/kvmmt.catalog $(DESTDIR)$(PREFIX)/lib/systemd/catalog/kvmmt.catalog
	for unit in systemd/*.service systemd/*.socket; do sed 's|/usr/bin|$(PREFIX)/bin|' $$unit \
		>$(DESTDIR)$(PREFIX)/lib/systemd/system/$${unit##*/} || exit 1; done
	install -d $(DESTDIR)$(PREFIX)/share/kvmmt/runbooks
	install -m 644 monitoring/* $(DESTDIR)$(PREFIX)/share/kvmmt
	sed -i 's|file:///usr/share/kvmmt/runbooks|$(RUNBOOKS)|' $(DESTDIR)$(PREFIX)/share/kvmmt/kvmmt.rules.yml
	install -m 644 docs/runbooks/* $(DESTDIR)$(PREFIX)/share/kvmmt/runbooks

-include $(native_obj:.o=.d) $(arm64_obj:.o=.d) $(skeletons:.skel.h=.bpf.d)
.PHONY: tools tools-arm64 install
.SECONDARY:
