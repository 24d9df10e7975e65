/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target for kernel traces: whatever the file is, replaying it works or fails
 * with a message; the machine passes verify, and undo gives back the machine that
 * was. Built with the compiler's fuzzer.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fuzzing.h"
#include "sim/machine.h"

static int command(struct machine *m, const char *line)
{
	struct mm_error err = { 0, "" };
	struct text out = TEXT_INIT;
	int rc = machine_command(m, line, &out, &err);

	if (rc > 0 || (rc && !err.msg[0]))
		abort();
	text_cleanup(&out);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct machine *m = fuzz_machine();
	u64 before = machine_hash(m);
	char line[1024];

	fuzz_put("trace.txt", data, size);
	snprintf(line, sizeof(line), "feed %s", fuzz_path("trace.txt"));
	command(m, line);
	if (machine_verify(m, NULL) || command(m, "undo") || machine_hash(m) != before)
		abort();
	machine_destroy(m);
	return 0;
}
