/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fuzz target without a fuzzer: run each file of the command line through it, one
 * TAP line a file. Found cases stay in tests/fuzz/TARGET/ and are run by every suite.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fuzzing.h"

static uint8_t *read_file(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;

	*size = 0;
	while (f && !feof(f)) {
		data = realloc(data, *size + 65536);
		if (!data || ferror(f))
			abort();
		*size += fread(data + *size, 1, 65536, f);
	}
	if (f)
		fclose(f);
	return data;
}

int main(int argc, char **argv)
{
	int bad = 0;

	for (int i = 1; i < argc; i++) {
		size_t size;
		uint8_t *data = read_file(argv[i], &size);

		if (data)
			LLVMFuzzerTestOneInput(data, size);
		printf("%s %d - %s\n", data ? "ok" : "not ok", i, argv[i]);
		fflush(stdout);
		bad |= !data;
		free(data);
	}
	printf("1..%d\n", argc - 1);
	return bad;
}
