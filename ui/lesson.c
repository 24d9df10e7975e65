/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lesson files: finding, reading, listing. See lesson.h for the format. */
#include "lesson.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define MAX_STEPS    64
#define MAX_COMMANDS 16
#define MAX_LESSONS  128
#ifndef MMVIEW_DATADIR
#define MMVIEW_DATADIR "/usr/local/share/mmview"
#endif

enum lang { LANG_EN, LANG_ZH, NR_LANGS };

struct step {
	struct text text[NR_LANGS];
	char *command[MAX_COMMANDS];
	int nr_commands;
};

struct lesson {
	char *path;
	struct text title[NR_LANGS];
	char *machine;
	struct step step[MAX_STEPS];
	int nr_steps;
};

/* What a line that begins with blanks continues. */
struct reader {
	struct lesson *l;
	const char *path;
	int line;
	struct text *open; /* NULL: nothing */
	bool paragraph;    /* an empty line was seen in it */
};

static enum lang lang_of(const char *lang) { return lang && !strcmp(lang, "zh") ? LANG_ZH : LANG_EN; }

void lesson_free(struct lesson *l)
{
	if (!l)
		return;
	for (int i = 0; i < NR_LANGS; i++)
		text_cleanup(&l->title[i]);
	for (int s = 0; s < l->nr_steps; s++) {
		for (int i = 0; i < NR_LANGS; i++)
			text_cleanup(&l->step[s].text[i]);
		for (int i = 0; i < l->step[s].nr_commands; i++)
			free(l->step[s].command[i]);
	}
	free(l->machine);
	free(l->path);
	free(l);
}

int lesson_steps(const struct lesson *l) { return l->nr_steps; }

static const char *in_lang(const struct text *t, const char *lang)
{
	return t[lang_of(lang)].len ? text_str(&t[lang_of(lang)]) : text_str(&t[LANG_EN]);
}

const char *lesson_title(const struct lesson *l, const char *lang) { return in_lang(l->title, lang); }

const char *lesson_text(const struct lesson *l, int step, const char *lang)
{
	return step >= 0 && step < l->nr_steps ? in_lang(l->step[step].text, lang) : "";
}

const char *lesson_command(const struct lesson *l, int step, int i)
{
	if (step < 0 || step >= l->nr_steps || i < 0 || i >= l->step[step].nr_commands)
		return NULL;
	return l->step[step].command[i];
}

/* --- reading ----------------------------------------------------------------- */

static int bad_line(const struct reader *r, struct mm_error *err, const char *what)
{
	return mm_fail(err, -EINVAL, "%s:%d: %s", r->path, r->line, what);
}

static int set_machine(struct reader *r, const char *value)
{
	const char *slash = strrchr(r->path, '/');
	struct text t = TEXT_INIT;

	if (slash && value[0] != '/')
		text_printf(&t, "%.*s/", (int)(slash - r->path), r->path);
	text_puts(&t, value);
	free(r->l->machine);
	r->l->machine = strdup(text_str(&t));
	text_cleanup(&t);
	return r->l->machine ? 0 : -ENOMEM;
}

static int add_command(struct reader *r, const char *value, struct mm_error *err)
{
	struct step *s = &r->l->step[r->l->nr_steps - 1];

	if (s->nr_commands == MAX_COMMANDS)
		return bad_line(r, err, "too many commands in one step; make two steps");
	s->command[s->nr_commands] = strdup(value);
	if (!s->command[s->nr_commands])
		return mm_fail(err, -ENOMEM, "no memory");
	s->nr_commands++;
	return 0;
}

static int open_text(struct reader *r, struct text *t, const char *value)
{
	r->open = t;
	r->paragraph = false;
	text_puts(t, value);
	return 0;
}

static int read_key(struct reader *r, const char *key, const char *value, struct mm_error *err)
{
	struct lesson *l = r->l;
	struct step *s = l->nr_steps ? &l->step[l->nr_steps - 1] : NULL;

	r->open = NULL;
	if (!strcmp(key, "title") || !strcmp(key, "title.zh"))
		return open_text(r, &l->title[key[5] ? LANG_ZH : LANG_EN], value);
	if (!strcmp(key, "machine"))
		return set_machine(r, value);
	if (!s)
		return bad_line(r, err, "before the first \"---\" there are only title:, title.zh: and machine:");
	if (!strcmp(key, "text") || !strcmp(key, "text.zh"))
		return open_text(r, &s->text[key[4] ? LANG_ZH : LANG_EN], value);
	if (!strcmp(key, "do"))
		return add_command(r, value, err);
	return bad_line(r, err, "a step knows text:, text.zh: and do:");
}

/* Between two lines of one paragraph: a blank, but nothing inside Chinese text. */
static const char *joint(const struct text *before, const char *line)
{
	bool wide = before->len && (u8)before->buf[before->len - 1] >= 0x80 && (u8)line[0] >= 0x80;

	return wide ? "" : " ";
}

static int read_line(struct reader *r, char *line, struct mm_error *err)
{
	char *colon;

	line[strcspn(line, "\r\n")] = '\0';
	if (line[0] == '#')
		return 0;
	if (!line[0] || (isspace((unsigned char)line[0]) && !r->open)) {
		r->paragraph = true;
		return 0;
	}
	if (isspace((unsigned char)line[0])) {
		while (isspace((unsigned char)*line))
			line++;
		if (!*line)
			return 0;
		text_puts(r->open, r->paragraph ? "\n\n" : joint(r->open, line));
		text_puts(r->open, line);
		r->paragraph = false;
		return 0;
	}
	if (!strcmp(line, "---")) {
		if (r->l->nr_steps == MAX_STEPS)
			return bad_line(r, err, "too many steps for one lesson");
		r->l->nr_steps++;
		r->open = NULL;
		return 0;
	}
	colon = strchr(line, ':');
	if (!colon)
		return bad_line(r, err, "expected \"key: value\", a continuation that begins with blanks, or \"---\"");
	*colon++ = '\0';
	while (isspace((unsigned char)*colon))
		colon++;
	return read_key(r, line, colon, err);
}

static int read_file(struct lesson *l, const char *path, struct mm_error *err)
{
	struct reader r = { .l = l, .path = path };
	FILE *f = fopen(path, "r");
	char line[2048];
	int ret = 0;

	if (!f)
		return mm_fail(err, -errno, "cannot read lesson %s: %s", path, strerror(errno));
	while (!ret && fgets(line, sizeof(line), f)) {
		r.line++;
		ret = read_line(&r, line, err);
	}
	if (!ret && ferror(f))
		ret = mm_fail(err, -errno, "cannot read lesson %s: %s", path, strerror(errno));
	fclose(f);
	if (!ret && (!l->title[LANG_EN].len || !l->machine || !l->nr_steps))
		ret = mm_fail(err, -EINVAL, "%s: a lesson needs title:, machine: and at least one step after \"---\"", path);
	return ret;
}

/* --- finding ------------------------------------------------------------------ */

static const char *lesson_dir(void)
{
	static char installed[512];
	const char *dir = getenv("MMVIEW_DATADIR");

	if (!access("ini/lessons", R_OK))
		return "ini/lessons";
	snprintf(installed, sizeof(installed), "%s/machines/lessons", dir && *dir ? dir : MMVIEW_DATADIR);
	return installed;
}

static bool is_lesson(const char *file)
{
	size_t n = strlen(file);

	return n > 7 && !strcmp(file + n - 7, ".lesson");
}

/* "03-buddy.lesson" answers to "03-buddy", "buddy" and "3". */
static bool answers_to(const char *file, const char *name)
{
	size_t n = strlen(file) - 7, skip = strspn(file, "0123456789");

	if (strlen(name) == n && !strncmp(file, name, n))
		return true;
	if (file[skip] == '-' && strlen(name) == n - skip - 1 && !strncmp(file + skip + 1, name, n - skip - 1))
		return true;
	return skip && name[strspn(name, "0123456789")] == '\0' && *name && atoi(name) == atoi(file);
}

static int find_lesson(const char *name, char *path, size_t size, struct mm_error *err)
{
	struct dirent *e;
	DIR *d;

	if (strchr(name, '/') || !access(name, R_OK)) {
		snprintf(path, size, "%s", name);
		return 0;
	}
	d = opendir(lesson_dir());
	while (d && (e = readdir(d)))
		if (is_lesson(e->d_name) && answers_to(e->d_name, name)) {
			snprintf(path, size, "%s/%s", lesson_dir(), e->d_name);
			closedir(d);
			return 0;
		}
	if (d)
		closedir(d);
	return mm_fail(err, -ENOENT, "no lesson \"%s\" in %s; mmview --lesson lists them", name, lesson_dir());
}

struct lesson *lesson_open(const char *name, struct mm_error *err)
{
	char path[512];
	struct lesson *l;

	if (find_lesson(name, path, sizeof(path), err))
		return NULL;
	l = calloc(1, sizeof(*l));
	if (!l) {
		mm_fail(err, -ENOMEM, "no memory");
		return NULL;
	}
	l->path = strdup(path);
	if (!l->path || read_file(l, path, err)) {
		lesson_free(l);
		return NULL;
	}
	return l;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static int read_names(char **names, int max)
{
	DIR *d = opendir(lesson_dir());
	struct dirent *e;
	int n = 0;

	while (d && n < max && (e = readdir(d)))
		if (is_lesson(e->d_name) && (names[n] = strdup(e->d_name)))
			n++;
	if (d)
		closedir(d);
	qsort(names, (size_t)n, sizeof(*names), by_name);
	return n;
}

int lesson_list(FILE *to)
{
	char *names[MAX_LESSONS];
	int n = read_names(names, MAX_LESSONS);

	if (!n)
		fprintf(to, "no lessons in %s\n", lesson_dir());
	for (int i = 0; i < n; i++) {
		struct mm_error err = { 0, "" };
		struct lesson *l;

		names[i][strlen(names[i]) - 7] = '\0';
		l = lesson_open(names[i], &err);
		fprintf(to, "%-16s %s\n", text_harmless(names[i]), l ? lesson_title(l, "en") : err.msg);
		lesson_free(l);
		free(names[i]);
	}
	return n ? 0 : -ENOENT;
}

int lesson_machine(const char *name, char *path, size_t size, struct mm_error *err)
{
	struct lesson *l = lesson_open(name, err);

	if (!l)
		return err->code;
	snprintf(path, size, "%s", l->machine);
	lesson_free(l);
	return 0;
}
