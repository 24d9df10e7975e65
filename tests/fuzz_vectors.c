/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target for records of a kernel's allocator: the input is cut at zero bytes,
 * each piece is one file of a record's folder. Replaying is equal, differs, or fails
 * with a message. Built with the compiler's fuzzer.
 */
#include <stdlib.h>
#include <unistd.h>

#include "fuzzing.h"
#include "sim/conform.h"
#include "sim/conform_migrate.h"

static const char *const files[] = { "before.txt", "ops.txt",	      "mid-1.txt", "after.txt",
				     "config.txt", "pages-before.txt", "moves.txt", "trace.txt" };

static void replay(int (*dir)(const char *path, struct text *out, struct mm_error *err))
{
	struct mm_error err = { 0, "" };
	struct text out = TEXT_INIT;
	int rc = dir(fuzz_folder(), &out, &err);

	/* A difference stands in the report, anything else in the message. */
	if (rc > 0 || (rc && rc != -EUCLEAN && !err.msg[0]))
		abort();
	text_cleanup(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_cut(data, size, files, ARRAY_SIZE(files));
	replay(access(fuzz_path("moves.txt"), R_OK) ? conform_dir : conform_migrate_dir);
	return 0;
}
