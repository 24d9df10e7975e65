/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys of [firmware], [node N], [reserve], [dimm ID], [virtio-mem ID] and
 * [state]: where memory is, whose it is, and who took it early.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/config_keys.h"
#include "io/config_tables.h"

const struct config_key *const config_tables[] = { config_machine_keys, config_memory_keys, config_state_keys };
const unsigned config_nr_tables = ARRAY_SIZE(config_tables);

const char *const config_migratetype_names[MIGRATE_TYPES] = {
	[MIGRATE_UNMOVABLE] = "Unmovable", [MIGRATE_MOVABLE] = "Movable",
	[MIGRATE_RECLAIMABLE] = "Reclaimable", [MIGRATE_HIGHATOMIC] = "HighAtomic",
	[MIGRATE_CMA] = "CMA", [MIGRATE_ISOLATE] = "Isolate",
};

static int no_memory(const struct value *v)
{
	return ini_fail(v->doc, v->e, v->err, -ENOMEM, "no memory");
}

/* --- [firmware] ------------------------------------------------------------ */

/* RANGE [hotplug] [mirror] [depth=N | type=N] [NAME] */
static int set_fw(struct config *c, struct value *v)
{
	enum fw_type type = FW_RAM;
	phys_t start, end;
	u64 depth = 0;
	u32 flags = 0;
	const char *name;

	while (strcmp(fw_type_key(type), v->e->key))
		type++;
	if (value_range(v, &start, &end))
		return -EINVAL;
	if (value_word(v, "hotplug"))
		flags |= FW_HOTPLUG;
	if (value_word(v, "mirror"))
		flags |= FW_MIRROR;
	if (type == FW_OTHER && !value_option(v, "type"))
		return value_fail(v, "the e820 type number is missing; write type=20 behind the range");
	if (type == FW_OTHER || value_option(v, "depth"))
		if (value_number(v, 0, type == FW_OTHER ? UINT32_MAX : 8, &depth))
			return -EINVAL;
	name = value_text(v);
	if (config_here(c, DESC_FW, v))
		return -ENOMEM;
	return desc_add_fw(c->d, start, end, type, flags, *name ? name : NULL, (int)depth) ? no_memory(v) : 0;
}

/* More of the name of the entry above; the way to write long names. */
static int set_fw_name_join(struct config *c, struct value *v)
{
	if (!c->d->nr_fw)
		return value_fail(v, "there is no entry above whose name this could continue; move it down");
	return config_append((char **)&c->d->fw[c->d->nr_fw - 1].name, "", value_text(v)) ? no_memory(v) : 0;
}

static int set_overlaps(struct config *c, struct value *v)
{
	return value_bool(v, &c->d->fw_overlaps);
}

/* --- [node N] -------------------------------------------------------------- */

static int set_node_memory(struct config *c, struct value *v)
{
	phys_t start, end;
	bool hotplug;

	if (value_range(v, &start, &end))
		return -EINVAL;
	hotplug = value_word(v, "hotplug");
	if (value_end(v))
		return -EINVAL;
	if (config_here(c, DESC_MEM, v))
		return -ENOMEM;
	return desc_add_mem(c->d, start, end, c->nid, hotplug) ? no_memory(v) : 0;
}

static int mark_cpu(u64 cpu, void *arg)
{
	u8 *cpus = arg;

	cpus[cpu] = 1;
	return 0;
}

static int set_node_cpus(struct config *c, struct value *v)
{
	struct desc_node *n = desc_get_node(c->d, c->nid);

	if (value_word(v, "none"))
		return value_end(v);
	if (!n->cpu)
		n->cpu = calloc((size_t)c->d->nr_cpus_possible, 1);
	if (!n->cpu)
		return no_memory(v);
	return value_list(v, (u64)c->d->nr_cpus_possible - 1, mark_cpu, n->cpu);
}

static int set_distance(struct config *c, struct value *v)
{
	struct desc_node *n = desc_get_node(c->d, c->nid);
	u64 d;

	while (*value_rest(v)) {
		u8 *more;

		if (value_number(v, 0, 255, &d))
			return -EINVAL;
		if (n->nr_distance >= MAX_NUMNODES)
			return value_fail(v, "more than %d distances; there are no more nodes", MAX_NUMNODES);
		more = realloc(n->distance, (size_t)n->nr_distance + 1);
		if (!more)
			return no_memory(v);
		n->distance = more;
		more[n->nr_distance++] = (u8)d;
	}
	return 0;
}

/* --- [reserve] ------------------------------------------------------------- */

static int add_resv(struct config *c, struct value *v, struct desc_resv *r)
{
	if (config_here(c, DESC_RESV, v))
		return -ENOMEM;
	return desc_add_resv(c->d, r) ? no_memory(v) : 0;
}

/* [init | init_early | keep] [LABEL] behind a range or a size. */
static void resv_tail(struct value *v, struct desc_resv *r)
{
	if (r->kind == RESV_INITRD && !value_word(v, "keep"))
		r->flags |= RESV_INIT;
	if (value_word(v, "init"))
		r->flags |= RESV_INIT;
	if (value_word(v, "init_early"))
		r->flags |= RESV_INIT | RESV_INIT_EARLY;
	r->label = *value_text(v) ? v->s : NULL;
}

/* RANGE [init | init_early | keep] [LABEL] */
static int set_resv(struct config *c, struct value *v)
{
	struct desc_resv r = { .nid = NO_NODE };

	while (strcmp(desc_resv_key(r.kind), v->e->key))
		r.kind++;
	if (value_range(v, &r.start, &r.end))
		return -EINVAL;
	resv_tail(v, &r);
	return add_resv(c, v, &r);
}

/* SIZE [align=N] [node=N] [above=ADDRESS] [below=ADDRESS] [init] [LABEL] */
static int set_alloc(struct config *c, struct value *v)
{
	struct desc_resv r = { .nid = NO_NODE, .kind = RESV_ALLOC };
	u64 nid;

	if (value_size(v, &r.size))
		return -EINVAL;
	for (;;) {
		if (value_option(v, "align")) {
			if (value_size(v, &r.align))
				return -EINVAL;
		} else if (value_option(v, "node")) {
			if (value_number(v, 0, MAX_NUMNODES - 1, &nid))
				return -EINVAL;
			r.nid = (int)nid;
		} else if (value_option(v, "above")) {
			if (value_size(v, &r.start))
				return -EINVAL;
		} else if (value_option(v, "below")) {
			if (value_size(v, &r.end))
				return -EINVAL;
		} else {
			break;
		}
	}
	resv_tail(v, &r);
	return add_resv(c, v, &r);
}

static int set_resv_name_join(struct config *c, struct value *v)
{
	if (!c->d->nr_resv)
		return value_fail(v, "there is no entry above whose label this could continue; move it down");
	if (config_append((char **)&c->d->resv[c->d->nr_resv - 1].label, "", value_text(v)))
		return no_memory(v);
	return 0;
}

/* --- [dimm ID], [virtio-mem ID] -------------------------------------------- */

static int set_dimm_start(struct config *c, struct value *v)
{
	c->dimm_start = true;
	if (config_here(c, DESC_DIMM, v))
		return -ENOMEM;
	return value_size(v, &c->dimm.start) ? -EINVAL : value_end(v);
}

static int set_dimm_size(struct config *c, struct value *v)
{
	c->dimm_size = true;
	return value_size(v, &c->dimm.size) ? -EINVAL : value_end(v);
}

static int set_dimm_node(struct config *c, struct value *v)
{
	u64 nid;

	if (value_number(v, 0, MAX_NUMNODES - 1, &nid))
		return -EINVAL;
	c->dimm.nid = (int)nid;
	return value_end(v);
}

static int set_dimm_plugged(struct config *c, struct value *v)
{
	return value_bool(v, &c->dimm.plugged);
}

static int set_dimm_requested(struct config *c, struct value *v)
{
	return value_size(v, &c->dimm.requested) ? -EINVAL : value_end(v);
}

static int set_dimm_unit(struct config *c, struct value *v)
{
	return value_size(v, &c->dimm.unit) ? -EINVAL : value_end(v);
}

/* --- [state] --------------------------------------------------------------- */

static int migratetype(struct value *v, int *mt)
{
	*mt = -1;
	if (value_word(v, "any"))
		return 0;
	for (int i = 0; i < MIGRATE_TYPES; i++)
		if (value_word(v, config_migratetype_names[i])) {
			*mt = i;
			return 0;
		}
	value_skip_blanks(v);
	return value_fail(v, "'%.*s' is no migratetype; write Unmovable, Movable, Reclaimable, HighAtomic, "
			  "CMA, Isolate or any", (int)strcspn(v->s, " \t"), v->s);
}

/* The counts that an earlier line gave for the same list, or a new element. */
static struct desc_freecount *freecount(struct config *c, struct value *v, int nid, int zone, int mt)
{
	struct desc_freecount f = { .nid = nid, .zone = zone, .mt = mt };

	if (c->d->nr_freecount) {
		struct desc_freecount *last = &c->d->freecount[c->d->nr_freecount - 1];

		if (last->nid == nid && last->zone == zone && last->mt == mt)
			return last;
	}
	if (config_here(c, DESC_FREECOUNT, v) || desc_add_freecount(c->d, &f)) {
		no_memory(v);
		return NULL;
	}
	return &c->d->freecount[c->d->nr_freecount - 1];
}

/* NODE ZONE MIGRATETYPE [ORDER:COUNT]... */
static int set_free(struct config *c, struct value *v)
{
	struct desc_freecount *f;
	u64 nid, order;
	int zone, mt;

	if (value_number(v, 0, MAX_NUMNODES - 1, &nid) || config_zone(v, &zone) || migratetype(v, &mt))
		return -EINVAL;
	f = freecount(c, v, (int)nid, zone, mt);
	if (!f)
		return -ENOMEM;
	while (*value_rest(v)) {
		if (value_number(v, 0, NR_PAGE_ORDERS_MAX - 1, &order))
			return -EINVAL;
		if (*v->s++ != ':')
			return value_fail(v, "counts are written ORDER:COUNT, for example 10:228");
		if (value_size(v, &f->count[order]))
			return -EINVAL;
	}
	return 0;
}

static int add_percpu(struct config *c, struct value *v, const struct desc_percpu *p)
{
	if (!config_here(c, DESC_PERCPU, v) && !desc_add_percpu(c->d, p))
		return 0;
	no_memory(v);
	return -ENOMEM;
}

/* NODE ZONE [CPU:PAGES]... */
static int set_percpu(struct config *c, struct value *v)
{
	struct desc_percpu p = { 0 };
	u64 nid, cpu;

	if (value_number(v, 0, MAX_NUMNODES - 1, &nid) || config_zone(v, &p.zone))
		return -EINVAL;
	p.nid = (int)nid;
	while (*value_rest(v)) {
		if (value_number(v, 0, MAX_CPUS - 1, &cpu))
			return -EINVAL;
		if (*v->s++ != ':')
			return value_fail(v, "pages of a cpu's lists are written CPU:PAGES, for example 0:87");
		if (value_number(v, 0, INT32_MAX, &p.pages))
			return -EINVAL;
		p.cpu = (int)cpu;
		if (add_percpu(c, v, &p))
			return -ENOMEM;
	}
	return 0;
}

/* NODE ZONE PAGES */
static int set_counted(struct config *c, struct value *v)
{
	struct desc_percpu p = { .cpu = -1 };
	u64 nid;

	if (value_number(v, 0, MAX_NUMNODES - 1, &nid) || config_zone(v, &p.zone) || value_size(v, &p.pages))
		return -EINVAL;
	p.nid = (int)nid;
	return value_end(v) ? -EINVAL : add_percpu(c, v, &p);
}

const struct config_key config_memory_keys[] = {
	{ "firmware", "ram", true, set_fw, "RANGE [hotplug] [mirror]: usable memory" },
	{ "firmware", "reserved", true, set_fw, "RANGE: memory the firmware keeps" },
	{ "firmware", "acpi", true, set_fw, "RANGE: ACPI tables" },
	{ "firmware", "nvs", true, set_fw, "RANGE: ACPI non-volatile storage" },
	{ "firmware", "unusable", true, set_fw, "RANGE: broken memory" },
	{ "firmware", "pmem", true, set_fw, "RANGE: persistent memory" },
	{ "firmware", "pram", true, set_fw, "RANGE: persistent memory, legacy type" },
	{ "firmware", "soft_reserved", true, set_fw, "RANGE: memory set aside for a driver" },
	{ "firmware", "other", true, set_fw, "RANGE type=N: any other e820 type" },
	{ "firmware", "nomap", true, set_fw, "RANGE: memory that must not be mapped (device tree)" },
	{ "firmware", "device", true, set_fw, "RANGE [depth=N] NAME: registers or a window, as in /proc/iomem" },
	{ "firmware", "name_join", true, set_fw_name_join, "more of the name of the entry above" },
	{ "firmware", "overlaps", false, set_overlaps, "yes: entries may overlap, the kernel sanitises" },
	{ "node", "memory", true, set_node_memory, "RANGE [hotplug]: memory of the node" },
	{ "node", "cpus", true, set_node_cpus, "list of its cpus (0-3,8), or none" },
	{ "node", "distance", true, set_distance, "distances to node 0, 1, 2 ...; 10 to itself" },
	{ "reserve", "kernel_code", true, set_resv, "RANGE [LABEL]: the kernel's text" },
	{ "reserve", "kernel_rodata", true, set_resv, "RANGE [LABEL]" },
	{ "reserve", "kernel_data", true, set_resv, "RANGE [LABEL]" },
	{ "reserve", "kernel_bss", true, set_resv, "RANGE [LABEL]" },
	{ "reserve", "initrd", true, set_resv, "RANGE [keep] [LABEL]: given back after boot unless kept" },
	{ "reserve", "crashkernel", true, set_resv, "RANGE [LABEL]: the place of crashkernel=" },
	{ "reserve", "nomap", true, set_resv, "RANGE [LABEL]: reserved and not mapped" },
	{ "reserve", "cma", true, set_resv, "RANGE [LABEL]: a CMA area at a known place" },
	{ "reserve", "range", true, set_resv, "RANGE [init] [LABEL]: anything reserved at a known place" },
	{ "reserve", "alloc", true, set_alloc,
	  "SIZE [align=N] [node=N] [above=A] [below=A] [LABEL]: boot finds the place" },
	{ "reserve", "free", true, set_resv, "RANGE: reserved before, given back during boot" },
	{ "reserve", "name_join", true, set_resv_name_join, "more of the label of the entry above" },
	{ "dimm", "start", false, set_dimm_start, "address of the module" },
	{ "dimm", "size", false, set_dimm_size, "its size" },
	{ "dimm", "node", false, set_dimm_node, "its node" },
	{ "dimm", "plugged", false, set_dimm_plugged, "yes: there at boot" },
	{ "virtio-mem", "start", false, set_dimm_start, "address of the device's region" },
	{ "virtio-mem", "size", false, set_dimm_size, "size of the region" },
	{ "virtio-mem", "node", false, set_dimm_node, "its node" },
	{ "virtio-mem", "plugged", false, set_dimm_plugged, "yes: there at boot" },
	{ "virtio-mem", "requested", false, set_dimm_requested, "bytes plugged at boot" },
	{ "virtio-mem", "unit", false, set_dimm_unit, "size of the device's blocks" },
	{ "state", "free", true, set_free, "NODE ZONE MIGRATETYPE ORDER:COUNT ...: free blocks of an import" },
	{ "state", "pcp", true, set_percpu, "NODE ZONE CPU:PAGES ...: free pages on the lists of cpus" },
	{ "state", "counted", true, set_counted, "NODE ZONE PAGES: what the zone's counter of free pages says" },
	{ NULL, NULL, false, NULL, NULL },
};
