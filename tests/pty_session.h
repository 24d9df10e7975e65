/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The built program in a pseudo terminal: started, typed at, left. For tests of the screen. */
#ifndef TESTS_PTY_SESSION_H
#define TESTS_PTY_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/types.h"

/* What a loaded computer may take for anything; a test that runs into it has failed. */
#define PTY_LAST_RESORT_MS 120000

struct pty_session {
	int fd;
	pid_t pid;
	/* Is given what the program writes, when set. */
	void (*see)(void *arg, const char *s, size_t n);
	void *arg;
};

/* The program that is tested: $MMVIEW, or the one of the default build. */
const char *pty_program(void);

/* cmocka setup: skips the test where that program is not built. */
int pty_skip_without_program(void **state);

/*
 * Open the program on @args (NULL at the end) in true colour, and wait for its first screen; it
 * finds no settings and can keep none.
 */
void pty_start(struct pty_session *s, int w, int h, const char *const *args);

/* Read what the program writes within @ms. False: it has closed the terminal. */
bool pty_read(struct pty_session *s, int ms);

/*
 * Wait until the program has done what it was told: every key is read, it writes nothing
 * and sleeps, for a while. However slow the computer is; a program that never rests fails.
 */
void pty_settle(struct pty_session *s);

/* Key by key; a lone Escape is told from the start of a longer key by a pause. */
void pty_type(struct pty_session *s, const char *keys);

/* Wait for the end of the program. Return: its wait status. */
int pty_wait_end(struct pty_session *s);

/* Type @keys, which end the program, wait for that and close the terminal. */
void pty_quit(struct pty_session *s, const char *keys);

/* Milliseconds of a clock that never goes back. */
long long pty_clock_ms(void);

/* Run a command of the shell, as printf() writes it; the test fails unless its status is 0. */
void pty_shell(const char *fmt, ...) PRINTF(1, 2);

#endif
