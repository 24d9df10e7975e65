/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small machines for tests: see sim_fixture.h. */
#include "sim_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "io/config.h"
#include "sim/machine.h"

const char tiny_ini[] = "[machine]\n"
			"name = tiny\n"
			"arch = x86_64\n"
			"cpus = 2\n"
			"[firmware]\n"
			"ram = 0x0-0x9fbff\n"
			"ram = 0x100000-0x3ffffff\n"
			"[reserve]\n"
			"kernel_code = 0x1000000-0x13fffff\n";

const char two_node_ini[] = "[machine]\n"
			    "name = two\n"
			    "arch = x86_64\n"
			    "cpus = 4\n"
			    "cmdline = kernelcore=64M\n"
			    "[firmware]\n"
			    "ram = 0x1000-0x9ffff\n"
			    "ram = 0x100000-0x3ffffff\n"
			    "ram = 0x8000000-0xbffffff\n"
			    "[node 0]\n"
			    "memory = 0x0-0x3ffffff\n"
			    "cpus = 0-1\n"
			    "[node 1]\n"
			    "memory = 0x8000000-0xbffffff\n"
			    "cpus = 2-3\n";

struct machine *boot_string(const char *ini)
{
	struct mm_error err = { 0, "" };
	struct desc *d = config_parse(ini, strlen(ini), "test.ini", &err);
	struct machine *m;

	if (!d)
		fail_msg("%s", err.msg);
	m = machine_create(d, BOOT_LATE, &err);
	if (!m)
		fail_msg("%s", err.msg);
	return m;
}

char *must(struct machine *m, const char *line)
{
	struct text out = TEXT_INIT;
	struct mm_error err = { 0, "" };

	if (machine_command(m, line, &out, &err))
		fail_msg("%s: %s", line, err.msg);
	return out.buf ? out.buf : strdup("");
}

void must_fail(struct machine *m, const char *line, int code)
{
	struct text out = TEXT_INIT;
	struct mm_error err = { 0, "" };
	int rc = machine_command(m, line, &out, &err);

	text_cleanup(&out);
	if (rc != code)
		fail_msg("%s: expected %s, got %s (%s)", line, mm_errname(code), mm_errname(rc), err.msg);
	assert_int_not_equal(err.msg[0], 0);
}

void must_verify(struct machine *m)
{
	struct text report = TEXT_INIT;

	if (machine_verify(m, &report))
		fail_msg("%s", text_str(&report));
	text_cleanup(&report);
}
