/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading machine files with libinih; the only file that knows it.
 *
 * libinih gives no line numbers to its handler, cuts long lines in two and
 * takes a NUL for the end of a line. So it reads from a function of ours that
 * hands out whole lines, counts them, and refuses what libinih would mangle.
 * The handler only collects; what keys mean is decided in config_keys.c, when
 * all of them are known (a preset must be there before its overrides).
 */
#include "io/config.h"

#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "io/config_keys.h"
#include "io/ini_doc.h"

struct reader {
	struct ini_doc *doc;
	struct mm_error *err;
	const char *text;
	size_t len;
	size_t pos;
	u32 line;    /* number of the line handed out last */
	bool failed; /* *err is filled; nothing more is read */
};

/* --- the document ---------------------------------------------------------- */

void ini_doc_cleanup(struct ini_doc *doc)
{
	for (u32 i = 0; i < doc->nr_entries; i++) {
		free(doc->entry[i].key);
		free(doc->entry[i].value);
	}
	for (u32 i = 0; i < doc->nr_sections; i++)
		free(doc->section[i].name);
	free(doc->entry);
	free(doc->section);
	memset(doc, 0, sizeof(*doc));
}

struct ini_entry *ini_doc_find(struct ini_doc *doc, const char *section, const char *key)
{
	for (u32 i = 0; i < doc->nr_entries; i++)
		if (!strcmp(doc->entry[i].section, section) && !strcmp(doc->entry[i].key, key))
			return &doc->entry[i];
	return NULL;
}

/* @s for a message: control characters shown as '?', cut to @n - 1 bytes. */
static const char *printable(const char *s, char *buf, size_t n)
{
	size_t i;

	for (i = 0; i < n - 1 && s[i]; i++)
		buf[i] = (unsigned char)s[i] < ' ' || s[i] == 127 ? '?' : s[i];
	buf[i] = '\0';
	if (s[i] && n > 4)
		strcpy(buf + n - 4, "...");
	return buf;
}

int ini_fail(const struct ini_doc *doc, const struct ini_entry *e, struct mm_error *err, int code,
	     const char *fmt, ...)
{
	char what[384], value[61], key[61];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return mm_fail(err, code, "%s:%u: [%s] %s = %s: %s", doc->name, e->line, e->section,
		       printable(e->key, key, sizeof(key)), printable(e->value, value, sizeof(value)), what);
}

/* Room for one more element; arrays grow at powers of two. */
static void *grown(void *array, u32 nr, size_t size)
{
	if (nr & (nr - 1))
		return array;
	return realloc(array, (nr ? 2 * (size_t)nr : 1) * size);
}

static int reader_fail(struct reader *r, int code, const char *fmt, ...) PRINTF(3, 4);
static int reader_fail(struct reader *r, int code, const char *fmt, ...)
{
	char what[384];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	r->failed = true;
	return mm_fail(r->err, code, "%s:%u: %s", r->doc->name, r->line, what);
}

/* --- lines ----------------------------------------------------------------- */

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

/* A section header is noted here, because libinih keeps quiet about empty sections. */
static void note_section(struct reader *r, const char *line)
{
	struct ini_doc *doc = r->doc;
	const char *end = strchr(line, ']');
	void *more;
	char *name;

	if (!end)
		return; /* libinih will complain */
	if (end - line > 48) {
		reader_fail(r, -EINVAL, "the section name is longer than 47 characters; shorten it");
		return;
	}
	more = grown(doc->section, doc->nr_sections, sizeof(*doc->section));
	if (more)
		doc->section = more;
	name = more ? strndup(line + 1, (size_t)(end - line - 1)) : NULL;
	if (!name) {
		reader_fail(r, -ENOMEM, "no memory");
		return;
	}
	doc->section[doc->nr_sections++] = (struct ini_section){ name, r->line };
	for (u32 i = 0; i + 1 < doc->nr_sections; i++)
		if (!strcmp(doc->section[i].name, name)) {
			reader_fail(r, -EINVAL, "section [%s] appears twice, first in line %u; "
				    "put its keys into one section", name, doc->section[i].line);
			return;
		}
}

/* fgets() for libinih: the next line of the text, or NULL at the end or after an error. */
static char *read_line(char *buf, int size, void *stream)
{
	struct reader *r = stream;
	const char *p = r->text + r->pos, *nl;
	size_t left = r->len - r->pos, n, body;

	if (r->failed || !left)
		return NULL;
	r->line++;
	nl = memchr(p, '\n', left);
	n = nl ? (size_t)(nl - p) + 1 : left;
	body = nl ? n - 1 : n;
	if (body && p[body - 1] == '\r')
		body--;
	if (memchr(p, '\0', n)) {
		reader_fail(r, -EINVAL, "a NUL byte; this is not a text file");
		return NULL;
	}
	if (body > CONFIG_MAX_LINE || n >= (size_t)size) {
		reader_fail(r, -EINVAL, "the line has %zu bytes, more than the %d that can be read; "
			    "split it (keys like cmdline may be repeated)", body, CONFIG_MAX_LINE);
		return NULL;
	}
	r->pos += n;
	while (n && is_blank(*p)) { /* an indented line would continue the one before */
		p++;
		n--;
	}
	memcpy(buf, p, n);
	buf[n] = '\0';
	p = r->line == 1 && !strncmp(buf, "\xef\xbb\xbf", 3) ? buf + 3 : buf;
	if (*p == '[')
		note_section(r, p);
	return r->failed ? NULL : buf;
}

/* libinih's handler: remember the entry. 0 stops nothing by itself; read_line() does. */
static int collect(void *user, const char *section, const char *key, const char *value)
{
	struct reader *r = user;
	struct ini_doc *doc = r->doc;
	struct ini_entry *e;
	void *more;

	if (r->failed)
		return 1;
	if (!doc->nr_sections) {
		reader_fail(r, -EINVAL, "'%.40s' stands before any section; begin with [machine]", key);
		return 1;
	}
	(void)section; /* the same as the last header that read_line() saw */
	more = grown(doc->entry, doc->nr_entries, sizeof(*doc->entry));
	if (!more) {
		reader_fail(r, -ENOMEM, "no memory");
		return 1;
	}
	doc->entry = more;
	e = &doc->entry[doc->nr_entries];
	*e = (struct ini_entry){ doc->section[doc->nr_sections - 1].name, strdup(key), strdup(value),
				 r->line, false };
	doc->nr_entries++;
	if (!e->key || !e->value)
		reader_fail(r, -ENOMEM, "no memory");
	return 1;
}

/* The text of line @nr, for a message. */
static void line_text(const struct reader *r, int nr, char *buf, size_t n)
{
	const char *p = r->text, *end = r->text + r->len;
	char raw[CONFIG_MAX_LINE + 1];
	size_t len = 0;

	while (--nr > 0) {
		p = memchr(p, '\n', (size_t)(end - p));
		if (!p)
			return;
		p++;
	}
	while (p + len < end && len < CONFIG_MAX_LINE && p[len] != '\n' && p[len] != '\r')
		len++;
	memcpy(raw, p, len);
	raw[len] = '\0';
	printable(raw, buf, n);
}

/* Take @text apart. 0, or a negative errno with *err. */
static int read_doc(struct ini_doc *doc, const char *text, size_t len, struct mm_error *err)
{
	struct mm_error own = { 0, "" };
	struct reader r = { .doc = doc, .err = &own, .text = text, .len = len };
	int bad = ini_parse_stream(read_line, &r, collect, &r);
	char shown[61] = "";

	if (bad > 0 && (!r.failed || (u32)bad < r.line)) {
		line_text(&r, bad, shown, sizeof(shown));
		return mm_fail(err, -EINVAL, "%s:%d: '%s' is neither [section], key = value nor a comment; "
			       "add the '=' or ']' that is missing, or put ';' in front", doc->name, bad, shown);
	}
	if (r.failed)
		return mm_fail(err, own.code, "%s", own.msg);
	if (bad)
		return mm_fail(err, -ENOMEM, "%s: no memory to read it", doc->name);
	return 0;
}

/* --- descriptions ---------------------------------------------------------- */

/* "article-arm64" of "ini/article-arm64.ini"; malloc'ed, NULL: no memory. */
static char *machine_name(const char *path)
{
	const char *base = strrchr(path, '/');
	size_t n;

	base = base && base[1] ? base + 1 : path;
	n = strlen(base);
	if (n > 4 && !strcmp(base + n - 4, ".ini"))
		n -= 4;
	return strndup(base, n);
}

struct desc *config_parse(const char *text, size_t len, const char *name, struct mm_error *err)
{
	struct ini_doc doc = { .name = name };
	struct desc *d = NULL;
	char *machine = machine_name(name);

	if (!machine)
		mm_fail(err, -ENOMEM, "%s: no memory to read it", name);
	else if (!read_doc(&doc, text, len, err))
		d = config_understand(&doc, machine, err);
	ini_doc_cleanup(&doc);
	free(machine);
	return d;
}

/* All of @f into *@buf (malloc'ed). 0 or -errno. */
static int read_all(FILE *f, char **buf, size_t *len)
{
	size_t cap = 0, n;
	char *more;

	*buf = NULL;
	*len = 0;
	do {
		if (*len == cap) {
			cap = cap ? 2 * cap : 16 * KiB;
			more = realloc(*buf, cap);
			if (!more)
				return -ENOMEM;
			*buf = more;
		}
		n = fread(*buf + *len, 1, cap - *len, f);
		*len += n;
		if (*len > CONFIG_MAX_SIZE)
			return -EFBIG;
	} while (n);
	return ferror(f) ? -EIO : 0;
}

static int open_fail(const char *path, int code, struct mm_error *err)
{
	switch (code) {
	case ENOENT:
		return mm_fail(err, -ENOENT, "%s: no such file; the machines that come with mmview are in ini/", path);
	case EISDIR:
		return mm_fail(err, -EISDIR, "%s: is a folder; name a machine file, or use --import", path);
	case EFBIG:
		return mm_fail(err, -EFBIG, "%s: larger than 64 MiB; this is no machine file", path);
	default:
		return mm_fail(err, -code, "%s: cannot be read: %s", path, strerror(code));
	}
}

struct desc *config_load(const char *path, struct mm_error *err)
{
	bool from_stdin = !strcmp(path, "-");
	FILE *f = from_stdin ? stdin : fopen(path, "rb");
	struct desc *d = NULL;
	struct stat st;
	char *buf = NULL;
	size_t len;
	int ret;

	if (!f) {
		open_fail(path, errno, err);
		return NULL;
	}
	if (!fstat(fileno(f), &st) && S_ISDIR(st.st_mode))
		ret = -EISDIR;
	else
		ret = read_all(f, &buf, &len);
	if (ret)
		open_fail(path, -ret, err);
	else
		d = config_parse(buf, len, from_stdin ? "(stdin)" : path, err);
	free(buf);
	if (!from_stdin)
		fclose(f);
	if (d && desc_set_string(&d->path, path)) {
		desc_free(d);
		d = NULL;
		mm_fail(err, -ENOMEM, "%s: no memory", path);
	}
	return d;
}

int config_check(const char *path, struct mm_error *err)
{
	struct mm_error own = { 0, "" };
	struct desc *d = config_load(path, &own);

	if (!d)
		return mm_fail(err, own.code, "%s", own.msg);
	desc_free(d);
	return 0;
}
