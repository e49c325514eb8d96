# SPDX-License-Identifier: GPL-2.0
## mutants: does a test fail for each line of the kernel that safety hangs on? (20 minutes)
mutants: vm-tests kernel-patched
	@tests/mutants/run.sh

.PHONY: mutants
