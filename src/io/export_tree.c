/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing a tree of small files so that it appears whole or not at all: it grows
 * in DIR.new-PID beside its place and is renamed in the end.
 */
#include "io/export_internal.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void tree_fail(struct tree *t, const char *path)
{
	if (!t->rc)
		t->rc = mm_fail(t->err, -errno, "%s: cannot be written (%s); free some space or choose another folder",
				path, strerror(errno));
}

/* Folders above the last part of @path. */
static void make_parents(struct tree *t, char *path)
{
	for (char *s = strchr(path, '/'); s && !t->rc; s = strchr(s + 1, '/')) {
		*s = '\0';
		if (mkdirat(t->fd, path, 0777) && errno != EEXIST)
			tree_fail(t, path);
		*s = '/';
	}
}

static bool tree_path(struct tree *t, char *path, const char *fmt, va_list ap)
{
	int n = vsnprintf(path, PATH_MAX, fmt, ap);

	if (t->rc)
		return false;
	if (n < 0 || n >= PATH_MAX) {
		errno = ENAMETOOLONG;
		tree_fail(t, fmt);
		return false;
	}
	make_parents(t, path);
	return !t->rc;
}

static void write_file(struct tree *t, const char *path, const char *data, size_t len)
{
	int fd = openat(t->fd, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	ssize_t n = 0;

	if (fd < 0) {
		tree_fail(t, path);
		return;
	}
	for (size_t done = 0; done < len; done += (size_t)n) {
		n = write(fd, data + done, len - done);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n < 0)
			break;
	}
	if (n < 0)
		tree_fail(t, path);
	if (close(fd))
		tree_fail(t, path);
	t->nr_files++;
}

/* The composed body becomes the file @fmt, and is emptied. */
static void put_body(struct tree *t, const char *fmt, va_list ap)
{
	char path[PATH_MAX];
	bool ok = tree_path(t, path, fmt, ap);

	if (t->body.failed && !t->rc)
		t->rc = mm_fail(t->err, -ENOMEM, "the host has no memory to compose %s", path);
	else if (ok)
		write_file(t, path, text_str(&t->body), t->body.len);
	text_clear(&t->body);
}

void tree_put(struct tree *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_body(t, fmt, ap);
	va_end(ap);
}

void tree_line(struct tree *t, const char *line, const char *fmt, ...)
{
	va_list ap;

	text_clear(&t->body);
	text_printf(&t->body, "%s\n", line);
	va_start(ap, fmt);
	put_body(t, fmt, ap);
	va_end(ap);
}

void tree_link(struct tree *t, const char *target, const char *fmt, ...)
{
	char path[PATH_MAX];
	va_list ap;
	bool ok;

	va_start(ap, fmt);
	ok = tree_path(t, path, fmt, ap);
	va_end(ap);
	if (!ok)
		return;
	if (symlinkat(target, t->fd, path))
		tree_fail(t, path);
	t->nr_files++;
}

/* --- all or nothing ------------------------------------------------------------ */

/* Remove a folder that we made, with all that is in it. */
static void remove_tree(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (unlinkat(dirfd(d), e->d_name, 0) && (errno == EISDIR || errno == EPERM))
			remove_tree(dirfd(d), e->d_name);
	}
	closedir(d);
	unlinkat(at, name, AT_REMOVEDIR);
}

static bool is_free(const char *dir, struct mm_error *err)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	bool empty = true;

	if (!d && errno == ENOENT)
		return true;
	if (!d)
		return mm_fail(err, errno == ENOTDIR ? -EEXIST : -errno, "%s: %s; name a folder that does not exist",
			       dir, strerror(errno)) == 0;
	while (empty && (e = readdir(d)))
		empty = !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..");
	closedir(d);
	if (!empty)
		mm_fail(err, -EEXIST, "%s is not empty; name a folder that does not exist, or empty it", dir);
	return empty;
}

static void write_all(struct tree *t, struct system *sys)
{
	export_proc(t, sys);
	export_memory_blocks(t, sys);
	export_nodes(t, sys);
	export_cpus(t, sys);
	export_firmware(t, sys);
}

static int write_tree(struct system *sys, const char *tmp, u64 *nr_files, struct mm_error *err)
{
	struct tree t = { .err = err, .body = TEXT_INIT };

	t.fd = open(tmp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (t.fd < 0)
		return mm_fail(err, -errno, "%s: %s", tmp, strerror(errno));
	write_all(&t, sys);
	text_cleanup(&t.body);
	close(t.fd);
	if (nr_files)
		*nr_files = t.nr_files;
	return t.rc;
}

int export_dir(struct system *sys, const char *dir, u64 *nr_files, struct mm_error *err)
{
	char tmp[PATH_MAX];
	size_t len = strlen(dir);
	int rc;

	while (len > 1 && dir[len - 1] == '/')
		len--;
	if (sys->stage < BOOT_LATE)
		return mm_fail(err, -EINVAL, "the machine is not booted to the end; boot it before exporting");
	if (!len || snprintf(tmp, sizeof(tmp), "%.*s.new-%ld", (int)len, dir, (long)getpid()) >= (int)sizeof(tmp))
		return mm_fail(err, -EINVAL, "no folder name, or one that is too long");
	if (!is_free(dir, err))
		return err && err->code ? err->code : -EEXIST;
	if (mkdir(tmp, 0777))
		return mm_fail(err, -errno, "%s: cannot be created (%s); choose another place", dir, strerror(errno));
	rc = write_tree(sys, tmp, nr_files, err);
	if (!rc && rename(tmp, dir))
		rc = mm_fail(err, -errno, "%s: %s; the place was taken meanwhile", dir, strerror(errno));
	if (rc)
		remove_tree(AT_FDCWD, tmp);
	return rc;
}
