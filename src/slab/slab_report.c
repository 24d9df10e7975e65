/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a kernel with slab_debug=F logs when an object is freed that must not be.
 *
 * Models: mm/slub.c slab_bug(), print_slab_info(), print_trailer(), object_err(),
 * free_consistency_checks(), cache_from_obj() of Linux 6.12.
 */
#include "phys/page_flags.h"
#include "slab/slub_internal.h"

typedef unsigned long long ull;

static u64 object_or_null(const struct slab *slab, u32 obj) { return obj < slab->objects ? obj_addr(slab, obj) : 0; }

static void print_bug(const struct kmem_cache *s, const char *what, u64 addr, struct text *out)
{
	text_puts(out, "=============================================================================\n");
	text_printf(out, "BUG %s (Not tainted): %s", s->name, what);
	if (addr)
		text_printf(out, " 0x%llx", (ull)addr);
	text_puts(out, "\n-----------------------------------------------------------------------------\n\n");
}

static void print_slab(const struct slab_state *st, const struct slab *slab, struct text *out)
{
	struct page_view v;

	memmap_view(st->mm->map, slab->pfn, &v);
	text_printf(out, "Slab 0x%llx objects=%u used=%u fp=0x%llx flags=", (ull)slab->addr, slab->objects, slab->inuse,
		    (ull)object_or_null(slab, slab->freelist));
	page_flags_format(st->mm->arch, &v, out);
	text_puts(out, "\n");
}

static void print_object(const struct slab *slab, u64 addr, u32 obj, struct text *out)
{
	u16 next = slab->link[obj];

	text_printf(out, "Object 0x%llx @offset=%llu fp=0x%llx\n\n", (ull)addr, (ull)(addr - slab->addr),
		    next == OBJ_USED ? 0ULL : (ull)object_or_null(slab, next));
}

void slab_report_bad_free(const struct slab_state *st, const struct kmem_cache *s, u64 addr, struct text *out)
{
	const struct slab *slab = slab_map_find(st, addr);
	const struct kmem_cache *own = slab ? slab->cache : NULL;
	u32 obj;

	if (!own) {
		text_printf(out, "object pointer: 0x%llx\n", (ull)addr);
		return;
	}
	if (s && s != own) {
		text_printf(out, "cache_from_obj: Wrong slab cache. %s but object is from %s\n", s->name, own->name);
		return;
	}
	obj = obj_index(slab, addr);
	if (obj >= slab->objects || obj_addr(slab, obj) != addr) {
		print_bug(own, "Invalid object pointer", addr, out);
		print_slab(st, slab, out);
	} else {
		print_bug(own, "Object already free", 0, out);
		print_slab(st, slab, out);
		print_object(slab, addr, obj, out);
	}
	text_printf(out, "FIX %s: Object at 0x%llx not freed\n", own->name, (ull)addr);
}
