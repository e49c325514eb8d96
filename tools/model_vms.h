/* SPDX-License-Identifier: GPL-2.0 */
/* For the model's own files: how it keeps its VMs. */
#ifndef MODEL_VMS_H
#define MODEL_VMS_H

#include "model.h"

/* A VM that the model has not; it is the last of them. NULL: no memory. */
struct model_vm *model_add_vm(struct model *m, const struct kvmmt_vm_key *key);
/* As model_find_key(), for who changes it. */
struct model_vm *model_vm_of(const struct model *m, const struct kvmmt_vm_key *key);
/* Forget a VM that is gone; what it counted stays in the rest's sum. m->vms is the caller's. */
void model_drop(struct model *m, struct model_vm *vm);

#endif
