/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The menu: what can be done in the present view, group by group, with the key
 * that does it and a sentence; and every command. It is made from the tables of
 * keys and commands each time it is drawn, so it cannot lack one.
 */
#ifndef MM_UI_MENU_H
#define MM_UI_MENU_H

#include "base/types.h"

struct ui;
struct input;

struct menu {
	bool open;
	int group, item;
	s64 top;      /* first item shown */
	int rows;     /* items that fit, as drawn last */
};

/* Opens or closes it. */
int act_menu(struct ui *ui, int arg);
/* Opens it at the lessons, or at the workloads. */
int act_lessons(struct ui *ui, int arg);
int act_workloads(struct ui *ui, int arg);
/* While it is open. Return: enum reaction. */
int menu_key(struct ui *ui, u32 key);
int menu_mouse(struct ui *ui, const struct input *in);
void menu_draw(struct ui *ui);

#endif
