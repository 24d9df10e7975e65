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
	"sys/kernel/debug/memblock/memory", "proc/cpuinfo", "proc/cmdline", "proc/slabinfo",
};

#define MAX_FRAMES 4096

/* proc/kpageflags is binary: each byte of the input stands for up to 32 frames alike, the last word is cut. */
static void flags_file(const uint8_t *data, size_t size)
{
	static const uint64_t use[] = { 1 << 10, 0, 1 << 7, 1 << 15, 1 << 16, 0x5828, 1 << 20, 0x10080 };
	static uint64_t frame[MAX_FRAMES + 32];
	size_t nr = 0;

	for (size_t i = 0; i < size && nr < MAX_FRAMES; i++)
		for (unsigned n = 0; n <= data[i] >> 3; n++)
			frame[nr++] = use[data[i] & 7];
	fuzz_put("proc/kpageflags", frame, nr * 8 - (nr ? size % 8 : 0));
	fuzz_put("proc/kpagecount", frame, nr * 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mm_error err = { 0, "" };
	struct desc *d;

	fuzz_cut(data, size, files, ARRAY_SIZE(files));
	flags_file(data, size);
	d = import_root(fuzz_folder(), 0, NULL, &err);
	if (d ? desc_validate(d, NULL) : !err.msg[0] || err.code >= 0)
		abort();
	desc_free(d);
	return 0;
}
