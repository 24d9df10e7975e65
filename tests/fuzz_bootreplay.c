/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target for boot logs with memblock=debug and what debugfs shows: the input is
 * cut at zero bytes into log, reserved and memory. Replaying is equal, differs, or
 * fails with a message. Built with the compiler's fuzzer.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzzing.h"
#include "io/bootreplay.h"

/* The next piece as a string of its own, NULL at the end. */
static char *piece(const uint8_t **data, size_t *size, size_t *len)
{
	const uint8_t *zero = *size ? memchr(*data, 0, *size) : NULL;
	char *copy;

	*len = zero ? (size_t)(zero - *data) : *size;
	if (!*size)
		return NULL;
	copy = strndup((const char *)*data, *len);
	*data += *len + (zero != NULL);
	*size -= *len + (zero != NULL);
	return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mm_error err = { 0, "" };
	struct bootreplay_result res;
	struct text out = TEXT_INIT;
	size_t len, ignored;
	char *log = piece(&data, &size, &len);
	char *reserved = piece(&data, &size, &ignored);
	char *memory = piece(&data, &size, &ignored);
	int rc = bootreplay_text(log ? log : "", log ? len : 0, reserved, memory, &out, &res, &err);

	if (rc > 0 || (rc && rc != -EUCLEAN && !err.msg[0]))
		abort();
	text_cleanup(&out);
	free(log);
	free(reserved);
	free(memory);
	return 0;
}
