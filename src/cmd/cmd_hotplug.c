/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands of memory hotplug: add, remove, online, offline, plug, unplug, resize,
 * group, device, soft_offline, hard_offline.
 *
 * Blocks are named as sysfs does (memory9) or as chmem does: a range of numbers
 * (9-12), a range of addresses (0x48000000-0x4fffffff), or a size (256M: as many
 * blocks as make that up). One block alone answers as the kernel answers to a
 * write into its state file; of several, those that are there already are passed
 * over, as chmem does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/tables.h"
#include "hotplug/dimm.h"
#include "hotplug/memory_failure.h"
#include "hotplug/memory_hotplug.h"
#include "hotplug/memremap.h"
#include "sim/machine.h"

#define LL(v) ((unsigned long long)(v))

static int need_hotplug(struct machine *m, struct mm_error *err)
{
	const struct system *sys = m->sys;

	if (!sys->hotplug)
		return mm_fail(err, -EAGAIN, "the machine has not booted far enough; run 'boot' first");
	if (!sys->hotplug->block_size)
		return mm_fail(err, -ENOSYS, "the %s kernel has no memory hotplug", sys->arch.name);
	return 0;
}

static bool has_word(const struct cmd_args *a, const char *word)
{
	for (int i = 1; i < a->argc; i++)
		if (!strcmp(a->argv[i], word))
			return true;
	return false;
}

/* The words START SIZE at @first. */
static int parse_place(const struct cmd_args *a, int first, u64 *start, u64 *size, struct mm_error *err)
{
	int rc;

	if (a->argc < first + 2)
		return mm_fail(err, -EINVAL, "give START and SIZE in bytes, as 0x100000000 512M");
	rc = cmd_parse_u64(a->argv[first], start, "START", err);
	return rc ? rc : cmd_parse_u64(a->argv[first + 1], size, "SIZE", err);
}

/* --- add, remove ----------------------------------------------------------------- */

static const char *const add_keys[] = { "node", "group", "driver", NULL };

static int run_add(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	u32 flags = has_word(a, "memmap_on_memory") ? MHP_MEMMAP_ON_MEMORY : 0;
	u64 start, size;
	int node = 0, group = -1, rc = need_hotplug(m, err);

	rc = rc ? rc : cmd_check_keys(a, add_keys, err);
	rc = rc ? rc : parse_place(a, 1, &start, &size, err);
	rc = rc ? rc : cmd_int(a, "node", 0, MAX_NUMNODES - 1, &node, err);
	rc = rc ? rc : cmd_int(a, "group", 0, INT32_MAX, &group, err);
	if (rc)
		return rc;
	if (flags && m->sys->hotplug->memmap_mode == MEMMAP_ON_MEMORY_DISABLE)
		text_puts(out, "memmap_on_memory is off (kernel command line): the buddy gives the memmap\n");
	return add_memory(m->sys, node, group, start, size, cmd_value(a, "driver"), flags, err);
}

/* --- sets of blocks ------------------------------------------------------------------ */

/* Blocks that a word means. */
struct block_set {
	u64 first;
	u64 last;   /* inclusive */
	u64 wanted; /* size form: so many blocks; 0: all of them */
	bool single;
};

static int parse_number(const char *s, u64 *out, const char **end)
{
	char *e;

	errno = 0;
	*out = strtoull(s, &e, 0);
	*end = e;
	return e == s || errno ? -EINVAL : 0;
}

/* "9", "9-12", "0x48000000-0x4fffffff". */
static int parse_block_range(const struct system *sys, const char *s, struct block_set *set)
{
	u64 bs = sys->hotplug->block_size;
	bool address = !strncmp(s, "0x", 2);
	const char *end;

	if (parse_number(s, &set->first, &end))
		return -EINVAL;
	set->last = set->first;
	set->single = !*end;
	if (*end == '-' && (parse_number(end + 1, &set->last, &end) || set->last < set->first))
		return -EINVAL;
	if (*end)
		return -EINVAL;
	if (!address)
		return 0;
	if (set->single || set->first % bs || (set->last + 1) % bs)
		return -ERANGE;
	set->first /= bs;
	set->last /= bs;
	set->single = set->first == set->last;
	return 0;
}

static int parse_blocks(const struct system *sys, const char *s, struct block_set *set, struct mm_error *err)
{
	u64 size, bs = sys->hotplug->block_size;
	char unit = *s ? s[strlen(s) - 1] : '\0';
	int rc;

	memset(set, 0, sizeof(*set));
	if (!strncmp(s, "memory", 6))
		s += 6;
	if (strchr("kKmMgGtTpP", unit) && !strchr(s, '-')) {
		if (parse_size(s, &size, NULL) || !size || size % bs)
			return mm_fail(err, -EINVAL,
				       "%s: a size must be a multiple of the block size, %llu MiB", s,
				       LL(bs >> 20));
		set->last = ~0ULL;
		set->wanted = size / bs;
		return 0;
	}
	rc = parse_block_range(sys, s, set);
	if (rc == -ERANGE)
		return mm_fail(err, -EINVAL,
			       "%s: an address range must start and end with a memory block (%llu MiB)", s,
			       LL(bs >> 20));
	return rc ? mm_fail(err, rc,
			    "'%s' names no memory blocks; try memory9, 9-12, 0x48000000-0x4fffffff or 256M",
			    s)
		  : 0;
}

static void print_block(const struct system *sys, u64 nr, const char *what, struct text *out)
{
	u64 bs = sys->hotplug->block_size;

	text_printf(out, "Memory Block %llu (0x%016llx-0x%016llx) %s\n", LL(nr), LL(nr * bs),
		    LL((nr + 1) * bs - 1), what);
}

/* One block of several; the first failure is kept in *rc. Return: it changed. */
static bool change_one(struct system *sys, u64 nr, enum mmop type, int *rc, struct text *out,
		       struct mm_error *err)
{
	bool off = type == MMOP_OFFLINE;
	int ret = memory_block_store_state(sys, nr, type, err);

	print_block(sys, nr,
		    ret   ? off ? "disable failed" : "enable failed"
		    : off ? "disabled"
			  : "enabled",
		    out);
	*rc = *rc ? *rc : ret;
	return !ret;
}

/* Index of the first block from number @nr on. */
static u64 index_from(const struct system *sys, u64 nr)
{
	const struct block_range *r = memory_block_range_from(sys, nr);

	if (!r)
		return memory_block_count(sys);
	return r->index + (nr > r->first ? nr - r->first : 0);
}

/*
 * chmem goes up, and down to take a size away. Stretches that are in the wanted state
 * already are passed over as a whole.
 */
static int change_several(struct system *sys, const struct block_set *set, enum mmop type, struct text *out,
			  struct mm_error *err)
{
	bool off = type == MMOP_OFFLINE, down = off && set->wanted, seen = false;
	u64 count = memory_block_count(sys), done = 0;
	struct memory_block b;
	int rc = 0;

	for (u64 i = down ? count - 1 : index_from(sys, set->first);
	     i < count && (!set->wanted || done < set->wanted);) {
		memory_block_at(sys, i, &b);
		if (b.nr > set->last)
			break;
		seen = true;
		if ((b.range.state == BLOCK_OFFLINE) == off) {
			i = down ? b.range.index - 1 : b.range.index + b.range.nr;
			continue;
		}
		done += change_one(sys, b.nr, type, &rc, out, err);
		i = down ? i - 1 : i + 1;
	}
	if (!seen)
		return mm_fail(err, -ENOENT, "there are no memory blocks %llu-%llu", LL(set->first),
			       LL(set->last));
	if (set->wanted && done < set->wanted)
		return mm_fail(err, -EBUSY, "only %llu of %llu blocks changed", LL(done), LL(set->wanted));
	return set->wanted ? 0 : rc;
}

static int run_state(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	int type = mhp_online_type_from_str(a->argv[0]), rc = need_hotplug(m, err);

	if (!rc && a->argc < 2)
		rc = mm_fail(err, -EINVAL, "name blocks: memory9, 9-12, 0x48000000-0x4fffffff or 256M");
	for (int i = 1; i < a->argc && !rc; i++) {
		struct block_set set;

		rc = parse_blocks(m->sys, a->argv[i], &set, err);
		if (rc)
			return rc;
		if (!set.single) {
			rc = change_several(m->sys, &set, (enum mmop)type, out, err);
			continue;
		}
		rc = memory_block_store_state(m->sys, set.first, (enum mmop)type, err);
		if (!rc)
			print_block(m->sys, set.first, type == MMOP_OFFLINE ? "disabled" : "enabled", out);
	}
	return rc;
}

/* What the options of one chmem call add up to. */
struct chmem {
	int type;           /* enum mmop, -1: neither -e nor -d */
	const char *zone;   /* -z, NULL: not given */
	const char *blocks; /* SIZE, RANGE; NULL: missing */
};

static int parse_chmem(const struct cmd_args *a, struct chmem *c, struct mm_error *err)
{
	*c = (struct chmem){ .type = -1 };
	for (int i = 1; i < a->argc; i++) {
		const char *s = a->argv[i];

		if (!strcmp(s, "-e") || !strcmp(s, "--enable"))
			c->type = MMOP_ONLINE;
		else if (!strcmp(s, "-d") || !strcmp(s, "--disable"))
			c->type = MMOP_OFFLINE;
		else if ((!strcmp(s, "-z") || !strcmp(s, "--zone")) && i + 1 < a->argc)
			c->zone = a->argv[++i];
		else if (*s != '-')
			c->blocks = s;
		else if (strcmp(s, "-b") && strcmp(s, "--blocks") && strcmp(s, "-v") &&
			 strcmp(s, "--verbose"))
			return mm_fail(err, -EINVAL, "chmem: unknown option %s", s);
	}
	if (c->type < 0 || !c->blocks)
		return mm_fail(err, -EINVAL, "write chmem -e|-d [-b] [-z ZONE] SIZE|RANGE");
	if (c->zone && c->type == MMOP_ONLINE)
		c->type = strcmp(c->zone, "Movable") ? MMOP_ONLINE_KERNEL : MMOP_ONLINE_MOVABLE;
	return 0;
}

/* chmem of util-linux: blocks that are in the wanted state are passed over. */
static int run_chmem(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct block_set set;
	struct chmem c;
	int rc = need_hotplug(m, err);

	rc = rc ? rc : parse_chmem(a, &c, err);
	rc = rc ? rc : parse_blocks(m->sys, c.blocks, &set, err);
	return rc ? rc : change_several(m->sys, &set, (enum mmop)c.type, out, err);
}

static int run_remove(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct block_set set;
	u64 start, size, bs;
	int rc = need_hotplug(m, err);

	if (rc)
		return rc;
	bs = m->sys->hotplug->block_size;
	if (a->argc == 2) {
		rc = parse_blocks(m->sys, a->argv[1], &set, err);
		if (!rc && set.wanted)
			rc = mm_fail(err, -EINVAL, "say which blocks: memory9, 9-12 or START SIZE");
		start = rc ? 0 : set.first * bs;
		size = rc ? 0 : (set.last - set.first + 1) * bs;
	} else {
		rc = parse_place(a, 1, &start, &size, err);
	}
	return rc ? rc : remove_memory(m->sys, start, size, err);
}

/* --- devices that bring memory --------------------------------------------------------- */

static struct dimm *find_dimm(struct machine *m, const struct cmd_args *a, struct mm_error *err)
{
	struct dimm *d;

	if (need_hotplug(m, err))
		return NULL;
	if (a->argc < 2) {
		mm_fail(err, -EINVAL, "name the device");
		return NULL;
	}
	d = dimm_find(m->sys, a->argv[1]);
	if (!d)
		mm_fail(err, -ENOENT, "there is no device '%s'; plug ID START SIZE node=N makes one",
			a->argv[1]);
	return d;
}

static const char *const plug_keys[] = { "node", "driver", "size", "unit", NULL };

static int describe_device(struct machine *m, const struct cmd_args *a, struct mm_error *err)
{
	const char *driver = cmd_value(a, "driver");
	struct desc_dimm d = { .id = a->argv[1], .virtio_mem = driver != NULL };
	int rc = need_hotplug(m, err);

	if (!rc && driver && strcmp(driver, "virtio_mem"))
		rc = mm_fail(err, -EINVAL,
			     "driver=%s: the only driver is virtio_mem; without it the device is a DIMM",
			     driver);
	rc = rc ? rc : parse_place(a, 2, &d.start, &d.size, err);
	rc = rc ? rc : cmd_int(a, "node", 0, MAX_NUMNODES - 1, &d.nid, err);
	rc = rc ? rc : cmd_u64(a, "unit", &d.unit, err);
	return rc ? rc : dimm_describe(m->sys, &d, err);
}

static int run_plug(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	bool described = a->argc > 2;
	struct dimm *d;
	u64 size;
	int rc = cmd_check_keys(a, plug_keys, err);

	rc = rc || !described ? rc : describe_device(m, a, err);
	if (rc)
		return rc;
	d = find_dimm(m, a, err);
	if (!d)
		return err->code;
	size = d->virtio_mem && described ? 0 : d->size;
	rc = cmd_u64(a, "size", &size, err);
	if (rc)
		return rc;
	rc = d->virtio_mem ? virtio_mem_resize(m->sys, d, size, err) : dimm_plug(m->sys, d, err);
	if (rc && described)
		dimm_forget(m->sys, a->argv[1], NULL);
	return rc;
}

static int run_unplug(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct dimm *d = find_dimm(m, a, err);

	if (!d)
		return err->code;
	return d->virtio_mem ? virtio_mem_resize(m->sys, d, 0, err) : dimm_unplug(m->sys, d, err);
}

static int run_resize(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	struct dimm *d = find_dimm(m, a, err);
	u64 size;
	int rc;

	if (!d)
		return err->code;
	if (a->argc != 3)
		return mm_fail(err, -EINVAL, "say how much memory %s shall give: resize %s 256M", d->id,
			       d->id);
	if (!d->virtio_mem)
		return mm_fail(err, -EINVAL, "%s is a DIMM: it goes in and out as a whole (plug, unplug)",
			       d->id);
	rc = cmd_parse_u64(a->argv[2], &size, "SIZE", err);
	return rc ? rc : virtio_mem_resize(m->sys, d, size, err);
}

/* --- groups ---------------------------------------------------------------------------- */

static void list_groups(const struct system *sys, struct text *out)
{
	for (u32 i = 0; i < sys->hotplug->nr_groups; i++) {
		const struct memory_group *g = &sys->hotplug->group[i];

		if (g->in_use)
			text_printf(out,
				    "group %u: %s node %d %s %llu pages, %llu blocks, present kernel %llu "
				    "movable %llu\n",
				    i, g->is_dynamic ? "dynamic" : "static", g->nid,
				    g->is_dynamic ? "unit" : "max", LL(g->max_pages), LL(g->nr_blocks),
				    LL(g->present_kernel_pages), LL(g->present_movable_pages));
	}
}

static const char *const group_words[] = { "static", "dynamic", "remove", "list", NULL };
static const char *const group_keys[] = { "node", "size", NULL };

static int make_group(struct machine *m, const struct cmd_args *a, bool dynamic, struct text *out,
		      struct mm_error *err)
{
	u64 size = 0, pages;
	int node = 0, id, rc;

	rc = cmd_int(a, "node", 0, MAX_NUMNODES - 1, &node, err);
	rc = rc ? rc : cmd_u64(a, "size", &size, err);
	if (rc)
		return rc;
	pages = size >> m->sys->arch.page_shift;
	id = dynamic ? memory_group_register_dynamic(m->sys, node, pages)
		     : memory_group_register_static(m->sys, node, pages);
	if (id < 0)
		return mm_fail(err, id, "node=%d size=%llu: the node must exist, size be above 0%s", node,
			       LL(size), dynamic ? ", a power of two and at least a memory block" : "");
	text_printf(out, "group %d\n", id);
	return 0;
}

static int run_group(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	const char *what = a->argc > 1 ? a->argv[1] : "list";
	u64 id;
	int rc = need_hotplug(m, err);

	rc = rc ? rc : cmd_check_keys(a, group_keys, err);
	if (rc)
		return rc;
	if (!strcmp(what, "list")) {
		list_groups(m->sys, out);
		return 0;
	}
	if (!strcmp(what, "static") || !strcmp(what, "dynamic"))
		return make_group(m, a, *what == 'd', out, err);
	if (strcmp(what, "remove") || a->argc != 3)
		return mm_fail(err, -EINVAL,
			       "write group static|dynamic node=N size=SIZE, group remove ID or group list");
	rc = cmd_parse_u64(a->argv[2], &id, "ID", err);
	if (rc)
		return rc;
	rc = memory_group_unregister(m->sys, id > INT32_MAX ? -1 : (int)id);
	return rc ? mm_fail(err, rc, rc == -EBUSY ? "blocks belong to group %llu" : "there is no group %llu",
			    LL(id))
		  : 0;
}

/* --- ZONE_DEVICE ----------------------------------------------------------------------- */

static const char *const device_words[] = { "add", "remove", "list", NULL };
static const char *const device_keys[] = { "node", "type", NULL };

static void list_devices(const struct system *sys, struct text *out)
{
	for (u32 i = 0; i < sys->hotplug->nr_pagemaps; i++) {
		const struct pagemap *p = &sys->hotplug->pagemap[i];

		text_printf(out, "%s: 0x%llx-0x%llx node %d %s, memmap %s", p->name,
			    LL(pfn_to_phys(&sys->arch, p->start)), LL(pfn_to_phys(&sys->arch, p->end) - 1),
			    p->nid, pagemap_type_name(p->type),
			    p->altmap_pages ? "on the device" : "from the buddy");
		text_printf(out, ", data from 0x%llx\n", LL(pfn_to_phys(&sys->arch, pagemap_pfn_first(p))));
	}
}

static int device_add(struct machine *m, const struct cmd_args *a, struct mm_error *err)
{
	const char *name = cmd_value(a, "type");
	int type = pagemap_type_from_str(name ? name : "fsdax"), node = 0, rc;
	u64 start, size;

	if (type < 0)
		return mm_fail(err, -EINVAL, "type=%s: give fsdax, devdax or p2pdma", name);
	rc = parse_place(a, 2, &start, &size, err);
	rc = rc ? rc : cmd_int(a, "node", 0, MAX_NUMNODES - 1, &node, err);
	return rc ? rc
		  : memremap_pages(m->sys, start, size, node, (enum pagemap_type)type, has_word(a, "altmap"),
				   err);
}

static int run_device(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	const char *what = a->argc > 1 ? a->argv[1] : "list";
	u64 start;
	int rc = need_hotplug(m, err);

	rc = rc ? rc : cmd_check_keys(a, device_keys, err);
	if (rc)
		return rc;
	if (!strcmp(what, "add"))
		return device_add(m, a, err);
	if (!strcmp(what, "list")) {
		list_devices(m->sys, out);
		return 0;
	}
	if (strcmp(what, "remove") || a->argc != 3)
		return mm_fail(err, -EINVAL,
			       "write device add START SIZE ..., device remove START or device list");
	rc = cmd_parse_u64(a->argv[2], &start, "START", err);
	return rc ? rc : memunmap_pages(m->sys, start, err);
}

/* --- poison ---------------------------------------------------------------------------- */

static int run_poison(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	u64 addr;
	int rc = need_hotplug(m, err);

	if (!rc && a->argc != 2)
		rc = mm_fail(err, -EINVAL, "give a physical address, as sysfs takes it");
	rc = rc ? rc : cmd_parse_u64(a->argv[1], &addr, "ADDRESS", err);
	if (rc)
		return rc;
	return *a->argv[0] == 's' ? soft_offline_page(m->sys, phys_to_pfn(&m->sys->arch, addr), err)
				  : memory_failure(m->sys, phys_to_pfn(&m->sys->arch, addr), err);
}

static const struct command rows[] = {
	{ "add", "START SIZE node=N [group=G] [driver=NAME] [memmap_on_memory]",
	  "add memory: a resource, sections and offline blocks", "Hotplug", 0, add_keys, NULL, run_add },
	{ "remove", "START SIZE | memoryN | N-M", "remove memory whose blocks are offline", "Hotplug", 0,
	  NULL, NULL, run_remove },
	{ "online", "BLOCKS...", "bring blocks online, in the zone that the policy chooses", "Hotplug", 0,
	  NULL, NULL, run_state },
	{ "online_kernel", "BLOCKS...", "bring blocks online in a kernel zone", "Hotplug", 0, NULL, NULL,
	  run_state },
	{ "online_movable", "BLOCKS...", "bring blocks online in ZONE_MOVABLE", "Hotplug", 0, NULL, NULL,
	  run_state },
	{ "offline", "BLOCKS...", "empty blocks by migration and take them offline", "Hotplug", 0, NULL, NULL,
	  run_state },
	{ "chmem", "-e|-d [-b] [-z ZONE] SIZE|RANGE", "enable or disable memory as util-linux's chmem does",
	  "Hotplug", 0, NULL, NULL, run_chmem },
	{ "plug", "ID [START SIZE node=N [driver=virtio_mem [unit=SIZE]]] [size=SIZE]",
	  "plug a DIMM, or let a virtio-mem device grow to its full size", "Hotplug", 0, plug_keys, NULL,
	  run_plug },
	{ "unplug", "ID", "take a DIMM out, or all memory of a virtio-mem device", "Hotplug", 0, NULL, NULL,
	  run_unplug },
	{ "resize", "ID SIZE", "how much memory a virtio-mem device shall give", "Hotplug", 0, NULL, NULL,
	  run_resize },
	{ "group", "static|dynamic node=N size=SIZE | remove ID | list",
	  "memory groups, by which auto-movable decides", "Hotplug", 0, group_keys, group_words, run_group },
	{ "device", "add START SIZE node=N type=fsdax|devdax|p2pdma [altmap] | remove START | list",
	  "device memory with struct pages: ZONE_DEVICE", "Hotplug", 0, device_keys, device_words,
	  run_device },
	{ "soft_offline", "ADDRESS", "move a page's content elsewhere and use the page no more", "Hotplug", 0,
	  NULL, NULL, run_poison },
	{ "hard_offline", "ADDRESS", "a page has failed: take it out of use", "Hotplug", 0, NULL, NULL,
	  run_poison },
};

const struct command *cmd_hotplug_table(int *nr)
{
	*nr = (int)ARRAY_SIZE(rows);
	return rows;
}
