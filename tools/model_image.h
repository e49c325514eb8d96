/* SPDX-License-Identifier: GPL-2.0 */
/* A model in an image: all that a sample left. */
#ifndef MODEL_IMAGE_H
#define MODEL_IMAGE_H

#include "image.h"
#include "model.h"

void model_put(const struct model *m, struct image *to);
/* Makes @m, which has nothing to free, what was put. Returns 0 or -ENOMEM. */
int model_take(struct model *m, const __u64 **from);
/* The VM with this key, and the model, without what they point to. Returns whether it is there. */
bool model_find_in_image(const __u64 *from, const struct kvmmt_vm_key *key, struct model *m,
			 struct model_vm *vm);

#endif
