/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target for commands: each line of the input is run on a small machine with
 * two nodes. Whatever the lines are, each works or fails with a message, and the
 * machine passes verify afterwards. Commands that write or read files by a name
 * from the input are left out. Built with the compiler's fuzzer.
 */
#include <stdlib.h>
#include <string.h>

#include "io/config.h"
#include "mmview.h"
#include "sim/machine.h"

#define MAX_LINES 40

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char ini[] =
	"[machine]\ncpus = 2\ncmdline = kernelcore=64M\n"
	"[firmware]\nram = 0x0-0x9ffff\nram = 0x100000-0x3ffffff\nram = 0x8000000-0xbffffff\n"
	"[node 0]\nmemory = 0x0-0x7ffffff\ncpus = 0\n[node 1]\nmemory = 0x8000000-0xfffffff\ncpus = 1\n";

static bool names_a_file(const char *line)
{
	static const char *const words[] = { "export", "save", "source", "conform", "bootreplay", "replay", "populate" };

	line += strspn(line, " \t");
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strncmp(line, words[i], strlen(words[i])))
			return true;
	return false;
}

/* A workload without a bound runs for hours, rightly. */
static bool runs_long(const char *line) { return strstr(line, "ops") || strstr(line, "step") || strstr(line, "count"); }

static void run_line(struct machine *m, const char *line)
{
	struct mm_error err = { 0, "" };
	struct text out = TEXT_INIT;
	int rc;

	if (names_a_file(line) || runs_long(line))
		return;
	rc = machine_command(m, line, &out, &err);
	if (rc > 0 || (rc && !err.msg[0]))
		abort();
	text_cleanup(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mm_error err = { 0, "" };
	struct desc *d = config_parse(ini, sizeof(ini) - 1, "fuzz", &err);
	struct machine *m = d ? machine_create(d, BOOT_LATE, &err) : NULL;
	struct text report = TEXT_INIT;
	char *text = strndup((const char *)data, size), *at = text, *line;
	int nr = 0;

	if (!m || !text)
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
