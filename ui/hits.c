/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hints as buttons: see hits.h. What is drawn later lies on top. */
#include "hits.h"

void hits_clear(struct hits *h) { h->nr = 0; }

void hits_add(struct hits *h, struct rect r, u32 key)
{
	if (h->nr < MAX_HITS && r.w > 0 && r.h > 0)
		h->hit[h->nr++] = (struct hit){ r, key };
}

const struct hit *hits_at(const struct hits *h, int x, int y)
{
	for (int i = h->nr - 1; i >= 0; i--) {
		const struct rect *r = &h->hit[i].r;

		if (x >= r->x && x < r->x + r->w && y >= r->y && y < r->y + r->h)
			return &h->hit[i];
	}
	return NULL;
}
