/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Man pages and shell completions from the program's own tables. A template goes
 * in, the page comes out; a line that is one of these words is replaced:
 *
 *   @COMMANDS@  the engine's commands, as troff     @COMMAND_WORDS@  their names, one line
 *   @FRONT@     the screen's commands, as troff     @SHOW_WORDS@     what can be shown, one line
 *   @KEYS@      the keys, as troff
 *
 * and @VERSION@ anywhere by the first argument.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ui/app.h"
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

static void put_keys(void)
{
	struct ui *ui = calloc(1, sizeof(*ui));
	const char *group = "";
	struct key_help k;

	if (!ui)
		abort();
	for (int i = 0; keys_help(ui, i, &k); i++) {
		if (strcmp(group, k.group))
			printf(".SS %s\n", k.group);
		group = k.group;
		put_entry(k.keys, NULL, k.help);
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

static void put_line(const char *line, const char *version)
{
	const char *at = strstr(line, "@VERSION@");

	if (at)
		printf("%.*s%s%s", (int)(at - line), line, version, at + strlen("@VERSION@"));
	else
		fputs(line, stdout);
}

int main(int argc, char **argv)
{
	static const struct { const char *word; void (*put)(void); } parts[] = {
		{ "@COMMANDS@\n", put_commands }, { "@FRONT@\n", put_front }, { "@KEYS@\n", put_keys }, { "@ROLES@\n", put_roles },
		{ "@COMMAND_WORDS@\n", put_command_words }, { "@SHOW_WORDS@\n", put_show_words },
	};
	char line[1024];

	while (argc > 1 && fgets(line, sizeof(line), stdin)) {
		size_t i = 0;

		while (i < ARRAY_SIZE(parts) && strcmp(parts[i].word, line))
			i++;
		if (i < ARRAY_SIZE(parts))
			parts[i].put();
		else
			put_line(line, argv[1]);
	}
	return argc > 1 && !ferror(stdout) && !fflush(stdout) ? 0 : 1;
}
