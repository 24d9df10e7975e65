/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A real system becomes a machine description. Sources are read first, then the
 * description is built in the order in which a kernel learns things: architecture,
 * firmware map, nodes, reservations, state.
 *
 *   folder or '/'  -> proc/iomem, proc/zoneinfo, log ---.
 *   boot log file  -> bootlog_parse() ------------------+-> arch -> map -> nodes -> resv -> state
 */
#include "io/import_internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- sources ---------------------------------------------------------------- */

/* Does it hold more than a "Linux version" line: firmware map, node ranges, zones? */
static bool log_useful(const struct import *im)
{
	const struct bootlog *log = &im->log;

	return log->nr_e820 || log->nr_early || log->nr_ram || log->nr_srat || log->nr_zone || log->nr_efi || im->calls.nr_call;
}

/* --- one boot out of a log --------------------------------------------------- */

#define MAX_BOOTS 256 /* of which the last ones are looked at */

/* Start of the line that @at lies in. */
static size_t line_start(const char *text, size_t at)
{
	while (at && text[at - 1] != '\n')
		at--;
	return at;
}

/* Is "Linux version" at @at the beginning of its line, after prefixes? */
static bool is_banner(const char *text, size_t len, size_t at)
{
	size_t start = line_start(text, at), n = at - start + sizeof("Linux version");
	char line[160];
	const char *s;

	if (n >= sizeof(line) || start + n > len)
		return false;
	memcpy(line, text + start, n);
	line[n] = '\0';
	s = bootlog_strip_prefix(line);
	scan_blanks(&s);
	return s == line + (at - start);
}

/* Where boots begin: the banner's line, or on ARM the line before it. The first one begins at 0. */
static size_t find_boots(const char *text, size_t len, size_t *start)
{
	static const char banner[] = "Linux version ", before[] = "Booting Linux on physical CPU";
	size_t nr = 0;

	for (const char *s = text; (s = memmem(s, len - (size_t)(s - text), banner, sizeof(banner) - 1)); s++) {
		size_t at = (size_t)(s - text), line, prev;

		if (!is_banner(text, len, at))
			continue;
		line = line_start(text, at);
		prev = line ? line_start(text, line - 1) : 0;
		if (memmem(text + prev, line - prev, before, sizeof(before) - 1))
			line = prev;
		if (nr == MAX_BOOTS)
			memmove(start, start + 1, (--nr) * sizeof(*start));
		start[nr] = nr ? line : 0;
		nr++;
	}
	if (!nr)
		start[nr++] = 0;
	return nr;
}

/* A log may hold several boots (kern.log, a serial console): the last one that tells something counts. */
static void parse_log(struct import *im, const char *text, size_t len, const char *name)
{
	size_t start[MAX_BOOTS], nr = find_boots(text, len, start), end = len;
	struct text notes = TEXT_INIT;

	for (size_t i = nr; i-- > 0; end = start[i]) {
		text_clear(&notes);
		bootlog_cleanup(&im->log);
		bootlog_calls_cleanup(&im->calls);
		bootlog_parse(&im->log, text + start[i], end - start[i], im->flags & IMPORT_WITHHOLD, &notes);
		bootlog_calls_read(&im->calls, text + start[i], end - start[i]);
		if (log_useful(im))
			break;
	}
	im->has_log = true;
	text_puts(&im->notes, text_str(&notes));
	text_cleanup(&notes);
	text_printf(&im->notes, "boot log: %s, %u lines, kernel %s\n", name, im->log.nr_lines,
		    im->log.release[0] ? im->log.release : "unknown");
	if (nr > 1)
		text_printf(&im->notes, "%s holds %zu boots; the last one that tells about memory is used\n", name, nr);
}

static bool load_log_file(struct import *im)
{
	static const char *const names[] = {
		"var/log/dmesg", "var/log/dmesg.0", "var/log/boot.dmesg", "var/log/kern.log",
		"sos_commands/kernel/dmesg", "sos_commands/kernel/dmesg_-T", "dmesg", "dmesg.txt",
		"var/log/messages",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		size_t len;
		char *text = import_read(im, &len, "%s", names[i]);

		if (!text)
			continue;
		parse_log(im, text, len, names[i]);
		free(text);
		if (log_useful(im))
			return true;
	}
	return false;
}

/* The running kernel's own buffer, when the root is this machine's. */
#define SYSLOG_READ_ALL  3
#define SYSLOG_SIZE     10
static bool load_log_kernel(struct import *im)
{
	int size = klogctl(SYSLOG_SIZE, NULL, 0);
	char *text = size > 0 ? malloc((size_t)size) : NULL;
	int len = text ? klogctl(SYSLOG_READ_ALL, text, size) : -1;

	if (len > 0)
		parse_log(im, text, (size_t)len, "the kernel's log buffer");
	else
		text_puts(&im->notes, "the kernel log is not readable by this user; root would add the boot "
				      "messages\n");
	free(text);
	return len > 0 && log_useful(im);
}

/* proc/version holds the log's first line: version and architecture. */
static void load_version(struct import *im)
{
	size_t len;
	char *text;

	if (im->log.version)
		return;
	text = import_read(im, &len, "proc/version");
	if (!text)
		return;
	if (!im->has_log) {
		bootlog_cleanup(&im->log);
		bootlog_parse(&im->log, text, len, false, NULL);
	}
	free(text);
}

static void load_cmdline(struct import *im)
{
	size_t len;
	char *text = im->root[0] ? import_read(im, &len, "proc/cmdline") : NULL;

	if (!text && im->log.cmdline)
		text = strdup(im->log.cmdline);
	im->no_memory |= !text && im->log.cmdline;
	if (!text)
		return;
	text[strcspn(text, "\r\n")] = '\0';
	im->cmdline = text;
}

static void load_root(struct import *im)
{
	if (!load_log_file(im) && !strcmp(im->root, "/"))
		load_log_kernel(im);
	load_version(im);
	import_iomem_load(im);
	import_zoneinfo_load(im);
}

static int log_only(struct import *im, const char *text, size_t len, const char *name)
{
	parse_log(im, text, len, name);
	if (!log_useful(im))
		return mm_fail(im->err, -ENODATA, "%s: no line of it tells about memory; give a kernel boot log "
			       "(dmesg), or a folder with proc/ and sys/", name);
	return 0;
}

/* A bare boot log. */
static int load_file(struct import *im, const char *path)
{
	const char *name = strrchr(path, '/');
	char *dir = strndup(path, name ? (size_t)(name - path) : 0);
	size_t len;
	char *text;
	int ret;

	if (!dir)
		return mm_fail(im->err, -ENOMEM, "no memory to read %s", path);
	im->root = name ? name == path ? "/" : dir : ".";
	text = import_read(im, &len, "%s", name ? name + 1 : path);
	im->root = "";
	free(dir);
	if (!text)
		return mm_fail(im->err, -EACCES, "%s: not readable; check its permissions", path);
	ret = log_only(im, text, len, name ? name + 1 : path);
	free(text);
	return ret;
}

/* --- description ------------------------------------------------------------ */

/* "numa2" of ".../numa2/root", "129-arm64-rpi4" of a log file. */
static int set_names(struct import *im, const char *path)
{
	char name[64], title[256];
	size_t end = strlen(path), len;
	const char *base;
	int ret;

	while (end > 1 && path[end - 1] == '/')
		end--;
	if (end > 5 && !strncmp(path + end - 5, "/root", 5))
		end -= 5;
	base = memrchr(path, '/', end);
	base = base && base + 1 < path + end ? base + 1 : path;
	len = (size_t)(path + end - base);
	len = len < sizeof(name) ? len : sizeof(name) - 1;
	memcpy(name, base, len);
	name[len] = '\0';
	if (len > 4 && !strcmp(name + len - 4, ".txt"))
		name[len - 4] = '\0';
	snprintf(title, sizeof(title), "imported: %s%sLinux %s", im->log.model, im->log.model[0] ? ", " : "",
		 im->log.release[0] ? im->log.release : "of unknown version");
	ret = desc_set_string(&im->d->name, !strcmp(name, "/") || !name[0] ? "this-machine" : name);
	if (!ret)
		ret = desc_set_string(&im->d->title, title);
	return ret ? ret : desc_set_string(&im->d->path, path);
}

static int finish(struct import *im, const char *path)
{
	int ret = set_names(im, path);

	/* The model's own version needs no word. */
	if (im->log.version != (6 << 16 | 12 << 8 | 117))
		im->d->kernel_version = im->log.version;

	if (!ret)
		ret = desc_set_string(&im->d->cmdline, im->cmdline ? im->cmdline : "");
	if (!ret && !im->cmdline)
		text_puts(&im->notes, "nothing tells the kernel command line; none is assumed\n");
	if (!ret && im->notes.len)
		ret = desc_set_string(&im->d->hostfacts, text_str(&im->notes));
	return ret ? mm_fail(im->err, ret, "no memory for the description") : 0;
}

static int build(struct import *im, const char *path)
{
	int ret = import_arch(im);

	if (!ret)
		ret = import_firmware(im);
	if (!ret)
		ret = import_nodes(im);
	if (!ret)
		ret = import_resv(im);
	import_swap(im);
	if (!ret)
		ret = import_freecounts(im);
	if (!ret)
		ret = import_slabinfo(im);
	if (!ret)
		ret = import_fit(im);
	if (!ret)
		ret = finish(im, path);
	return ret ? ret : desc_validate(im->d, im->err);
}

static int load(struct import *im, const char *root)
{
	struct stat st;
	int ret = 0;

	if (stat(root, &st))
		return mm_fail(im->err, -errno, "%s: %s; give '/', a folder with proc/ and sys/, or a boot log file",
			       root, strerror(errno));
	if (S_ISDIR(st.st_mode)) {
		im->root = root;
		import_find_root(im);
		load_root(im);
	} else {
		ret = load_file(im, root);
	}
	return ret;
}

/* Sources are in: describe the machine, tell the notes, let go of the rest. */
static struct desc *conclude(struct import *im, int ret, const char *path, struct text *notes)
{
	if (!ret)
		load_cmdline(im);
	if (!ret && (im->log.failed || im->calls.failed))
		ret = mm_fail(im->err, -ENOMEM, "%s: no memory to read the log", path);
	if (!ret && !im->no_memory)
		ret = build(im, path);
	if (im->no_memory || im->notes.failed || ret == -ENOMEM)
		ret = mm_fail(im->err, -ENOMEM, "%s: the host has no memory left to import it", path);
	if (notes && im->notes.len)
		text_puts(notes, text_harmless(im->notes.buf));
	if (ret) {
		desc_free(im->d);
		im->d = NULL;
	}
	text_cleanup(&im->notes);
	bootlog_cleanup(&im->log);
	bootlog_calls_cleanup(&im->calls);
	free(im->cmdline);
	free(im->iomem);
	free(im->zones);
	return im->d;
}

struct desc *import_root(const char *root, unsigned flags, struct text *notes, struct mm_error *err)
{
	struct import im = { .root = "", .flags = flags, .err = err, .notes = TEXT_INIT, .d = desc_new() };
	int ret = im.d ? load(&im, root) : mm_fail(err, -ENOMEM, "no memory for the description");

	return conclude(&im, ret, root, notes);
}

struct desc *import_log(const char *text, size_t len, const char *name, unsigned flags, struct text *notes,
			struct mm_error *err)
{
	struct import im = { .root = "", .flags = flags, .err = err, .notes = TEXT_INIT, .d = desc_new() };
	int ret = im.d ? log_only(&im, text, len, name) : mm_fail(err, -ENOMEM, "no memory for the description");

	return conclude(&im, ret, name, notes);
}
