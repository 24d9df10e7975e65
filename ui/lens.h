/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the map's colours tell: a lens puts every page into one of a few buckets
 * (orders, owners, ages ...), each with a colour, a letter and a name. A cell counts
 * its pages by bucket; its tile is the mixture, never only the first page.
 */
#ifndef MM_UI_LENS_H
#define MM_UI_LENS_H

#include "mmview.h"
#include "tile.h"

#define LENS_BUCKETS 32

/* The first buckets of every lens that looks at pages: what the question does not apply to. */
enum { BUCKET_HOLE, BUCKET_FREE, BUCKET_ASIDE, BUCKET_REST, BUCKET_KEY0 };

struct lens_bucket {
	u8 color;  /* enum color */
	char letter;
	char label[32];
};

struct lens {
	enum tile_lens id;
	int nr;
	struct lens_bucket b[LENS_BUCKETS];
	u64 keys[LENS_BUCKETS]; /* owner numbers or pids of buckets from BUCKET_KEY0 on */
};

/* Pages of a cell by bucket: all, and those that a spotlight falls on. */
struct lens_count {
	u64 all[LENS_BUCKETS];
	u64 lit[LENS_BUCKETS];
	bool sampled; /* not every page was looked at; the counts are scaled up */
};

/* Which pages are lit. */
enum spot_kind { SPOT_NONE, SPOT_FLAGS, SPOT_OWNER, SPOT_PID };
struct spot {
	enum spot_kind kind;
	struct page_filter filter;
	u64 key;         /* owner number, or pid */
	char text[96];   /* as the user said it, or the owner's name */
};

/* "order", "owner" ...; NULL past the end. */
const char *lens_name(enum tile_lens id);
/* One plain sentence. */
const char *lens_about(enum tile_lens id);
/* NR_LENSES: there is no such lens. */
enum tile_lens lens_find(const char *name);
/* Read from @m what the buckets are now (the largest owners have one each). */
void lens_prepare(struct lens *l, const struct machine *m, enum tile_lens id);
/* Add the pages of one run. */
void lens_add(const struct lens *l, const struct machine *m, const struct spot *spot, const struct page_run *r, struct lens_count *c);
/* Count [start, end) by looking at no more than about @max runs. */
void lens_count(const struct lens *l, const struct machine *m, const struct spot *spot, pfn_t start, pfn_t end, u64 max,
		struct lens_count *c);
/* The mixture as a tile; with a spotlight what is not lit sinks back. */
struct tile lens_tile(const struct lens *l, const struct lens_count *c, bool spot, const struct tile_options *o);
u64 lens_lit(const struct lens_count *c);
u64 lens_all(const struct lens_count *c); /* holes do not count */

#endif
