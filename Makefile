# SPDX-License-Identifier: GPL-2.0
# kvmmt: see README.md. Each room has its own rules; this file joins them.
O := .output
V ?= 0
Q := $(if $(filter 0,$(V)),@,)
msg = $(if $(filter 0,$(V)),@printf '  %-8s %s\n' '$(1)' '$(2)',@true)

## all: the tool for this machine (.output/native/kvmmt)
all: tools

include kernel-patches/kernel.mk
include tools/tools.mk
include tests/tests-unit.mk
include tests/fuzz/fuzz.mk
include tests/vm/vm.mk
include tests/bench/bench.mk
include tests/mutants/mutants.mk

## deps: install what building and testing need (apt; Debian 12 or 13)
deps:
	@tests/deps.sh

## check: every test, cheap ones first; builds what is missing, kernels included
check: deps
	@tests/check.sh $(O)/check.log check-unit check-fuzz check-tool-deb patches-check check-vm check-deb

## demo: guests in the lab, and kvmmt-top in front of you
demo: deps
	@$(MAKE) --no-print-directory demo-vm

## demo-record: 20 seconds of the same guests, as a recording: kvmmt.data
demo-record: deps
	@$(MAKE) --no-print-directory demo-record-vm

## help: this list; V=1 shows commands
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST) | awk -F': ' '{ printf "  %-16s %s\n", $$1, $$2 }'

## clean: remove what was built here; kernels stay in the cache
clean:
	$(Q)rm -rf $(O)

.PHONY: all deps check demo demo-record help clean
.DELETE_ON_ERROR:
