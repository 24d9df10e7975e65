/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target for system folders: the input is cut at zero bytes, each piece is
 * one of the files that an import reads. Importing gives a valid description or
 * a message. Built with the compiler's fuzzer (one input a call).
 */
#include <stdlib.h>

#include "fuzzing.h"
#include "io/import.h"

static const char *const files[] = {
	"proc/iomem", "proc/zoneinfo", "var/log/dmesg", "proc/buddyinfo", "proc/pagetypeinfo", "proc/version",
	"sys/firmware/memmap/0/start", "sys/firmware/memmap/0/end", "sys/firmware/memmap/0/type",
	"sys/devices/system/node/node0/cpulist", "sys/devices/system/node/node1/distance",
	"sys/devices/system/memory/block_size_bytes", "sys/devices/system/node/node1/memory9",
	"sys/kernel/debug/memblock/memory", "proc/cpuinfo", "proc/cmdline",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mm_error err = { 0, "" };
	struct desc *d;

	fuzz_cut(data, size, files, ARRAY_SIZE(files));
	d = import_root(fuzz_folder(), 0, NULL, &err);
	if (d ? desc_validate(d, NULL) : !err.msg[0] || err.code >= 0)
		abort();
	desc_free(d);
	return 0;
}
