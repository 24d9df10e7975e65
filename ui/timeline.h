/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The timeline: the whole run as a bar below the view, with commands, bookmarks,
 * checkpoints and the present. Keys and mouse move the present; the machine
 * follows once per frame, however fast they come.
 */
#ifndef MM_UI_TIMELINE_H
#define MM_UI_TIMELINE_H

#include "tty.h"
#include "canvas.h"

struct ui;
struct pane;

#define TIMELINE_ROWS 4
#define TIMELINE_LABEL 10 /* columns left of the bar */

struct timeline {
	bool open;
	bool pending;    /* the machine is not yet where the user wants it */
	u64 want;        /* operation to go to */
	bool filling;    /* charts still miss samples: draw again */
	struct rect bar; /* of the last frame; h == 0: not shown */
};

/* Column @i of @columns <-> operation, of a run of @end operations. */
u64 timeline_op(u64 end, int columns, int i);
int timeline_column(u64 end, int columns, u64 op);

/* Columns of the charts in the time view of width @w: the bar below them is as wide (view_time.c). */
int time_columns(int w);

/* Shown below the present view? */
bool timeline_shown(const struct ui *ui);
/* Take its rows off *rest (its h is 0 when it is not shown). */
struct rect timeline_area(const struct ui *ui, struct rect *rest);
void timeline_draw(struct ui *ui, struct pane *p, struct rect r);
/* Keys and mouse while it is shown: enum reaction, or -1: not for the timeline. */
int timeline_key(struct ui *ui, u32 key);
int timeline_mouse(struct ui *ui, const struct input *in);
/* Before a frame: bring the machine to where the user scrubbed. */
void timeline_settle(struct ui *ui);
/* The state's hash, computed again only when the machine has changed. */
u64 ui_hash(struct pane *p);

int act_timeline(struct ui *ui, int arg);
int act_bookmark(struct ui *ui, int arg);
int act_bookmark_go(struct ui *ui, int arg); /* +1 next, -1 previous */

#endif
