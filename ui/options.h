/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line's options, one row each. What getopt is told, --help, the man page
 * and the completions of bash and zsh all come from here.
 */
#ifndef MMVIEW_UI_OPTIONS_H
#define MMVIEW_UI_OPTIONS_H

#include <stdbool.h>

/* Codes above those of letters, for options that have none. */
enum { OPT_IMPORT = 256, OPT_CHECK, OPT_JSON, OPT_LIVE, OPT_LESSON, OPT_COLOR, OPT_PALETTE, OPT_ASCII, OPT_NO_MOUSE,
       OPT_READONLY, OPT_PRESENT, OPT_LANG, OPT_RECORD, OPT_NO_HISTORY };

/* What may be completed after an option. */
enum option_kind { OPTION_FLAG, OPTION_COMMAND, OPTION_PATH, OPTION_LESSON, OPTION_CHOICE, OPTION_NUMBER };

struct option_row {
	int code;               /* the letter, or an OPT_ code */
	const char *name;       /* without its dashes */
	enum option_kind kind;
	bool optional;          /* the value may be left out: --name[=VALUE] */
	const char *value;      /* what stands for the value in texts; for OPTION_CHOICE the words, with | between */
	const char *help;       /* a sentence without : ' [ ] (shells read it too) and without the full stop */
};

/* Row @i from 0, or NULL behind the last. */
const struct option_row *option_at(int i);
/* The letter of a row, or 0. */
char option_letter(const struct option_row *o);

#endif
