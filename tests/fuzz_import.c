/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target for system folders: the input is cut at zero bytes, each piece is
 * one of the files that an import reads. Importing gives a valid description or
 * a message. Built with the compiler's fuzzer (one input a call).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "io/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const files[] = {
	"proc/iomem", "proc/zoneinfo", "var/log/dmesg", "proc/buddyinfo", "proc/pagetypeinfo", "proc/version",
	"sys/firmware/memmap/0/start", "sys/firmware/memmap/0/end", "sys/firmware/memmap/0/type",
	"sys/devices/system/node/node0/cpulist", "sys/devices/system/node/node1/distance",
	"sys/devices/system/memory/block_size_bytes", "sys/devices/system/node/node1/memory9",
	"sys/kernel/debug/memblock/memory", "proc/cpuinfo", "proc/cmdline",
};

static void put(const char *root, const char *rel, const uint8_t *data, size_t len)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", root, rel);
	for (char *s = strchr(path + strlen(root) + 1, '/'); s; s = strchr(s + 1, '/')) {
		*s = '\0';
		mkdir(path, 0700);
		*s = '/';
	}
	f = fopen(path, "wb");
	if (!f)
		abort();
	fwrite(data, 1, len, f);
	fclose(f);
}

static void remove_file(const char *root, const char *rel)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", root, rel);
	remove(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char root[] = "/tmp/mmview-fuzz-XXXXXX"; /* one folder for the whole run */
	static bool made;
	struct mm_error err = { 0, "" };
	struct desc *d;

	if (!made && !mkdtemp(root))
		abort();
	made = true;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
		size_t len = zero ? (size_t)(zero - data) : size;

		if (len)
			put(root, files[i], data, len);
		else
			remove_file(root, files[i]);
		data += len + (zero != NULL);
		size -= len + (zero != NULL);
	}
	d = import_root(root, 0, NULL, &err);
	if (d ? desc_validate(d, NULL) : !err.msg[0] || err.code >= 0)
		abort();
	desc_free(d);
	return 0;
}
