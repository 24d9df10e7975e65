/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finding and reading the files of a replay: the log, and beside it, when the log
 * lies in a system's root folder, what debugfs showed:
 *
 *   ROOT/var/log/dmesg
 *   ROOT/sys/kernel/debug/memblock/{reserved,memory}
 */
#include "io/bootreplay.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_IN_ROOT "var/log/dmesg"
#define MAX_FILE    (256 * MiB)
#define PATH_ROOM   (PATH_MAX + 64) /* a root and a file below it */

/* All of @path into @t. 0 or -errno. */
static int read_file(const char *path, struct text *t)
{
	char buf[16384];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || t->len > MAX_FILE)
			break;
		text_write(t, buf, (size_t)n);
	}
	n = n < 0 ? -errno : n > 0 ? -EFBIG : t->failed ? -ENOMEM : 0;
	close(fd);
	return (int)n;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/*
 * Split @path into the root folder (with trailing slash, or "" for the current
 * one) and the log's path. False: too long.
 */
static bool find_log(const char *path, char *root, char *log)
{
	size_t n = strlen(path), tail = strlen(LOG_IN_ROOT);
	bool folder = is_folder(path);

	*root = '\0';
	if (n + 2 > PATH_MAX)
		return false;
	if (folder) {
		snprintf(root, PATH_MAX, "%s%s", path, n && path[n - 1] == '/' ? "" : "/");
		snprintf(log, PATH_ROOM, "%s" LOG_IN_ROOT, root);
		return true;
	}
	memcpy(log, path, n + 1);
	if (n >= tail && !strcmp(path + n - tail, LOG_IN_ROOT) && (n == tail || path[n - tail - 1] == '/'))
		snprintf(root, PATH_MAX, "%.*s", (int)(n - tail), path);
	else
		snprintf(root, PATH_MAX, "/dev/null/");
	return true;
}

/* The debugfs text @name below @root, or NULL when it is not there. */
static const char *read_debugfs(struct text *t, const char *root, const char *name)
{
	char path[PATH_ROOM];

	snprintf(path, sizeof(path), "%ssys/kernel/debug/memblock/%s", root, name);
	return read_file(path, t) ? NULL : text_str(t);
}

int bootreplay_file(const char *path, struct text *out, struct bootreplay_result *res, struct mm_error *err)
{
	struct text log = TEXT_INIT, reserved = TEXT_INIT, memory = TEXT_INIT;
	char root[PATH_MAX], file[PATH_ROOM];
	int ret;

	if (!find_log(path, root, file))
		return mm_fail(err, -ENAMETOOLONG, "the path is longer than %d bytes", PATH_MAX);
	ret = read_file(file, &log);
	if (ret)
		mm_fail(err, ret, "%s: %s; give a boot log, or a folder with " LOG_IN_ROOT, file, strerror(-ret));
	else
		ret = bootreplay_text(text_str(&log), log.len, read_debugfs(&reserved, root, "reserved"),
				      read_debugfs(&memory, root, "memory"), out, res, err);
	text_cleanup(&log);
	text_cleanup(&reserved);
	text_cleanup(&memory);
	return ret;
}
