/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing a file so that a full disk, a crash or a kill leaves either the old
 * content or the new one.
 */
#include "io/atomic_file.h"

#include <fcntl.h>
#include <stdio.h>
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

int atomic_write_file(const char *path, const char *data, size_t len, struct mm_error *err)
{
	char tmp[4096];
	int fd, rc;

	if ((size_t)snprintf(tmp, sizeof(tmp), "%s.new-%ld", path, (long)getpid()) >= sizeof(tmp))
		return mm_fail(err, -ENAMETOOLONG, "%.60s...: the file name is too long", path);
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
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
