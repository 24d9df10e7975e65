/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The slab view's two sheets: the list of caches, and one cache slab by slab, object by object. */
#ifndef MM_UI_SLAB_H
#define MM_UI_SLAB_H

#include "app.h"
#include "actions.h"

#define SLAB_CACHES_MAX 1024

/* Caches in the order chosen; the array is the caller's to free(). NULL: none, or no memory. */
struct slab_cache_info *slab_list(struct ui *ui, struct pane *p, int *nr);
/* slab_open.c: the cache that is open. False: it is gone. */
bool slab_open_draw(struct ui *ui, struct pane *p, struct rect r);
/* slab_cells.c: the objects of @s as cells in @r; returns the rows used. */
int slab_cells_draw(struct ui *ui, struct pane *p, struct rect r, const struct slab_info *s, bool ctor);
/* Words for where a slab is, and its letter. */
const char *slab_place_words(enum slab_place place);
char slab_place_letter(enum slab_place place);
enum color slab_place_color(enum slab_place place);
/* Movement keys while a cache is open. */
void slab_move(struct ui *ui, enum move m);

#endif
