/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of the command line's options; see options.h. */
#include <stddef.h>

#include "base/types.h"
#include "options.h"

static const struct option_row rows[] = {
	{ 'x', "execute", OPTION_COMMAND, false, "COMMAND",
	  "run a command without a terminal and print what it says; may be repeated, stops at the first that fails" },
	{ 'f', "file", OPTION_PATH, false, "SCRIPT",
	  "the same with the lines of a file; - is standard input, # begins a comment" },
	{ OPT_JSON, "json", OPTION_FLAG, false, NULL, "print what show says as JSON (with -x and -f)" },
	{ OPT_CHECK, "check", OPTION_FLAG, false, NULL,
	  "say for each machine file whether it is good, and if not, where and why" },
	{ OPT_IMPORT, "import", OPTION_PATH, false, "ROOT",
	  "describe a real system, given as / or a folder laid out like it or a boot log; only reads" },
	{ 'o', "output", OPTION_PATH, false, "OUT.ini",
	  "where --import writes the machine file; - is standard output; without it the machine opens" },
	{ OPT_LIVE, "live", OPTION_PATH, true, "ROOT",
	  "the system that is running, read again every second (see --delay); only reads" },
	{ OPT_LESSON, "lesson", OPTION_LESSON, true, "NAME", "list the lessons, or start one" },
	{ OPT_COLOR, "color", OPTION_CHOICE, false, "auto|always|256|16|8|never", "colours to use; NO_COLOR is honoured" },
	{ OPT_PALETTE, "palette", OPTION_CHOICE, false, "dark|light|contrast|deuteranopia|tritanopia|mono",
	  "which colours mean what; or the name of a theme in your settings" },
	{ OPT_ASCII, "ascii", OPTION_FLAG, false, NULL, "draw with ASCII only" },
	{ OPT_NO_MOUSE, "no-mouse", OPTION_FLAG, false, NULL, "leave the mouse to the terminal" },
	{ OPT_READONLY, "read-only", OPTION_FLAG, false, NULL, "nothing changes the machine" },
	{ OPT_PRESENT, "presentation", OPTION_FLAG, false, NULL, "large cells, few words" },
	{ 'd', "delay", OPTION_NUMBER, false, "MS",
	  "time between frames, 5 to 10000 milliseconds; with --live the time between readings" },
	{ OPT_LANG, "lang", OPTION_CHOICE, false, "en|zh", "language of lessons and explanations" },
	{ OPT_RECORD, "record", OPTION_PATH, false, "FILE.cast", "record the screen as an asciicast" },
	{ OPT_NO_HISTORY, "no-history", OPTION_FLAG, false, NULL, "no undo, which saves memory on huge machines" },
	{ 'h', "help", OPTION_FLAG, false, NULL, "a summary of these options" },
	{ 'V', "version", OPTION_FLAG, false, NULL, "the version" },
};

const struct option_row *option_at(int i)
{
	return i >= 0 && i < (int)ARRAY_SIZE(rows) ? &rows[i] : NULL;
}

char option_letter(const struct option_row *o)
{
	return o->code < OPT_IMPORT ? (char)o->code : 0;
}
