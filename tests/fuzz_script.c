/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target for commands: each line of the input is run on a small machine with
 * two nodes. Whatever the lines are, each works or fails with a message, and the
 * machine passes verify afterwards. Built with the compiler's fuzzer.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzzing.h"
#include "sim/machine.h"

#define MAX_LINES 40

static void run_line(struct machine *m, const char *input)
{
	struct mm_error err = { 0, "" };
	struct text out = TEXT_INIT;
	char *line = fuzz_line(input);
	int rc;

	if (!line)
		return;
	rc = machine_command(m, line, &out, &err);
	if (rc > 0 || (rc && !err.msg[0]))
		abort();
	text_cleanup(&out);
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct machine *m = fuzz_machine();
	struct text report = TEXT_INIT;
	char *text = strndup((const char *)data, size), *at = text, *line;
	int nr = 0;

	if (!text)
		abort();
	while ((line = strsep(&at, "\n")) && nr++ < MAX_LINES)
		run_line(m, line);
	if (machine_verify(m, &report))
		abort();
	text_cleanup(&report);
	machine_destroy(m);
	free(text);
	return 0;
}
