/* SPDX-License-Identifier: GPL-2.0 */
/* Storms and thrashing of all of a model's VMs, kept in the model: for screens and reports. */
#ifndef STORMS_H
#define STORMS_H

#include "storm.h"
#include "thrash.h"

/* After each sample of the model, with all its VMs and causes. Returns 0 or -ENOMEM. */
int storms_step(struct model *m, const struct storm_limits *l);

/* Does it storm now, or did it so lately that the VM stays marked? */
bool storms_marked(const struct model *m, const struct model_vm *vm);

#endif
