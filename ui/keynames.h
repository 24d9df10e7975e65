/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of keys as people write them: "a", "C-r", "Space", "PgUp", "S-Tab", "F1". Pure. */
#ifndef MM_UI_KEYNAMES_H
#define MM_UI_KEYNAMES_H

#include "base/types.h"

/* The code that tty_read() gives for key @name (the first @n bytes of it); 0: no such key. */
u32 key_parse(const char *name, size_t n);
/* The name of @key in @buf (at least 8 bytes). Return: @buf. */
const char *key_name(u32 key, char *buf, size_t size);

#endif
