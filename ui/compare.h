/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two machines side by side: what differs. See compare.c. */
#ifndef MM_UI_COMPARE_H
#define MM_UI_COMPARE_H

#include "app.h"

/* The machine beside @p; NULL: there is one only. */
struct pane *compare_other(struct ui *ui, const struct pane *p);
/* Take the strip of figures off *rest. Its h is 0 with one machine. */
struct rect compare_area(const struct ui *ui, struct rect *rest);
void compare_draw(struct ui *ui, struct rect r);
/* Mark the cells of the heatmap of @p, drawn before, that differ from the other machine's. */
void compare_mark_cells(struct ui *ui, struct pane *p);
/* The other machine's zone of the same node and type. False: there is none. */
bool compare_zone(struct ui *ui, const struct pane *p, const struct zone_info *z, struct zone_info *out);
/* The sign that a row differs, at (@x, @y). */
void compare_mark(struct ui *ui, int x, int y, bool differ);

#endif
