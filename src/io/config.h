/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Machine files: ini text <-> machine description. Every key is described in
 * mmview.ini(5) and used by some file in ini/.
 *
 * Errors read "file:line: [section] key = value: what is wrong; what to do".
 */
#ifndef MM_IO_CONFIG_H
#define MM_IO_CONFIG_H

#include "base/error.h"
#include "base/text.h"
#include "boot/desc.h"

/* A file may be this large (bytes). */
#define CONFIG_MAX_SIZE (64 * MiB)
/* The longest line that libinih takes, in bytes without the line end. */
#define CONFIG_MAX_LINE 197

/*
 * Read, check and return a machine file; "-" is standard input. The machine's
 * name is the file's, without folder and ".ini", unless the file gives one.
 * NULL: *err says why (-ENOENT, -EACCES, -EISDIR, -EFBIG, -EINVAL, -ENOMEM).
 */
struct desc *config_load(const char *path, struct mm_error *err);

/* The same from memory; @name stands for the file name in messages. */
struct desc *config_parse(const char *text, size_t len, const char *name, struct mm_error *err);

/*
 * Write @d as a readable machine file; reading it back gives an equal
 * description (desc_equal()). 0 or -ENOMEM.
 */
int config_write(const struct desc *d, struct text *out);

/* Is there anything wrong with the file? 0, or the error that config_load() gives. */
int config_check(const char *path, struct mm_error *err);

/* Section and key names for help and tests: the i-th as "section" and "key"; false beyond the last. */
bool config_key_name(unsigned i, const char **section, const char **key, const char **help);

#endif
