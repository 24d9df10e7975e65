/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the fuzz targets share: files out of an input, a small machine, bounded commands. */
#ifndef MM_TESTS_FUZZING_H
#define MM_TESTS_FUZZING_H

#include <stddef.h>
#include <stdint.h>

#include "base/types.h"

struct machine;

/* What every target defines; the compiler's fuzzer or fuzzing_main.c calls it. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A folder of this process below TMPDIR or /tmp; removed at exit. */
const char *fuzz_folder(void);
/* Write @len bytes to the file @rel of the folder, making the folders above it. */
void fuzz_put(const char *rel, const void *data, size_t len);
/* Cut the input at zero bytes: piece i is file names[i]; a file whose piece is empty is removed. */
void fuzz_cut(const uint8_t *data, size_t size, const char *const *names, size_t nr);
/* Path of @rel in the folder; valid until the next call. */
const char *fuzz_path(const char *rel);

/* A machine with two nodes, a hole and ZONE_MOVABLE, booted to the end. */
struct machine *fuzz_machine(void);
/*
 * A command that a fuzzer may give: NULL for commands that read or write files by a
 * name from the input, otherwise @line with its counts of operations bounded. Freed
 * by the caller.
 */
char *fuzz_line(const char *line);

#endif
