/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Machine descriptions: building, comparing and freeing them. The checks live
 * in desc_check.c. Everything is host memory, because a description outlives
 * the machines that are booted from it.
 */
#include "boot/desc.h"

#include <stdlib.h>
#include <string.h>

struct desc *desc_new(void)
{
	struct desc *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	arch_preset(&d->arch, "x86_64", NULL);
	d->nr_cpus = 1;
	d->nr_cpus_possible = 1;
	d->boot_alloc_model = true;
	if (desc_set_string(&d->cmdline, "") || desc_set_string(&d->name, "machine")) {
		desc_free(d);
		return NULL;
	}
	return d;
}

void desc_free(struct desc *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->nr_fw; i++)
		free((char *)d->fw[i].name);
	for (size_t i = 0; i < d->nr_node; i++) {
		free(d->node[i].cpu);
		free(d->node[i].distance);
	}
	for (size_t i = 0; i < d->nr_resv; i++)
		free((char *)d->resv[i].label);
	for (size_t i = 0; i < d->nr_dimm; i++)
		free((char *)d->dimm[i].id);
	free(d->fw);
	free(d->mem);
	free(d->node);
	free(d->resv);
	free(d->dimm);
	free(d->freecount);
	free(d->percpu);
	free(d->run);
	for (size_t i = 0; i < d->nr_slab; i++)
		free(d->slab[i].name);
	free(d->slab);
	free(d->name);
	free(d->title);
	free(d->path);
	free(d->cmdline);
	free(d->hostfacts);
	free(d);
}

int desc_set_string(char **field, const char *s)
{
	char *copy = NULL;

	if (s) {
		copy = strdup(s);
		if (!copy)
			return -ENOMEM;
		text_harmless(copy); /* it comes from a file, and ends up on a terminal */
	}
	free(*field);
	*field = copy;
	return 0;
}

/*
 * Room for one more element behind *@array of @nr elements; arrays grow when
 * their number is a power of two. Return: the new element, zeroed, or NULL.
 */
static void *desc_grow(void *array, size_t nr, size_t size)
{
	void **p = array;
	char *grown = *p;

	if (!(nr & (nr - 1))) {
		if (nr > SIZE_MAX / 2 / size)
			return NULL;
		grown = realloc(*p, (nr ? 2 * nr : 1) * size);
		if (!grown)
			return NULL;
		*p = grown;
	}
	memset(grown + nr * size, 0, size);
	return grown + nr * size;
}

/* A copy of @s for *@out; NULL stays NULL. */
static int desc_copy_string(const char **out, const char *s)
{
	char *copy = NULL;
	int ret = desc_set_string(&copy, s);

	*out = copy;
	return ret;
}

int desc_add_fw(struct desc *d, phys_t start, phys_t end, enum fw_type type, u32 flags,
		const char *name, int depth)
{
	struct fw_entry *e = desc_grow(&d->fw, d->nr_fw, sizeof(*e));

	if (!e || desc_copy_string(&e->name, name))
		return -ENOMEM;
	e->start = start;
	e->end = end;
	e->type = type;
	e->flags = flags;
	e->depth = depth;
	d->nr_fw++;
	return 0;
}

int desc_add_mem(struct desc *d, phys_t start, phys_t end, int nid, bool hotplug)
{
	struct desc_mem *m = desc_grow(&d->mem, d->nr_mem, sizeof(*m));

	if (!m)
		return -ENOMEM;
	*m = (struct desc_mem){ start, end, nid, hotplug };
	d->nr_mem++;
	return 0;
}

int desc_add_resv(struct desc *d, const struct desc_resv *r)
{
	struct desc_resv *n = desc_grow(&d->resv, d->nr_resv, sizeof(*n));

	if (!n)
		return -ENOMEM;
	*n = *r;
	if (desc_copy_string(&n->label, r->label))
		return -ENOMEM;
	d->nr_resv++;
	return 0;
}

int desc_add_dimm(struct desc *d, const struct desc_dimm *m)
{
	struct desc_dimm *n = desc_grow(&d->dimm, d->nr_dimm, sizeof(*n));

	if (!n)
		return -ENOMEM;
	*n = *m;
	if (desc_copy_string(&n->id, m->id))
		return -ENOMEM;
	d->nr_dimm++;
	return 0;
}

int desc_add_freecount(struct desc *d, const struct desc_freecount *f)
{
	struct desc_freecount *n = desc_grow(&d->freecount, d->nr_freecount, sizeof(*n));

	if (!n)
		return -ENOMEM;
	*n = *f;
	d->nr_freecount++;
	return 0;
}

int desc_add_percpu(struct desc *d, const struct desc_percpu *p)
{
	struct desc_percpu *n = desc_grow(&d->percpu, d->nr_percpu, sizeof(*n));

	if (!n)
		return -ENOMEM;
	*n = *p;
	d->nr_percpu++;
	return 0;
}

int desc_add_run(struct desc *d, const struct desc_run *r)
{
	struct desc_run *last = d->nr_run ? &d->run[d->nr_run - 1] : NULL, *n;

	if (last && last->use == r->use && last->order == r->order && last->nr <= UINT32_MAX - r->nr &&
	    last->pfn + ((u64)last->nr << last->order) == r->pfn) {
		last->nr += r->nr;
		return 0;
	}
	n = desc_grow(&d->run, d->nr_run, sizeof(*n));
	if (!n)
		return -ENOMEM;
	*n = *r;
	d->nr_run++;
	return 0;
}

int desc_add_slab(struct desc *d, const struct desc_slab *s)
{
	struct desc_slab *n = desc_grow(&d->slab, d->nr_slab, sizeof(*n));

	if (!n)
		return -ENOMEM;
	*n = *s;
	n->name = strdup(s->name);
	if (!n->name)
		return -ENOMEM;
	text_harmless(n->name);
	d->nr_slab++;
	return 0;
}

bool desc_has_state(const struct desc *d) { return d->nr_freecount || d->nr_percpu || d->nr_run || d->nr_slab; }

struct desc_node *desc_get_node(struct desc *d, int nid)
{
	struct desc_node *n;

	for (size_t i = 0; i < d->nr_node; i++)
		if (d->node[i].nid == nid)
			return &d->node[i];
	n = desc_grow(&d->node, d->nr_node, sizeof(*n));
	if (!n)
		return NULL;
	n->nid = nid;
	d->nr_node++;
	return n;
}

const char *fw_type_key(enum fw_type type)
{
	static const char *const key[NR_FW_TYPES] = {
		[FW_RAM] = "ram", [FW_RESERVED] = "reserved", [FW_ACPI] = "acpi", [FW_NVS] = "nvs",
		[FW_UNUSABLE] = "unusable", [FW_PMEM] = "pmem", [FW_PRAM] = "pram",
		[FW_SOFT_RESERVED] = "soft_reserved", [FW_DEVICE] = "device", [FW_NOMAP] = "nomap",
		[FW_OTHER] = "other",
	};

	return key[type];
}

const char *desc_resv_key(enum desc_resv_kind kind)
{
	static const char *const key[NR_RESV_KINDS] = {
		[RESV_PLAIN] = "range", [RESV_KERNEL_CODE] = "kernel_code",
		[RESV_KERNEL_RODATA] = "kernel_rodata", [RESV_KERNEL_DATA] = "kernel_data",
		[RESV_KERNEL_BSS] = "kernel_bss", [RESV_INITRD] = "initrd",
		[RESV_CRASHKERNEL] = "crashkernel", [RESV_NOMAP] = "nomap", [RESV_CMA] = "cma",
		[RESV_ALLOC] = "alloc",
		[RESV_FREED] = "free",
	};

	return key[kind];
}

/* --- comparing ------------------------------------------------------------- */

static bool same_string(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* The same, where a newline at the end says nothing. */
static bool same_lines(const char *a, const char *b)
{
	size_t na = a ? strlen(a) : 0, nb = b ? strlen(b) : 0;

	na -= na && a[na - 1] == '\n';
	nb -= nb && b[nb - 1] == '\n';
	return na == nb && (!na || !memcmp(a, b, na));
}

/* Is cpu @cpu in @n of description @d? */
static bool node_has_cpu(const struct desc *d, const struct desc_node *n, int cpu)
{
	return n->cpu && cpu < d->nr_cpus_possible && n->cpu[cpu];
}

static const struct desc_node *node_find(const struct desc *d, int nid)
{
	for (size_t i = 0; i < d->nr_node; i++)
		if (d->node[i].nid == nid)
			return &d->node[i];
	return NULL;
}

/* Node @n of @da is the same in @db; one without cpus and distances need not be there. */
static bool same_node(const struct desc *da, const struct desc_node *n, const struct desc *db)
{
	const struct desc_node none = { .nid = n->nid };
	const struct desc_node *o = node_find(db, n->nid);

	if (!o)
		o = &none;
	if (n->nr_distance != o->nr_distance)
		return false;
	for (int i = 0; i < da->nr_cpus_possible; i++)
		if (node_has_cpu(da, n, i) != node_has_cpu(db, o, i))
			return false;
	return !n->nr_distance || !memcmp(n->distance, o->distance, (size_t)n->nr_distance);
}

static bool same_fw(const struct fw_entry *a, const struct fw_entry *b)
{
	return a->start == b->start && a->end == b->end && a->type == b->type &&
	       a->flags == b->flags && a->depth == b->depth && same_string(a->name, b->name);
}

static bool same_resv(const struct desc_resv *a, const struct desc_resv *b)
{
	return a->start == b->start && a->end == b->end && a->size == b->size && a->align == b->align &&
	       a->nid == b->nid && a->kind == b->kind && a->flags == b->flags &&
	       same_string(a->label, b->label);
}

static bool same_dimm(const struct desc_dimm *a, const struct desc_dimm *b)
{
	return same_string(a->id, b->id) && a->start == b->start && a->size == b->size &&
	       a->nid == b->nid && a->virtio_mem == b->virtio_mem && a->plugged == b->plugged &&
	       a->requested == b->requested && a->unit == b->unit;
}

/* Node memory is a set: the order of ranges that do not overlap says nothing. */
static bool has_mem(const struct desc *d, const struct desc_mem *m)
{
	for (size_t i = 0; i < d->nr_mem; i++)
		if (d->mem[i].start == m->start && d->mem[i].end == m->end && d->mem[i].nid == m->nid &&
		    d->mem[i].hotplug == m->hotplug)
			return true;
	return false;
}

static bool same_freecount(const struct desc_freecount *a, const struct desc_freecount *b)
{
	return a->nid == b->nid && a->zone == b->zone && a->mt == b->mt &&
	       !memcmp(a->count, b->count, sizeof(a->count));
}

static bool same_percpu(const struct desc_percpu *a, const struct desc_percpu *b)
{
	return a->nid == b->nid && a->zone == b->zone && a->cpu == b->cpu && a->pages == b->pages;
}

static bool same_run(const struct desc_run *a, const struct desc_run *b)
{
	return a->pfn == b->pfn && a->nr == b->nr && a->order == b->order && a->use == b->use;
}

static bool same_slab(const struct desc_slab *a, const struct desc_slab *b)
{
	return !strcmp(a->name, b->name) && a->active_objs == b->active_objs && a->num_objs == b->num_objs &&
	       a->objsize == b->objsize && a->objperslab == b->objperslab && a->pagesperslab == b->pagesperslab &&
	       a->active_slabs == b->active_slabs && a->num_slabs == b->num_slabs;
}

static bool same_arch(const struct arch *a, const struct arch *b)
{
	return a->id == b->id && a->page_shift == b->page_shift &&
	       a->max_page_order == b->max_page_order && a->pageblock_order == b->pageblock_order &&
	       a->section_shift == b->section_shift && a->phys_bits == b->phys_bits &&
	       a->struct_page_size == b->struct_page_size && a->hpage_pmd_order == b->hpage_pmd_order &&
	       a->nr_cpus_limit == b->nr_cpus_limit && a->max_numnodes == b->max_numnodes &&
	       a->zones_mask == b->zones_mask && a->has_cma == b->has_cma &&
	       a->deferred_init == b->deferred_init && a->flatmem == b->flatmem &&
	       a->strict_pfn_valid == b->strict_pfn_valid &&
	       a->block_size == b->block_size && a->page_offset == b->page_offset &&
	       a->vmemmap_start == b->vmemmap_start && a->dma_limit == b->dma_limit &&
	       a->dma32_limit == b->dma32_limit && a->vmalloc_end == b->vmalloc_end &&
	       a->vmalloc_reserve == b->vmalloc_reserve;
}

static bool differ(struct text *why, const char *what, size_t i)
{
	if (why)
		text_printf(why, "%s %zu differs\n", what, i);
	return false;
}

/* One array of both descriptions, element by element. */
#define SAME_ARRAY(nr, field, same, what)                                      \
	do {                                                                   \
		if (a->nr != b->nr)                                            \
			return differ(why, "number of " what "s:", a->nr);      \
		for (size_t i = 0; i < a->nr; i++)                             \
			if (!same(&a->field[i], &b->field[i]))                 \
				return differ(why, what, i);                   \
	} while (0)

static bool same_arrays(const struct desc *a, const struct desc *b, struct text *why)
{
	SAME_ARRAY(nr_fw, fw, same_fw, "firmware entry");
	SAME_ARRAY(nr_resv, resv, same_resv, "reservation");
	SAME_ARRAY(nr_dimm, dimm, same_dimm, "memory device");
	SAME_ARRAY(nr_freecount, freecount, same_freecount, "free count");
	SAME_ARRAY(nr_percpu, percpu, same_percpu, "per-cpu count");
	SAME_ARRAY(nr_run, run, same_run, "run of pages");
	SAME_ARRAY(nr_slab, slab, same_slab, "slab cache");
	return true;
}

static bool same_nodes(const struct desc *a, const struct desc *b, struct text *why)
{
	if (a->nr_mem != b->nr_mem)
		return differ(why, "number of node memory ranges:", a->nr_mem);
	for (size_t i = 0; i < a->nr_mem; i++)
		if (!has_mem(b, &a->mem[i]))
			return differ(why, "node memory range", i);
	for (size_t i = 0; i < a->nr_node; i++)
		if (!same_node(a, &a->node[i], b))
			return differ(why, "node", (size_t)a->node[i].nid);
	for (size_t i = 0; i < b->nr_node; i++)
		if (!same_node(b, &b->node[i], a))
			return differ(why, "node", (size_t)b->node[i].nid);
	return true;
}

bool desc_equal(const struct desc *a, const struct desc *b, struct text *why)
{
	if (!same_string(a->name, b->name) || !same_string(a->title, b->title))
		return differ(why, "name or title, part", 0);
	if (!same_arch(&a->arch, &b->arch))
		return differ(why, "architecture", 0);
	if (!same_string(a->cmdline, b->cmdline))
		return differ(why, "command line", 0);
	if (!same_lines(a->hostfacts, b->hostfacts))
		return differ(why, "notes, part", 0);
	if (a->seed != b->seed || a->nr_cpus != b->nr_cpus || a->nr_cpus_possible != b->nr_cpus_possible ||
	    a->kernel_version != b->kernel_version || a->l3_slice_kib != b->l3_slice_kib || a->fw_overlaps != b->fw_overlaps ||
	    a->resv_complete != b->resv_complete || a->boot_alloc_model != b->boot_alloc_model)
		return differ(why, "machine setting", 0);
	return same_arrays(a, b, why) && same_nodes(a, b, why);
}
