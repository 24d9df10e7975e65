/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target for machine files: whatever the bytes are, reading gives a
 * description or a message; a description that was read can be written, and
 * comes back equal. Built with the compiler's fuzzer (one input a call).
 */
#include <stdlib.h>
#include <string.h>

#include "fuzzing.h"
#include "io/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mm_error err = { 0, "" };
	struct desc *d = config_parse((const char *)data, size, "fuzz.ini", &err);
	struct text out = TEXT_INIT;
	struct desc *again;

	if (!d) {
		if (!err.msg[0] || err.code >= 0)
			abort();
		return 0;
	}
	if (config_write(d, &out))
		abort();
	again = config_parse(text_str(&out), out.len, "again.ini", NULL);
	if (!again || !desc_equal(d, again, NULL))
		abort();
	desc_free(again);
	desc_free(d);
	text_cleanup(&out);
	return 0;
}
