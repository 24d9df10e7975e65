/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The built program in a pseudo terminal: started, typed at, left. For tests of the screen. */
#ifndef TESTS_PTY_SESSION_H
#define TESTS_PTY_SESSION_H

#include <sys/types.h>

/* A program under AddressSanitizer gets more time for the same. */
#ifdef __SANITIZE_ADDRESS__
#define PATIENCE 4
#else
#define PATIENCE 1
#endif

struct pty_session {
	int fd;
	pid_t pid;
};

/* The program that is tested: $MMVIEW, or the one of the default build. */
const char *pty_program(void);

/* cmocka setup: skips the test where that program is not built. */
int pty_skip_without_program(void **state);

/* Open the program on @args (NULL at the end) in true colour; it finds no settings and can keep none. */
void pty_start(struct pty_session *s, int w, int h, const char *const *args);

/* Read and drop what comes until nothing came for @ms milliseconds, times PATIENCE. */
void pty_swallow(struct pty_session *s, int ms);

/* Key by key; a lone Escape is told from the start of a longer key by a pause. */
void pty_type(struct pty_session *s, const char *keys);

/* Type @keys, which end the program, and wait for that. */
void pty_quit(struct pty_session *s, const char *keys);

#endif
