/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel itself prints about a page, and the slab that it is part of. */
#include "page_parts.h"

#include <stdio.h>
#include <string.h>

int page_part_log(struct ui *ui, struct pane *p, struct rect r, const struct page_info *pi)
{
	struct text t = TEXT_INIT;
	int row = draw_heading(ui, r, "As the kernel prints it: dump_page(), page_owner") - r.y;

	machine_page_dump(p->m, pi->pfn, &t);
	for (const char *s = text_str(&t); *s;) {
		int n = (int)strcspn(s, "\n");
		char line[512];

		snprintf(line, sizeof(line), "%.*s", n, s);
		row += draw_wrapped(ui, r, row, st(*line == ' ' ? C_DIM : C_TEXT, C_GROUND), line);
		s += n + (s[n] == '\n');
	}
	text_cleanup(&t);
	return row + 1;
}

int page_part_slab(struct ui *ui, struct pane *p, struct rect r, const struct page_info *pi)
{
	const struct slab_state *slab = machine_slab(p->m);
	const struct kmem_cache *cache;
	struct slab_info info;
	int row;

	if (!slab || !slab_of_pfn(slab, pi->pfn, &info))
		return 0;
	row = draw_heading(ui, r, "The slab it is part of") - r.y;
	cache = slab_cache_by_id(slab, info.cache);
	draw_field(ui, r, row++, "cache", st(C_BRIGHT, C_GROUND), "%s", cache ? kmem_cache_name(cache) : "none: a large kmalloc");
	if (!cache)
		return row + 1;
	draw_field(ui, r, row++, "objects", st(C_TEXT, C_GROUND), "%u of %u used, %u bytes each", info.used, info.objects,
		   kmem_cache_geometry(cache)->size);
	return row + 1 + draw_wrapped(ui, r, row, st(C_DIM, C_GROUND), "i shows them one by one.");
}
