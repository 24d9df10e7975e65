/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The screen, as main.c sees it. */
#ifndef MM_UI_UI_H
#define MM_UI_UI_H

#include "io/live.h"
#include "mmview.h"
#include "style.h"

struct ui_options {
	enum depth depth;        /* DEPTH_AUTO: what the terminal can do */
	const char *palette;     /* or one of the user's themes; NULL: dark, or light where COLORFGBG says so */
	bool ascii;              /* no glyphs beyond ASCII */
	bool no_mouse;
	bool readonly;           /* nothing changes the machine */
	bool presentation;       /* large cells, few words */
	int delay_ms;            /* between frames; 0: 33 */
	const char *lang;        /* "en", "zh"; NULL: by LANG */
	const char *record;      /* write an asciicast of the session here, or NULL */
	const char *lesson;      /* start with this lesson (a file), or NULL */
	struct live *live;       /* a running system is shown: look again each period_ms, unless that costs too much; or NULL */
	int period_ms;
	const char *config;      /* key bindings; NULL: $XDG_CONFIG_HOME/mmview/config.ini */
};

/* All zeroes but the one that means "find out". */
#define UI_OPTIONS_DEFAULT { .depth = DEPTH_AUTO }

/*
 * Show the @nr (1 or 2) machines until the user quits. The machines stay the
 * caller's; a live one is destroyed and m[0] replaced each time it is read. Return: 0, or -errno with *err (no terminal, a bad config file).
 */
int ui_run(struct machine **m, int nr, const struct ui_options *opt, struct mm_error *err);

#endif
