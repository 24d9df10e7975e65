/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target for a user's settings and for lessons: whatever the bytes are, reading
 * them works or fails with a message. Built with the compiler's fuzzer.
 */
#include <stdlib.h>
#include <string.h>

#include "../ui/app.h"
#include "fuzzing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ui ui; /* large */
	struct mm_error err = { 0, "" };
	int rc;

	memset(&ui, 0, sizeof(ui));
	fuzz_put("config.ini", data, size);
	ui.opt.config = fuzz_path("config.ini");
	rc = config_read(&ui, &err);
	if (rc > 0 || (rc && !err.msg[0]))
		abort();
	for (size_t i = 0; i < ARRAY_SIZE(ui.bound); i++)
		free(ui.bound[i]);
	return 0;
}
