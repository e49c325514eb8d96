/* SPDX-License-Identifier: GPL-2.0 */
/* What the load and the program that makes events of it agree on. */
#ifndef LOAD_H
#define LOAD_H

#define LOAD_VCPUS 16
#define LOAD_VMS   1000
/* Numbers of no system call: LOAD_CALL + vm * LOAD_VCPUS + vcpu */
#define LOAD_CALL  1000000
#define LOAD_CALLS (LOAD_VMS * LOAD_VCPUS)
/* As addresses of struct kvm are: 16 KiB from one to the next */
#define LOAD_VM(n) (0xffff800080000000ull + (n) * 16384ull)

#endif
