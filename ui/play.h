/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands at the speed of teaching: the steps of the last one are shown one
 * after the other on the map, with a sentence each. By hand (the user steps), or
 * by itself after every command while teaching is on. The machine is long done;
 * only the picture takes its time, so no key ever waits for it.
 */
#ifndef MM_UI_PLAY_H
#define MM_UI_PLAY_H

#include "steps.h"
#include "canvas.h"

struct ui;
struct pane;

#define PLAY_ROWS 4

struct play {
	bool hand;     /* opened by key: arrows step */
	bool teach;    /* play every command */
	bool running;  /* goes on by itself */
	int pane;      /* whose steps these are */
	int at;        /* present step */
	int speed;     /* index into the table of speeds */
	u64 next_ms;   /* when the next step is due */
	char title[96]; /* the command */
	bool zoomed;   /* the map was zoomed in for the steps; what it was: */
	bool was_whole;
	unsigned was_shift;
	pfn_t was_cursor;
	struct steps steps;
};

void play_init(struct play *pl);
/* Rows below the view, as for the timeline. */
struct rect play_area(const struct ui *ui, struct rect *rest);
void play_draw(struct ui *ui, struct rect r);
/* The step that pane @p should show now; NULL: none. */
const struct step *play_step(const struct ui *ui, const struct pane *p);
/* Time passes. Return: more will happen by itself. */
bool play_advance(struct ui *ui, u64 now);
/* A command or a slow workload made events [@from, @to) on pane @p: play them if teaching is on. */
void play_events(struct ui *ui, struct pane *p, u64 from, u64 to, const char *title);
/* enum reaction, or -1: not for us. */
int play_key(struct ui *ui, u32 key);
void play_close(struct ui *ui);
/* Does a workload at this rate go slowly enough to be played? */
bool play_follows(const struct ui *ui, u64 rate);

int act_steps(struct ui *ui, int arg);
int act_teach(struct ui *ui, int arg);
int act_teach_speed(struct ui *ui, int arg);

#endif
