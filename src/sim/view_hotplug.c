/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Readers for the front end: devices that bring memory, and who holds a page. */
#include "mmview.h"

#include "alloc/page_owner.h"
#include "hotplug/dimm.h"
#include "hotplug/memory_hotplug.h"
#include "sim/machine.h"

int machine_dimms(const struct machine *m, struct dimm_info *out, int max)
{
	const struct hotplug_state *hs = m->sys->hotplug;
	u32 n = hs ? hs->nr_dimms : 0;

	for (u32 i = 0; i < n && (int)i < max; i++) {
		const struct dimm *d = &hs->dimm[i];

		out[i] = (struct dimm_info){
			.id = d->id, .start = d->start, .size = d->size, .nid = d->nid, .virtio_mem = d->virtio_mem,
			.given = d->virtio_mem ? virtio_mem_plugged(d) : d->plugged ? d->size : 0,
		};
	}
	return (int)n;
}

void machine_page_owner(const struct machine *m, pfn_t pfn, struct text *out)
{
	struct mm *mm = &m->sys->mm;
	struct page_info pi;
	page_handle h;

	if (machine_page(m, pfn, &pi) || pi.state != PAGE_ALLOC)
		return;
	h = memmap_find(mm->map, pi.head);
	if (h != NO_PAGE && page_owner_id(memmap_page(mm->map, h)))
		page_owner_print(mm, h, out);
}
