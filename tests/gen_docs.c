/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Man pages and shell completions from the program's own tables. A template goes
 * in, the page comes out; a line that is one of these words is replaced:
 *
 *   @COMMANDS@  the engine's commands, as troff     @COMMAND_WORDS@  their names, one line
 *   @FRONT@     the screen's commands, as troff     @SHOW_WORDS@     what can be shown, one line
 *   @KEYS@      the keys, as troff                  @OPTION_WORDS@   the options, one line
 *   @OPTIONS@   the options, as troff               @BASH_VALUES@    what may follow them: arms of bash's case
 *   @ZSH_OPTIONS@  specs for zsh's _arguments
 *
 * and anywhere @VERSION@ by the first argument, @DATADIR@ by the second.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ui/app.h"
#include "../ui/options.h"
#include "mmview.h"

/* Text for troff: no line of it is a request, no letter an escape. */
static void put_troff(const char *s)
{
	if (*s == '.' || *s == '\'')
		fputs("\\&", stdout);
	for (; *s; s++) {
		if (*s == '\\')
			fputs("\\e", stdout);
		else if (*s == '-')
			fputs("\\-", stdout);
		else
			putchar(*s);
	}
	putchar('\n');
}

/* "name args", the name bold; then what it does. */
static void put_entry(const char *name, const char *args, const char *help)
{
	puts(".TP");
	fputs("\\fB", stdout);
	for (const char *s = name; *s; s++)
		fputs(*s == '-' ? "\\-" : *s == '\\' ? "\\e" : *s == '\'' ? "\\(aq" : (char[]){ *s, 0 }, stdout);
	fputs("\\fR ", stdout);
	put_troff(args ? args : "");
	put_troff(help);
}

static bool seen_before(int i)
{
	for (int k = 0; k < i; k++)
		if (!strcmp(command_at(k)->group, command_at(i)->group))
			return true;
	return false;
}

static void put_commands(void)
{
	for (int g = 0; g < command_count(); g++) {
		const char *group = command_at(g)->group;

		if (seen_before(g))
			continue;
		printf(".SS %s\n", group);
		for (int i = g; i < command_count(); i++)
			if (!strcmp(command_at(i)->group, group))
				put_entry(command_at(i)->name, command_at(i)->args, command_at(i)->help);
	}
}

static void put_front(void)
{
	int nr;
	const struct front_command *f = front_commands(&nr);

	for (int i = 0; i < nr; i++)
		put_entry(f[i].name, f[i].args, f[i].help);
}

/* "In Map, Page: " where a key means this in a few views only. */
static void put_views(char *out, size_t size, u32 views)
{
	const char *between = "In ";
	int n = 0;

	*out = 0;
	if (__builtin_popcount(views) > 3)
		return;
	for (int v = 0; v < NR_VIEWS; v++)
		if (views >> v & 1) {
			n += snprintf(out + n, size - (size_t)n, "%s%s", between, view_get((enum view_id)v)->name);
			between = ", ";
		}
	snprintf(out + n, size - (size_t)n, ": ");
}

static void put_keys(void)
{
	char help[400];
	struct ui *ui = calloc(1, sizeof(*ui));
	const char *group = "";
	struct key_help k;

	if (!ui)
		abort();
	for (int i = 0; keys_help(ui, i, &k); i++) {
		if (strcmp(group, k.group))
			printf(".SS %s\n", k.group);
		group = k.group;
		put_views(help, sizeof(help), k.views);
		snprintf(help + strlen(help), sizeof(help) - strlen(help), "%s", k.help);
		put_entry(k.keys, NULL, help);
	}
	free(ui);
}

/* Names of colours for themes. */
static void put_roles(void)
{
	for (int c = 0; c < C_INK; c++) {
		for (const char *s = color_name((enum color)c); *s; s++)
			putchar(tolower((unsigned char)*s));
		puts(c < C_INK - 1 ? "," : ".");
	}
}

static void put_command_words(void)
{
	for (int i = 0; i < command_count(); i++)
		printf("%s%s", i ? " " : "", command_at(i)->name);
	putchar('\n');
}

static void put_show_words(void)
{
	const char *const *w = command_find("show")->words;

	for (int i = 0; w && w[i]; i++)
		printf("%s%s", i ? " " : "", w[i]);
	putchar('\n');
}

static void put_bold(const char *s)
{
	fputs("\\fB", stdout);
	for (; *s; s++)
		fputs(*s == '-' ? "\\-" : (char[]){ *s, 0 }, stdout);
	fputs("\\fR", stdout);
}

/* "-d, --delay=MS", the fixed part bold, what the user chooses slanted; then what it does. */
static void put_options(void)
{
	const struct option_row *o;
	char name[64];

	for (int i = 0; (o = option_at(i)); i++) {
		puts(".TP");
		if (option_letter(o)) {
			snprintf(name, sizeof(name), "-%c", option_letter(o));
			put_bold(name);
			fputs(", ", stdout);
		}
		snprintf(name, sizeof(name), "--%s", o->name);
		put_bold(name);
		if (o->kind == OPTION_CHOICE)
			printf("=\\fB%s\\fR", o->value);
		else if (o->value)
			printf(o->optional ? "[=\\fI%s\\fR]" : "=\\fI%s\\fR", o->value);
		putchar('\n');
		put_troff(o->help);
	}
}

static void put_option_words(void)
{
	const struct option_row *o;

	for (int i = 0; (o = option_at(i)); i++) {
		if (option_letter(o))
			printf("-%c ", option_letter(o));
		printf("--%s ", o->name);
	}
	putchar('\n');
}

/* The words of an OPTION_CHOICE, with blanks between. */
static void put_choices(const struct option_row *o)
{
	for (const char *s = o->value; *s; s++)
		putchar(*s == '|' ? ' ' : *s);
}

static void put_bash_values(void)
{
	const struct option_row *o;

	for (int i = 0; (o = option_at(i)); i++) {
		if (o->kind == OPTION_FLAG)
			continue;
		putchar('\t');
		if (option_letter(o))
			printf("-%c | ", option_letter(o));
		printf("--%s) ", o->name);
		switch (o->kind) {
		case OPTION_COMMAND: puts("_mmview_command \"$cur\" ;;"); break;
		case OPTION_PATH: puts("COMPREPLY=($(compgen -f -- \"$cur\")) ;;"); break;
		case OPTION_LESSON: puts("_mmview_lesson \"$cur\" ;;"); break;
		case OPTION_CHOICE:
			fputs("COMPREPLY=($(compgen -W '", stdout);
			put_choices(o);
			puts("' -- \"$cur\")) ;;");
			break;
		default: puts(";;");
		}
	}
}

static void put_zsh_action(const struct option_row *o)
{
	if (o->kind == OPTION_CHOICE) {
		printf(":%s:(", o->name);
		put_choices(o);
		putchar(')');
		return;
	}
	printf(":%s:%s", o->value, o->kind == OPTION_COMMAND ? "_mmview_commands" :
	       o->kind == OPTION_LESSON ? "_mmview_lessons" : o->kind == OPTION_PATH ? "_files" : " ");
}

static void put_zsh_options(void)
{
	const struct option_row *o;

	for (int i = 0; (o = option_at(i)); i++) {
		const char *value = o->kind == OPTION_FLAG ? "" : o->optional ? "=-" : "=";

		fputs(o->kind == OPTION_COMMAND || !strcmp(o->name, "file") ? "\t'*'" : "\t", stdout);
		if (option_letter(o))
			printf("{-%c%s,--%s%s}'[%s]", option_letter(o), *value ? "+" : "", o->name, value, o->help);
		else
			printf("'--%s%s[%s]", o->name, value, o->help);
		if (o->kind != OPTION_FLAG)
			put_zsh_action(o);
		puts("' \\");
	}
}

static void put_line(const char *line, char **values)
{
	static const char *const words[] = { "@VERSION@", "@DATADIR@" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const char *at = strstr(line, words[i]);

		if (at) {
			printf("%.*s%s%s", (int)(at - line), line, values[i], at + strlen(words[i]));
			return;
		}
	}
	fputs(line, stdout);
}

int main(int argc, char **argv)
{
	static const struct { const char *word; void (*put)(void); } parts[] = {
		{ "@COMMANDS@\n", put_commands }, { "@FRONT@\n", put_front }, { "@KEYS@\n", put_keys }, { "@ROLES@\n", put_roles },
		{ "@COMMAND_WORDS@\n", put_command_words }, { "@SHOW_WORDS@\n", put_show_words },
		{ "@OPTIONS@\n", put_options }, { "@OPTION_WORDS@\n", put_option_words },
		{ "@BASH_VALUES@\n", put_bash_values }, { "@ZSH_OPTIONS@\n", put_zsh_options },
	};
	char line[1024];

	while (argc > 2 && fgets(line, sizeof(line), stdin)) {
		size_t i = 0;

		while (i < ARRAY_SIZE(parts) && strcmp(parts[i].word, line))
			i++;
		if (i < ARRAY_SIZE(parts))
			parts[i].put();
		else
			put_line(line, argv + 1);
	}
	return argc > 2 && !ferror(stdout) && !fflush(stdout) ? 0 : 1;
}
