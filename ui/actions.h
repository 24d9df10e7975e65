/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What keys do. Every action takes the table's argument and returns enum reaction bits. */
#ifndef MM_UI_ACTIONS_H
#define MM_UI_ACTIONS_H

#include "app.h"

enum move { MOVE_LEFT, MOVE_RIGHT, MOVE_UP, MOVE_DOWN, MOVE_PAGE_UP, MOVE_PAGE_DOWN, MOVE_ROW_START, MOVE_ROW_END,
	MOVE_FIRST, MOVE_LAST, MOVE_BLOCK_PREV, MOVE_BLOCK_NEXT };
enum block_act { BLOCK_TOGGLE, BLOCK_KERNEL, BLOCK_MOVABLE, BLOCK_REMOVE };
enum cmdline { CMDLINE_FREE_ALL, CMDLINE_UNDO, CMDLINE_REDO, CMDLINE_RESET, CMDLINE_COMPACT };

int act_alloc(struct ui *ui, int arg);
int act_free(struct ui *ui, int arg);
int act_command(struct ui *ui, int arg); /* enum cmdline */
int act_order(struct ui *ui, int arg);
int act_gfp(struct ui *ui, int arg);
int act_goto_last(struct ui *ui, int arg);
int act_why(struct ui *ui, int arg);
int act_log_kind(struct ui *ui, int arg);  /* view_log.c */
int act_log_enter(struct ui *ui, int arg);
int act_explain(struct ui *ui, int arg); /* causes.c */
int act_run(struct ui *ui, int arg);
int act_step(struct ui *ui, int arg);
int act_rate(struct ui *ui, int arg);
int act_block(struct ui *ui, int arg); /* enum block_act */
int act_plug(struct ui *ui, int arg);
int act_culprit(struct ui *ui, int arg); /* go to the page that keeps the block online */
int act_move(struct ui *ui, int arg); /* enum move */
int act_zoom(struct ui *ui, int arg);
int act_escape(struct ui *ui, int arg);
int act_select(struct ui *ui, int arg);
int act_list_enter(struct ui *ui, int arg);
int act_bands(struct ui *ui, int arg);
int act_edit_bands(struct ui *ui, int arg);
int act_axis(struct ui *ui, int arg);
int act_lens(struct ui *ui, int arg);
int act_hilbert(struct ui *ui, int arg);
int act_letters(struct ui *ui, int arg);
int act_legend(struct ui *ui, int arg);
int act_palette(struct ui *ui, int arg);
int act_presentation(struct ui *ui, int arg);
int act_mouse(struct ui *ui, int arg);
int act_debug(struct ui *ui, int arg);
int act_shot(struct ui *ui, int arg);
int act_view(struct ui *ui, int arg); /* enum view_id */
int act_view_next(struct ui *ui, int arg);
int act_focus(struct ui *ui, int arg);
int act_compare(struct ui *ui, int arg);
int act_prompt(struct ui *ui, int arg); /* ':' or '/' */
int act_find(struct ui *ui, int arg);
int act_color(struct ui *ui, int arg);
int act_owner_sort(struct ui *ui, int arg);
int act_owner_enter(struct ui *ui, int arg);
int act_slab_map(struct ui *ui, int arg); /* the cache's pages on the map */
int act_slab_sort(struct ui *ui, int arg);
int act_slab_nodes(struct ui *ui, int arg);
int act_slab_enter(struct ui *ui, int arg);
int act_slab_escape(struct ui *ui, int arg);
int act_inside(struct ui *ui, int arg); /* from a page to the slab it is part of */
/* The film of the boot view. */
enum film_act { FILM_BACK, FILM_ON, FILM_STAGE_BACK, FILM_STAGE_ON, FILM_PLAY, FILM_LOG };
int act_film(struct ui *ui, int arg); /* enum film_act */
int act_tour(struct ui *ui, int arg);
int act_redraw(struct ui *ui, int arg);
int act_quit(struct ui *ui, int arg);

/*
 * Offlining failed with *err: go to the page in the way and tell who holds it. The
 * command began at event @from_event and line @from_line of the kernel log.
 */
void offline_failed(struct ui *ui, struct pane *p, const struct mm_error *err, u64 from_event, u32 from_line);
/* Movement keys of the page view (view_page.c): pages, blocks, and its own scrolling. */
void page_move(struct ui *ui, struct pane *p, enum move m);

/* Present values for the status line. */
void ui_rate_text(struct ui *ui, char *out, size_t n);
void ui_block_text(struct ui *ui, char *out, size_t n);
/* Search for ui->find from here. */
bool find_go(struct ui *ui, int direction);

#endif
