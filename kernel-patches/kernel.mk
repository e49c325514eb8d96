# SPDX-License-Identifier: GPL-2.0
# Kernels: kept in the cache, outside the tree (kernel-patches/kernel.sh).
KERNEL := kernel-patches/kernel.sh

## kernel-VARIANT: build a kernel of the lab: patched, stock, notrace, first or debug
kernel-%:
	@$(KERNEL) build $*

## patches-check: is the series a sound series? (applies, round trip, style, builds)
patches-check: kernel-patched
	@kernel-patches/check.sh

## kernel-deb: arm64 kernel packages with the series, Debian's configuration (hours)
kernel-deb:
	@kernel-patches/deb.sh $(O)/deb

## kernel-deb-lab: the same with the lab's configuration (minutes)
kernel-deb-lab: kernel-patched
	@kernel-patches/deb.sh --lab $(O)/deb-lab

.PHONY: patches-check kernel-deb kernel-deb-lab

## check-deb: the lab's packages build, install into a root, and hold what a host needs
check-deb: kernel-patched
	@kernel-patches/deb-test.sh $(O)/deb-lab

.PHONY: check-deb
