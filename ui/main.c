/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mmview: options, and the modes that need no terminal. With commands or a
 * script everything is printed; otherwise the screen opens (ui.h).
 *
 * Exit status: 0 done, 1 a command or check failed, 2 usage or unreadable input.
 */
#include <getopt.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "headless.h"
#include "io/open.h"
#include "lesson.h"
#include "mmview.h"
#include "options.h"
#include "ui.h"

#define EXIT_FAILED 1
#define EXIT_USAGE  2
#define MAX_ACTIONS 256
#define MAX_OPTIONS 32

struct options {
	struct action action[MAX_ACTIONS];
	int nr_actions;
	bool check, json, live, list_lessons, no_history;
	const char *import_root, *output;
	struct ui_options ui;
};

/* What getopt_long() is to know: its letters and its names. */
struct grammar {
	char letters[2 * MAX_OPTIONS + 1];
	struct option names[MAX_OPTIONS + 1];
};

static void make_grammar(struct grammar *g)
{
	const struct option_row *r;
	char *letter = g->letters;

	for (int i = 0; i < MAX_OPTIONS && (r = option_at(i)); i++) {
		bool value = r->kind != OPTION_FLAG;

		g->names[i].name = r->name;
		g->names[i].has_arg = r->optional ? optional_argument : value ? required_argument : no_argument;
		g->names[i].val = r->code;
		if (!option_letter(r))
			continue;
		*letter++ = option_letter(r);
		if (value)
			*letter++ = ':';
	}
}

/* "  -d, --delay=MS   ", then the help behind it or, where that is long, below. */
static void print_option(FILE *to, const struct option_row *r)
{
	char left[80];
	int n = option_letter(r) ? snprintf(left, sizeof(left), "-%c, ", option_letter(r)) : 0;

	n += snprintf(left + n, sizeof(left) - (size_t)n, "--%s%s%s%s%s", r->name, r->optional ? "[" : "",
		      r->value ? "=" : "", r->value ? r->value : "", r->optional ? "]" : "");
	if (n > 22)
		fprintf(to, "  %s\n  %-22s %s\n", left, "", r->help);
	else
		fprintf(to, "  %-22s %s\n", left, r->help);
}

static void usage(FILE *to)
{
	const struct option_row *r;

	fputs("mmview shows how Linux 6.12 manages physical memory.\n\n"
	      "  mmview MACHINE.ini [MACHINE2.ini]      open the screen (two machines: side by side)\n"
	      "  mmview -x COMMAND [-x COMMAND]... MACHINE.ini\n"
	      "                                         run commands without a terminal, print the results\n"
	      "  mmview -f SCRIPT MACHINE.ini           the same from a file\n"
	      "  mmview --check MACHINE.ini...          check machine files\n"
	      "  mmview --import ROOT [-o OUT.ini]      describe a real system\n"
	      "  mmview --live [ROOT]                   watch the running one\n"
	      "  mmview --lesson[=NAME]                 list the lessons, or start one\n\n",
	      to);
	for (int i = 0; (r = option_at(i)); i++)
		print_option(to, r);
	fputs("\nTry:  mmview -x 'show dmesg' -x 'run random ops=100000' -x 'show buddyinfo' ini/article-arm64.ini\n"
	      "Commands: mmview -x help MACHINE.ini     Everything: man mmview\n",
	      to);
}

static int bad_usage(const char *what, const char *value)
{
	struct mm_error err = { 0, "" };

	mm_fail(&err, -EINVAL, "%s%s%s; 'mmview --help' shows how", what, value ? ": " : "", value ? value : "");
	fprintf(stderr, "mmview: %s\n", err.msg);
	return EXIT_USAGE;
}

static int add_action(struct options *o, enum action_kind kind, const char *text)
{
	if (o->nr_actions == MAX_ACTIONS)
		return bad_usage("too many -x and -f; put the commands into one script", NULL);
	o->action[o->nr_actions].kind = kind;
	o->action[o->nr_actions++].text = text;
	return 0;
}

static int parse_ui_option(struct options *o, int c)
{
	switch (c) {
	case OPT_COLOR:
		return depth_parse(optarg, &o->ui.depth) ? bad_usage("--color", optarg) : 0;
	case OPT_PALETTE:
		o->ui.palette = optarg;
		return 0;
	case OPT_ASCII: o->ui.ascii = true; return 0;
	case OPT_NO_MOUSE: o->ui.no_mouse = true; return 0;
	case OPT_READONLY: o->ui.readonly = true; return 0;
	case OPT_PRESENT: o->ui.presentation = true; return 0;
	case OPT_RECORD: o->ui.record = optarg; return 0;
	case OPT_LANG:
		o->ui.lang = optarg;
		return strcmp(optarg, "en") && strcmp(optarg, "zh") ? bad_usage("--lang is en or zh, not", optarg) : 0;
	case 'd':
		o->ui.delay_ms = atoi(optarg);
		return o->ui.delay_ms < 5 || o->ui.delay_ms > 10000 ? bad_usage("--delay is 5 to 10000, not", optarg) : 0;
	default: return EXIT_USAGE;
	}
}

/* @word: what getopt looked at last. */
static int parse_option(struct options *o, int c, const char *word)
{
	const char letter[] = { '-', (char)optopt, '\0' };

	switch (c) {
	case 'x': return add_action(o, ACTION_COMMAND, optarg);
	case 'f': return add_action(o, ACTION_SCRIPT, optarg);
	case 'o': o->output = optarg; return 0;
	case OPT_CHECK: o->check = true; return 0;
	case OPT_JSON: o->json = true; return 0;
	case OPT_NO_HISTORY: o->no_history = true; return 0;
	case OPT_IMPORT: o->import_root = optarg; return 0;
	case OPT_LIVE:
		o->live = true;
		o->import_root = optarg ? optarg : "/";
		return 0;
	case OPT_LESSON:
		o->list_lessons = !optarg;
		o->ui.lesson = optarg;
		return 0;
	case '?': return bad_usage("unknown option or missing value", optopt > 0 && optopt < 256 ? letter : word);
	default: return parse_ui_option(o, c);
	}
}

static int fail_with(const struct mm_error *err, int status)
{
	fprintf(stderr, "mmview: %s\n", err->msg[0] ? err->msg : mm_errname(err->code));
	return status;
}

static int run_screen(struct machine **m, int nr, const struct options *o)
{
	struct mm_error err = { 0, "" };

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return bad_usage("the screen needs a terminal on standard input and output; use -x or -f for pipes", NULL);
	return ui_run(m, nr, &o->ui, &err) ? fail_with(&err, EXIT_FAILED) : 0;
}

/* The file itself; or, without a slash and not here, the installed machine of that name. */
static const char *find_machine(const char *name, char *path, size_t size)
{
	const char *dir = getenv("MMVIEW_DATADIR");

	snprintf(path, size, "%s/machines/%s", dir && *dir ? dir : MMVIEW_DATADIR, name);
	return strchr(name, '/') || !access(name, R_OK) || access(path, R_OK) ? name : path;
}

static int run_machines(char **paths, int nr, const struct options *o)
{
	char found[PATH_MAX];
	struct machine *m[2] = { NULL, NULL };
	struct mm_error err = { 0, "" };
	int status = 0;

	for (int i = 0; i < nr && !status; i++) {
		m[i] = machine_open(find_machine(paths[i], found, sizeof(found)), &err);
		if (!m[i])
			status = fail_with(&err, EXIT_USAGE);
		else if (o->no_history)
			machine_stop_recording(m[i]);
	}
	if (!status && o->nr_actions)
		for (int i = 0; i < nr && !status; i++)
			status = headless_run(m[i], o->action, o->nr_actions, o->json);
	else if (!status)
		status = run_screen(m, nr, o);
	for (int i = 0; i < nr; i++)
		machine_destroy(m[i]);
	return status;
}

static int run_import(const struct options *o)
{
	struct mm_error err = { 0, "" };
	struct machine *m;
	int status;

	if (o->output)
		return headless_import(o->import_root, o->output);
	m = headless_open_import(o->import_root, &err);
	if (!m)
		return fail_with(&err, EXIT_USAGE);
	if (o->nr_actions)
		status = headless_run(m, o->action, o->nr_actions, o->json);
	else
		status = run_screen(&m, 1, o);
	machine_destroy(m);
	return status;
}

static int run_live(struct options *o)
{
	struct mm_error err = { 0, "" };
	struct machine *m;
	int status;

	o->ui.live = live_open(o->import_root, &m, &err);
	if (!o->ui.live)
		return fail_with(&err, EXIT_USAGE);
	o->ui.period_ms = o->ui.delay_ms ? o->ui.delay_ms : 1000;
	o->ui.delay_ms = 0;
	o->ui.readonly = true;
	status = run_screen(&m, 1, o);
	machine_destroy(m);
	live_close(o->ui.live);
	return status;
}

static int run_lesson(const struct options *o)
{
	struct mm_error err = { 0, "" };
	char machine[512];
	char *path = machine;

	if (lesson_machine(o->ui.lesson, machine, sizeof(machine), &err))
		return fail_with(&err, EXIT_USAGE);
	return run_machines(&path, 1, o);
}

static int run(struct options *o, char **arg, int nr)
{
	if (o->list_lessons)
		return lesson_list(stdout) ? EXIT_FAILED : 0;
	if (o->live && nr == 1) {
		o->import_root = *arg++;
		nr--;
	}
	if (o->live && !o->output && !o->nr_actions)
		return nr ? bad_usage("--live takes one folder at most", NULL) : run_live(o);
	if (o->import_root)
		return nr ? bad_usage("--import and --live take no machine file", NULL) : run_import(o);
	if (o->ui.lesson && !nr)
		return run_lesson(o);
	if (!nr)
		return bad_usage("which machine? give a machine file, for instance ini/article-arm64.ini", NULL);
	if (o->check)
		return headless_check(arg, nr);
	if (nr > 2)
		return bad_usage("two machines at most", NULL);
	return run_machines(arg, nr, o);
}

/* What was printed has arrived, or the status says that it has not. */
static int printed(int status)
{
	if ((!fflush(stdout) && !ferror(stdout)) || status)
		return status;
	fputs("mmview: standard output does not take the results (closed pipe or full disk?)\n", stderr);
	return EXIT_FAILED;
}

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value && *value;
}

/* Where nobody chose a locale, as in a fresh Debian, letters are UTF-8: terminals are. Whoever chose C gets ASCII. */
static void choose_locale(void)
{
	setlocale(LC_ALL, "");
	if (!is_set("LC_ALL") && !is_set("LC_CTYPE") && !is_set("LANG"))
		setlocale(LC_CTYPE, "C.UTF-8");
}

int main(int argc, char **argv)
{
	static struct options o = { .ui = UI_OPTIONS_DEFAULT };
	struct grammar grammar = { 0 };
	int c, status = 0;

	choose_locale();
	make_grammar(&grammar);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error like a full disk */
	opterr = 0; /* what getopt would say has the word as it is, with all that acts on a terminal */
	while (!status && (c = getopt_long(argc, argv, grammar.letters, grammar.names, NULL)) != -1) {
		if (c == 'h' || c == 'V') {
			if (c == 'h')
				usage(stdout);
			else
				puts("mmview " MMVIEW_VERSION);
			return printed(0);
		}
		status = parse_option(&o, c, argv[optind - 1]);
	}
	return printed(status ? status : run(&o, argv + optind, argc - optind));
}
