/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files under the import root. Sizes are not trusted (files of /proc say 0),
 * reading stops at IMPORT_MAX_FILE, and a refusal is worth a note: it is what
 * root would add.
 */
#include "io/import_internal.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool path_of(const struct import *im, char *path, size_t n, const char *rel)
{
	size_t len = strlen(im->root);
	const char *slash = len && im->root[len - 1] == '/' ? "" : "/";

	if (im->flat && !strncmp(rel, "proc/", 5))
		rel += 5;
	if (!len)
		return false; /* a bare log: there is no folder */
	return (size_t)snprintf(path, n, "%s%s%s", im->root, slash, rel) < n;
}

static char *read_fd(struct import *im, int fd, size_t *len, const char *name)
{
	size_t cap = 16384, n = 0;
	char *buf = malloc(cap + 1), *bigger;
	ssize_t got = 1;

	while (buf && got > 0 && n < IMPORT_MAX_FILE) {
		if (n == cap) {
			cap *= 2;
			bigger = realloc(buf, cap + 1);
			im->no_memory |= !bigger;
			if (!bigger)
				break;
			buf = bigger;
		}
		do {
			got = read(fd, buf + n, cap - n);
		} while (got < 0 && errno == EINTR);
		n += got > 0 ? (size_t)got : 0;
	}
	im->no_memory |= !buf;
	if (!buf)
		return NULL;
	if (got < 0)
		text_printf(&im->notes, "%s: reading stopped: %s\n", name, strerror(errno));
	else if (n >= IMPORT_MAX_FILE)
		text_printf(&im->notes, "%s: only the first %llu MiB were read\n", name,
			    (unsigned long long)(IMPORT_MAX_FILE / MiB));
	buf[n] = '\0';
	*len = n;
	return buf;
}

static char *read_rel(struct import *im, size_t *len, const char *rel)
{
	char path[PATH_MAX];
	struct stat st;
	char *text;
	int fd;

	if (!path_of(im, path, sizeof(path), rel))
		return NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		if (errno == EACCES || errno == EPERM)
			text_printf(&im->notes, "%s: not readable by this user; root would add it\n", rel);
		return NULL;
	}
	text = fstat(fd, &st) || S_ISDIR(st.st_mode) || S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) ?
		NULL : read_fd(im, fd, len, rel);
	close(fd);
	return text;
}

char *import_read(struct import *im, size_t *len, const char *fmt, ...)
{
	char rel[PATH_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(rel, sizeof(rel), fmt, ap);
	va_end(ap);
	return n < 0 || (size_t)n >= sizeof(rel) ? NULL : read_rel(im, len, rel);
}

bool import_read_line(struct import *im, char *buf, size_t n, const char *fmt, ...)
{
	char rel[PATH_MAX];
	size_t len;
	va_list ap;
	char *text;

	va_start(ap, fmt);
	vsnprintf(rel, sizeof(rel), fmt, ap);
	va_end(ap);
	text = read_rel(im, &len, rel);
	if (!text)
		return false;
	len = strcspn(text, "\r\n");
	len = len < n ? len : n - 1;
	memcpy(buf, text, len);
	buf[len] = '\0';
	free(text);
	return true;
}

bool import_read_u64(struct import *im, u64 *out, int base, const char *fmt, ...)
{
	char rel[PATH_MAX];
	const char *s;
	size_t len;
	va_list ap;
	char *text;
	bool ok;

	va_start(ap, fmt);
	vsnprintf(rel, sizeof(rel), fmt, ap);
	va_end(ap);
	text = read_rel(im, &len, rel);
	if (!text)
		return false;
	s = text;
	scan_blanks(&s);
	ok = scan_num(&s, base, out);
	free(text);
	return ok;
}

static int cmp_u64(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

u64 *import_list_numbered(struct import *im, const char *dir, const char *prefix, size_t *nr)
{
	char path[PATH_MAX];
	struct dirent *e;
	u64 *list = NULL, *bigger, n;
	size_t cap = 0;
	DIR *d;

	*nr = 0;
	d = path_of(im, path, sizeof(path), dir) ? opendir(path) : NULL;
	if (!d)
		return NULL;
	while ((e = readdir(d)) && *nr < BOOTLOG_MAX_ITEMS) {
		const char *s = e->d_name;

		if (!scan_lit(&s, prefix) || !scan_num(&s, 10, &n) || *s)
			continue;
		if (*nr == cap) {
			cap = cap ? cap * 2 : 64;
			bigger = realloc(list, cap * sizeof(*list));
			im->no_memory |= !bigger;
			if (!bigger)
				break;
			list = bigger;
		}
		list[(*nr)++] = n;
	}
	closedir(d);
	if (*nr)
		qsort(list, *nr, sizeof(*list), cmp_u64);
	return list;
}

bool import_exists(struct import *im, const char *rel)
{
	char path[PATH_MAX];
	struct stat st;

	return path_of(im, path, sizeof(path), rel) && !stat(path, &st);
}

void import_find_root(struct import *im)
{
	im->flat = !import_exists(im, "proc") && (import_exists(im, "zoneinfo") || import_exists(im, "iomem") ||
						  import_exists(im, "buddyinfo"));
}
