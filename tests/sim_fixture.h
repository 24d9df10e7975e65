/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small machines for tests of commands, history and workloads. */
#ifndef MM_TESTS_SIM_FIXTURE_H
#define MM_TESTS_SIM_FIXTURE_H

#include "mmview.h"

/* A machine file in one string: 64 MiB on one node, x86_64, two cpus. */
extern const char tiny_ini[];
/* Two nodes of 64 MiB with a hole between them, and a Movable zone. */
extern const char two_node_ini[];

/* Boot a machine from a string; fails the test on error. */
struct machine *boot_string(const char *ini);
/* Run a command that must work; returns what it printed (free it). */
char *must(struct machine *m, const char *line);
/* Run a command that must fail with @code. */
void must_fail(struct machine *m, const char *line, int code);
/* machine_verify() must be clean. */
void must_verify(struct machine *m);

#endif
