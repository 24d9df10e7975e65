/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Charts over time. Time is counted in operations, and samples are taken at
 * fixed operations, not at fixed moments of the clock: the same run gives the
 * same chart at any speed. When the ring is full every second sample goes and
 * the distance between samples doubles, so a chart of any run has between 512
 * and 1024 samples and costs the run nothing that one could measure.
 */
#ifndef MM_UI_CHART_H
#define MM_UI_CHART_H

#include "canvas.h"

#define CHART_SAMPLES 1024

struct pane;
struct ui;

/* Counted in pages since boot. */
enum chart_event { CE_ALLOC, CE_FREE, CE_MOVE, CE_RECLAIM, NR_CHART_EVENTS };

struct sample {
	u64 ops;
	u64 free[NR_PAGE_ORDERS_MAX]; /* pages by order, all zones */
	u64 managed;
	u64 ev[NR_CHART_EVENTS];
	s16 extfrag[NR_PAGE_ORDERS_MAX]; /* fragmentation index x1000 of the worst zone, -1000: would succeed */
};

struct chart {
	struct sample s[CHART_SAMPLES]; /* by ops, rising */
	struct sample tip;              /* the present, when the present is the latest moment */
	int nr;
	u64 tip_events;                 /* trace events when it was taken */
	u64 stride;                     /* operations between samples; a power of two */
};

/* The machine may have changed: take the sample that is due. Cheap when none is. */
void chart_tick(struct pane *p);
/* Operations that may be done until the next sample is due. */
u64 chart_room(const struct pane *p);
/*
 * A command ran over samples (`run ops=100000`): go through its operations again
 * and take them, for at most @ms milliseconds. Return: something is still missing.
 */
bool chart_fill(struct pane *p, u64 ms);
/* The last sample at or before @ops; NULL: there is none. */
const struct sample *chart_at(const struct chart *c, u64 ops);
/* Share of free memory in blocks smaller than @order, x1000 (unusable free space index). */
int sample_unusable(const struct sample *s, unsigned order);
u64 sample_free(const struct sample *s, unsigned order); /* pages in blocks of @order and larger */
const char *chart_event_name(enum chart_event e);

/* Two small charts below the map: the whole run on the width of the heatmap. */
void chart_draw(struct ui *ui, struct pane *p, struct rect r);
/* Column @x of a chart @h rows high: @v of @max as a stack of eighths. */
void chart_column(struct canvas *cv, int x, int y, int h, u64 v, u64 max, enum color fg);

#endif
