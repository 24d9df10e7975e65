/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing a file so that a full disk, a crash or a kill leaves either the old
 * content or the new one.
 *
 *   session            the old one, until
 *   session.new-123    the new one is whole and on the disk: then it gets the name
 */
#include "io/atomic_file.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return fsync(fd) && errno != EINVAL && errno != EROFS ? -errno : 0;
}

/* A device, a pipe, an open file: there is nothing to keep, and nothing may take its place. */
static int write_through(const char *path, const char *data, size_t len, struct mm_error *err)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC), rc;

	if (fd < 0)
		return mm_fail(err, -errno, "%s: cannot be written (%s)", path, strerror(errno));
	rc = write_all(fd, data, len);
	if (close(fd) && !rc)
		rc = -errno;
	return rc ? mm_fail(err, rc, "%s: cannot be written to the end (%s)", path, strerror(-rc)) : 0;
}

/* A new file; one that a killed process of our number left there goes. */
static int create(const char *tmp, mode_t mode)
{
	int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	if (fd < 0 && errno == EEXIST && !unlink(tmp))
		fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	return fd;
}

static int write_beside(const char *path, mode_t mode, const char *data, size_t len, struct mm_error *err)
{
	char tmp[PATH_MAX];
	int fd, rc;

	if ((size_t)snprintf(tmp, sizeof(tmp), "%s.new-%ld", path, (long)getpid()) >= sizeof(tmp))
		return mm_fail(err, -ENAMETOOLONG, "%.60s...: the file name is too long", path);
	fd = create(tmp, mode);
	if (fd < 0)
		return mm_fail(err, -errno, "%s: cannot be created (%s); choose another folder", path, strerror(errno));
	rc = write_all(fd, data, len);
	if (close(fd) && !rc)
		rc = -errno;
	if (!rc && rename(tmp, path))
		rc = -errno;
	if (rc) {
		unlink(tmp);
		return mm_fail(err, rc, "%s: cannot be written (%s); the old file is as it was", path, strerror(-rc));
	}
	return 0;
}

int atomic_write_file(const char *path, const char *data, size_t len, struct mm_error *err)
{
	char target[PATH_MAX];
	struct stat st;

	if (stat(path, &st))
		return write_beside(path, 0666, data, len, err);
	if (S_ISDIR(st.st_mode))
		return mm_fail(err, -EISDIR, "%s: is a folder; name a file in it", path);
	if (!S_ISREG(st.st_mode) || !strncmp(path, "/dev/", 5))
		return write_through(path, data, len, err);
	/* What a link leads to is replaced, the link stays. */
	return write_beside(realpath(path, target) ? target : path, st.st_mode & 0777, data, len, err);
}
