/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target for sessions: the input is a script that a machine plays as far as it
 * goes. The session is saved; another machine plays what was saved and is then the
 * same, bit for bit; going back to the start and forth again gives the same once more.
 * Built with the compiler's fuzzer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzzing.h"
#include "sim/machine.h"

#define MAX_LINES 40

/* Run a command of ours on the file @rel. */
static int with_file(struct machine *m, const char *command, const char *rel)
{
	struct mm_error err = { 0, "" };
	struct text out = TEXT_INIT;
	char line[1024];
	int rc;

	snprintf(line, sizeof(line), "%s %s", command, rel ? fuzz_path(rel) : "");
	rc = machine_command(m, line, &out, &err);
	if (rc > 0 || (rc && !err.msg[0]))
		abort();
	text_cleanup(&out);
	return rc;
}

static void must(struct machine *m, const char *command, const char *rel)
{
	if (with_file(m, command, rel))
		abort();
}

static void put_script(const uint8_t *data, size_t size)
{
	struct text script = TEXT_INIT;
	char *text = strndup((const char *)data, size), *at = text, *line;
	int nr = 0;

	while ((line = strsep(&at, "\n")) && nr++ < MAX_LINES) {
		line = fuzz_line(line);
		if (line)
			text_printf(&script, "%s\n", line);
		free(line);
	}
	fuzz_put("in.script", text_str(&script), script.len);
	text_cleanup(&script);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct machine *m = fuzz_machine(), *again = fuzz_machine();
	u64 hash;

	put_script(data, size);
	with_file(m, "source", "in.script");
	hash = machine_hash(m);
	must(m, "save", "out.script");
	must(again, "source", "out.script");
	if (machine_hash(again) != hash)
		abort();
	must(again, "seek start", NULL);
	must(again, "seek end", NULL);
	if (machine_hash(again) != hash || machine_verify(again, NULL))
		abort();
	machine_destroy(m);
	machine_destroy(again);
	return 0;
}
