/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target for boot logs: whatever the bytes are, importing them gives a valid
 * description or a message; what was imported can be written as a machine file
 * and comes back equal. Built with the compiler's fuzzer (one input a call).
 */
#include <stdlib.h>
#include <string.h>

#include "fuzzing.h"
#include "io/config.h"
#include "io/import.h"

static void check(const struct desc *d)
{
	struct text out = TEXT_INIT;
	struct desc *again;

	if (desc_validate(d, NULL) || config_write(d, &out))
		abort();
	again = config_parse(text_str(&out), out.len, "again.ini", NULL);
	if (!again || !desc_equal(d, again, NULL))
		abort();
	desc_free(again);
	text_cleanup(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mm_error err = { 0, "" };
	/* The first byte chooses what is withheld. */
	unsigned flags = size && data[0] & 1 ? IMPORT_WITHHOLD : 0;
	struct desc *d = import_log((const char *)data, size, "fuzz.txt", flags, NULL, &err);

	if (!d && (!err.msg[0] || err.code >= 0))
		abort();
	if (d)
		check(d);
	desc_free(d);
	return 0;
}
