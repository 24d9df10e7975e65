/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What mmview does without a screen: see headless.c. */
#ifndef MM_UI_HEADLESS_H
#define MM_UI_HEADLESS_H

#include "mmview.h"

enum action_kind { ACTION_COMMAND, ACTION_SCRIPT };

struct action {
	enum action_kind kind;
	const char *text; /* a command line, or a script's path ('-': standard input) */
};

/* Run the actions in order and print what they say. Exit status: 0, 1 or 2. */
int headless_run(struct machine *m, const struct action *action, int nr, bool json);
/* --check: say for each file whether it is good. Exit status: 0 or 1. */
int headless_check(char **paths, int nr);
/* --import ROOT -o OUT: write the machine file. Exit status. */
int headless_import(const char *root, const char *output);
/* --import ROOT: the booted machine, notes on standard error. NULL with *err. */
struct machine *headless_open_import(const char *root, struct mm_error *err);

#endif
