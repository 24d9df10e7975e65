/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Key names in both directions: see keynames.h. */
#include "keynames.h"

#include <stdio.h>
#include <string.h>

#include "canvas.h"
#include "tty.h"

static const struct { const char *name; u32 key; } names[] = {
	{ "Up", K_UP }, { "Down", K_DOWN }, { "Left", K_LEFT }, { "Right", K_RIGHT },
	{ "PgUp", K_PGUP }, { "PgDn", K_PGDN }, { "Home", K_HOME }, { "End", K_END },
	{ "S-Tab", K_BACKTAB }, { "Del", K_DELETE }, { "Ins", K_INSERT }, { "BS", K_BACKSPACE },
	{ "Enter", K_ENTER }, { "Esc", K_ESC }, { "Tab", K_TAB }, { "Space", ' ' },
	{ "\xe2\x86\x90", K_LEFT }, { "\xe2\x86\x92", K_RIGHT },
	{ "S-Left", K_SHIFT_LEFT }, { "S-Right", K_SHIFT_RIGHT }, { "S-Up", K_SHIFT_UP }, { "S-Down", K_SHIFT_DOWN },
};

u32 key_parse(const char *name, size_t n)
{
	const char *s = name;
	u32 ch;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strlen(names[i].name) == n && !memcmp(names[i].name, name, n))
			return names[i].key;
	if (n == 3 && name[0] == 'C' && name[1] == '-' && name[2] >= 'a' && name[2] <= 'z')
		return (u32)(name[2] - 'a' + 1);
	if (n >= 2 && n <= 3 && name[0] == 'F' && name[1] >= '1' && name[1] <= '9') {
		u32 f = (u32)(name[1] - '0');

		if (n == 3)
			f = f * 10 + (u32)(name[2] - '0');
		return f <= 12 ? K_F1 + f - 1 : 0;
	}
	ch = utf8_next(&s);
	return (size_t)(s - name) == n ? ch : 0;
}

const char *key_name(u32 key, char *buf, size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].key == key)
			return names[i].name;
	if (key >= K_F1 && key <= K_F12)
		snprintf(buf, size, "F%u", key - K_F1 + 1);
	else if (key < 27)
		snprintf(buf, size, "C-%c", 'a' + (int)key - 1);
	else
		buf[utf8_put(key, buf)] = '\0';
	return buf;
}
