/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Readers for the front end: the machine as a whole, pages, logs, owners. Bands
 * are in view_bands.c, nodes and zones in view_zones.c.
 */
#include "mmview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/held.h"
#include "alloc/node.h"
#include "alloc/page_owner.h"
#include "hotplug/memory_hotplug.h"
#include "sim/explain.h"
#include "sim/machine.h"
#include "sim/translate.h"
#include "sim/workload.h"

static void info_axis(const struct machine *m, struct machine_info *out)
{
	const struct memblock *mb = &m->sys->memblock;
	const struct arch *a = &m->sys->arch;
	const struct hotplug_state *hs = m->sys->hotplug;
	u64 n = hs ? memory_block_count(m->sys) : 0;
	struct memory_block b;

	out->start_pfn = phys_to_pfn(a, memblock_start_of_DRAM(mb));
	out->end_pfn = phys_to_pfn_up(a, memblock_end_of_DRAM(mb));
	if (n && !memory_block_at(m->sys, 0, &b))
		out->start_pfn = min_u64(out->start_pfn, b.start_pfn);
	if (n && !memory_block_at(m->sys, n - 1, &b))
		out->end_pfn = max_u64(out->end_pfn, b.start_pfn + b.nr_pages);
	out->ram_bytes = mb->memory.total_size;
}

void machine_info(const struct machine *m, struct machine_info *out)
{
	const struct mm *mm = &m->sys->mm;
	const struct workload *w = m->sim->workload;

	memset(out, 0, sizeof(*out));
	out->name = m->desc->name;
	out->title = m->desc->title;
	out->stage = boot_stage_name(m->sys->stage);
	out->arch = &m->sys->arch;
	info_axis(m, out);
	out->nr_cpus = mm->nr_cpus;
	out->ops = m->sim->ops;
	out->events = m->trace.seq;
	for_each_node(mm, n) {
		out->nr_nodes++;
		for (int z = 0; z < MAX_NR_ZONES; z++)
			out->free_pages += zone_free_pages(&n->zones[z]);
	}
	out->managed_pages = mm_managed_pages(mm);
	if (m->sys->stage >= BOOT_MEM_INIT && mm_present_pages(mm))
		out->ram_bytes = mm_present_pages(mm) << m->sys->arch.page_shift;
	out->block_size = m->sys->hotplug ? m->sys->hotplug->block_size : 0;
	out->cmdline = m->desc->cmdline;
	out->workload = w ? w->kind->name : NULL;
	out->running = w && w->running;
	out->rate = w ? w->rate : 0;
}

void machine_summary(const struct machine *m, pfn_t start, pfn_t end, struct summary *out)
{
	memset(out, 0, sizeof(*out));
	summary_query(&m->sys->map, start, end, out);
}

/* Is the buddy of [head, order] free at that order; else who is in the way, in words. */
static void explain_buddy(const struct machine *m, struct page_info *p)
{
	const struct mm *mm = &m->sys->mm;
	struct page_view v;
	const struct owner_record *o;

	p->buddy = p->head ^ (1ULL << p->order);
	memmap_view(&m->sys->map, p->buddy, &v);
	p->buddy_free = v.state == PAGE_BUDDY && v.head == p->buddy && v.order == p->order && v.zone == ZONE_NR(p->nid, p->zone);
	if (p->buddy_free || p->state != PAGE_BUDDY)
		return;
	if (p->order >= m->sys->arch.max_page_order) {
		p->buddy = NO_PFN;
		return;
	}
	o = v.state == PAGE_ALLOC ? owner_get((struct mm *)mm, v.owner) : NULL;
	if (v.state == PAGE_ALLOC)
		snprintf(p->buddy_why, sizeof(p->buddy_why), "in use (order %u), held by %s", v.order, o ? o->tag : "an unknown owner");
	else if (v.state == PAGE_BUDDY)
		snprintf(p->buddy_why, sizeof(p->buddy_why), "free only in smaller pieces (order %u here)", v.order);
	else if (v.state == PAGE_PCP)
		snprintf(p->buddy_why, sizeof(p->buddy_why), "free, but on a per-cpu list");
	else if (v.state == PAGE_RESERVED)
		snprintf(p->buddy_why, sizeof(p->buddy_why), "reserved since boot");
	else
		snprintf(p->buddy_why, sizeof(p->buddy_why), "not memory of this zone");
}

static void page_iomem(const struct machine *m, struct page_info *p)
{
	const struct resource *r = resource_find(&m->sys->iomem, p->phys);
	const struct memblock *mb = &m->sys->memblock;
	const char *label;

	if (r)
		snprintf(p->iomem, sizeof(p->iomem), "%s", r->name);
	if (memblock_is_reserved(mb, p->phys)) {
		label = memblock_label_at(mb, p->phys);
		snprintf(p->memblock, sizeof(p->memblock), "reserved%s%.20s", label ? ": " : "", label ? label : "");
	} else if (memblock_is_memory(mb, p->phys)) {
		snprintf(p->memblock, sizeof(p->memblock), "memory");
	}
}

static void page_owner(const struct machine *m, const struct page_view *v, struct page_info *p)
{
	const struct owner_record *o = v->state == PAGE_ALLOC ? owner_get((struct mm *)&m->sys->mm, v->owner) : NULL;

	p->pid = -1;
	if (!o)
		return;
	snprintf(p->owner, sizeof(p->owner), "%s", o->tag);
	snprintf(p->callchain, sizeof(p->callchain), "%s", o->callchain);
	p->pid = o->pid;
	p->seq = allocation_seq(&m->sys->mm, memmap_find(&m->sys->map, v->head));
}

int machine_page(const struct machine *m, pfn_t pfn, struct page_info *out)
{
	const struct arch *a = &m->sys->arch;
	struct memory_block b;
	struct linear_map lm;
	struct page_view v;
	s64 index;

	memset(out, 0, sizeof(*out));
	if (pfn >> (a->phys_bits - a->page_shift))
		return -EINVAL;
	memmap_view(&m->sys->map, pfn, &v);
	out->pfn = pfn;
	out->head = v.head;
	out->phys = pfn_to_phys(a, pfn);
	out->state = v.state;
	out->order = v.order;
	out->mt = v.mt;
	out->pb_mt = v.pb_mt;
	out->kind = v.kind;
	out->pb_skip = v.pb_skip;
	out->touched = v.touched;
	out->device = v.device;
	out->flags = v.flags;
	out->ref = v.ref;
	out->section = pfn >> (a->section_shift - a->page_shift);
	out->nid = v.zone < ZONE_NONE ? v.zone >> ZONE_NR_SHIFT : -1;
	out->zone = v.zone < ZONE_NONE ? v.zone & ((1 << ZONE_NR_SHIFT) - 1) : -1;
	lm = system_linear_map(m->sys);
	out->has_linear = linear_map_virt(&lm, out->phys, &out->linear);
	linear_map_page(&lm, pfn, &out->struct_page);
	index = m->sys->hotplug ? memory_block_index_of(m->sys, out->phys) : -1;
	out->block = index >= 0 && !memory_block_at(m->sys, (u64)index, &b) ? (s64)b.nr : -1;
	out->buddy = NO_PFN;
	if (out->nid >= 0 && (v.state == PAGE_BUDDY || v.state == PAGE_ALLOC || v.state == PAGE_PCP))
		explain_buddy(m, out);
	page_owner(m, &v, out);
	page_iomem(m, out);
	return 0;
}

static int add_axis(struct axis_range *out, int max, int n, phys_t start, phys_t end, u64 near)
{
	int at = 0;

	while (at < n && at < max && out[at].end + near < start)
		at++;
	if (at < n && at < max && out[at].start <= end + near) {
		out[at].start = min_u64(out[at].start, start);
		out[at].end = max_u64(out[at].end, end);
		return n;
	}
	if (n >= max)
		return n;
	memmove(&out[at + 1], &out[at], (size_t)(n - at) * sizeof(*out));
	out[at].start = start;
	out[at].end = end;
	return n + 1;
}

int machine_axis(const struct machine *m, struct axis_range *out, int max)
{
	const struct arch *a = &m->sys->arch;
	u64 near = 1ULL << a->section_shift;
	const struct memblock_region *r;
	const struct block_range *br;
	int n = 0;

	if (m->sys->stage < BOOT_MEMBLOCK)
		for (size_t i = 0; i < m->desc->nr_fw; i++)
			if (m->desc->fw[i].type == FW_RAM)
				n = add_axis(out, max, n, m->desc->fw[i].start, m->desc->fw[i].end, near);
	for_each_mem_region(&m->sys->memblock, r)
		n = add_axis(out, max, n, r->base, r->base + r->size, near);
	for (u64 nr = 0; m->sys->hotplug && (br = memory_block_range_from(m->sys, nr)); nr = br->first + br->nr)
		n = add_axis(out, max, n, br->first * m->sys->hotplug->block_size,
			     (br->first + br->nr) * m->sys->hotplug->block_size, near);
	return n;
}

u64 machine_block_count(const struct machine *m) { return m->sys->hotplug ? memory_block_count(m->sys) : 0; }

int machine_block(const struct machine *m, u64 index, struct block_info *out)
{
	struct memory_block b;
	int rc = m->sys->hotplug ? memory_block_at(m->sys, index, &b) : -ENOENT;

	if (rc)
		return rc;
	memset(out, 0, sizeof(*out));
	out->nr = b.nr;
	out->start = pfn_to_phys(&m->sys->arch, b.start_pfn);
	out->size = b.nr_pages << m->sys->arch.page_shift;
	out->state = memory_block_state_name(b.range.state);
	memory_block_valid_zones(m->sys, &b, out->zones);
	out->nid = b.range.nid;
	out->removable = memory_block_can_offline(m->sys, &b, out->why, sizeof(out->why), &out->culprit);
	out->group = b.range.group;
	return 0;
}

s64 machine_block_index_of(const struct machine *m, phys_t addr)
{
	return m->sys->hotplug ? memory_block_index_of(m->sys, addr) : -1;
}

u64 machine_vm_event(const struct machine *m, enum vm_event_item item) { return m->sys->mm.vm_event[item]; }
u32 machine_dmesg_count(const struct machine *m) { return m->sys->dmesg.nr; }
const char *machine_dmesg_line(const struct machine *m, u32 i) { return i < m->sys->dmesg.nr ? m->sys->dmesg.line[i] : ""; }
u64 machine_dmesg_seq(const struct machine *m, u32 i) { return i < m->sys->dmesg.nr ? m->sys->dmesg.seq[i] : m->trace.seq; }
const struct trace *machine_trace(const struct machine *m) { return &m->trace; }

static int by_pages(const void *a, const void *b)
{
	const struct owner_info *x = a, *y = b;

	if (x->pages != y->pages)
		return x->pages < y->pages ? 1 : -1;
	return strcmp(x->tag, y->tag);
}

int machine_owners(const struct machine *m, struct owner_info *out, int max)
{
	struct mm *mm = &m->sys->mm;
	u32 n = owner_count(mm);
	struct owner_info *all = calloc(n + 1, sizeof(*all));
	int nr = 0;

	if (!all)
		return -ENOMEM;
	for (u32 id = 1; id <= n; id++) {
		const struct owner_record *o = owner_get(mm, id);

		if (!o || !o->allocs)
			continue;
		snprintf(all[nr].tag, sizeof(all[nr].tag), "%s", o->tag);
		snprintf(all[nr].callchain, sizeof(all[nr].callchain), "%s", o->callchain);
		all[nr].pages = o->pages;
		all[nr].id = id;
		all[nr].pid = o->pid;
		all[nr++].allocs = o->allocs;
	}
	qsort(all, (size_t)nr, sizeof(*all), by_pages);
	for (int i = 0; i < nr && i < max; i++)
		out[i] = all[i];
	free(all);
	return nr;
}

void machine_last_alloc(const struct machine *m, struct text *line, struct text *table)
{
	if (!m->sim->last.nr_zones && !m->sim->last.pfn)
		return;
	if (line)
		explain_line(&m->sys->mm, &m->sim->last, line);
	if (table)
		explain_table(&m->sys->mm, &m->sim->last, table);
}
