/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Places of the screen that stand for a key: a click there is that key. What
 * draws the name of a key also says where it drew it, in every frame anew, so
 * each hint on the screen is a button and nothing but the key table knows what
 * it does.
 */
#ifndef MM_UI_HITS_H
#define MM_UI_HITS_H

#include "canvas.h"

#define MAX_HITS 192

/* Beside real keys: entry @i of the open menu, and its group @i. */
#define HIT_MENU_ITEM(i)  (0x400000u + (u32)(i))
#define HIT_MENU_GROUP(i) (0x500000u + (u32)(i))

struct hit {
	struct rect r;
	u32 key;   /* 0: covers what lies below it and does nothing */
};

struct hits {
	int nr;
	struct hit hit[MAX_HITS];
	bool pressed;  /* on one of them: what follows until the release is no drag on the map */
	int x, y;      /* where the mouse rests */
};

void hits_clear(struct hits *h);
void hits_add(struct hits *h, struct rect r, u32 key);
/* The one on top at (@x, @y); NULL: none. */
const struct hit *hits_at(const struct hits *h, int x, int y);

#endif
