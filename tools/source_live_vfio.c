// SPDX-License-Identifier: GPL-2.0
/* See source_live.h: where VFIO's structs have what leads to a device. */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <bpf/btf.h>

#include "source_live_state.h"

#define MODULE_BTF "/sys/kernel/btf/vfio"

enum { NOT_YET, WITHOUT_MODULE, WITH_MODULE };	/* where it was sought */

static int offset_of(const struct btf *btf, const char *type, const char *member, __u32 *bytes)
{
	int id = btf__find_by_name_kind(btf, type, BTF_KIND_STRUCT), i;
	const struct btf_type *t;

	if (id < 0)
		return id;
	t = btf__type_by_id(btf, id);
	for (i = 0; i < btf_vlen(t); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_members(t)[i].name_off), member)) {
			*bytes = btf_member_bit_offset(t, i) / 8;
			return 0;
		}
	return -ENOENT;
}

static int find(const struct btf *btf, struct kvmmt_vfio *vfio)
{
	int err = offset_of(btf, "vfio_device_file", "device", &vfio->device);

	return err ? err : offset_of(btf, "vfio_device", "dev", &vfio->dev);
}

/* Built in, or a module: its BTF stands on the kernel's. */
static int find_anywhere(struct kvmmt_vfio *vfio)
{
	struct btf *kernel = btf__load_vmlinux_btf(), *module;
	int err;

	if (!kernel)
		return -errno;
	err = find(kernel, vfio);
	if (err) {
		module = btf__parse_split(MODULE_BTF, kernel);
		err = module ? find(module, vfio) : -errno;
		btf__free(module);
	}
	btf__free(kernel);
	return err;
}

void live_seek_vfio(struct kvmmt_vfio *vfio, int *where)
{
	int sought = access(MODULE_BTF, R_OK) ? WITHOUT_MODULE : WITH_MODULE;

	if (vfio->known || *where == sought)
		return;
	*where = sought;
	if (!find_anywhere(vfio))
		__atomic_store_n(&vfio->known, 1, __ATOMIC_RELEASE);
}

void live_find_vfio(struct live *live)
{
	if (live->skel->rodata->note_origins)
		live_seek_vfio(&live->skel->bss->vfio, &live->vfio_sought);
}
