/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the values of machine files; see config_value.h. A number is decimal,
 * or hexadecimal with 0x; a leading zero (octal for the kernel's memparse()) is
 * refused, because in a list of addresses it is nearly always a forgotten 0x.
 */
#include "io/config_value.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

int value_fail(const struct value *v, const char *fmt, ...)
{
	char what[384];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return ini_fail(v->doc, v->e, v->err, -EINVAL, "%s", what);
}

void value_skip_blanks(struct value *v)
{
	while (*v->s == ' ' || *v->s == '\t')
		v->s++;
}

/* Length of the word under the cursor. */
static size_t word_len(const struct value *v)
{
	return strcspn(v->s, " \t");
}

/* Complain about the word under the cursor. */
static int bad_word(const struct value *v, const char *want)
{
	size_t n = word_len(v);

	if (!n)
		return value_fail(v, "something is missing; expected %s", want);
	return value_fail(v, "'%.*s' is not %s", n > 40 ? 40 : (int)n, v->s, want);
}

int value_size(struct value *v, u64 *out)
{
	const char *end;
	int ret;

	*out = 0;
	value_skip_blanks(v);
	if (v->s[0] == '-')
		return value_fail(v, "negative numbers have no meaning here; write a size such as 256M");
	if (v->s[0] == '0' && isdigit((unsigned char)v->s[1]))
		return value_fail(v, "a number with a leading zero; write 0x in front of hexadecimal ones");
	ret = parse_size(v->s, out, &end);
	if (ret == -ERANGE)
		return value_fail(v, "the number does not fit into 64 bits; write a smaller one");
	if (ret)
		return bad_word(v, "a number such as 4096, 0x1000 or 256M");
	if (isalpha((unsigned char)end[-1]) && !strncmp(end, "iB", 2))
		end += 2;
	if (isalnum((unsigned char)*end))
		return bad_word(v, "a number; hexadecimal ones begin with 0x, sizes end in K, M, G, T, P or E");
	v->s = end;
	return 0;
}

int value_number(struct value *v, u64 lo, u64 hi, u64 *out)
{
	int ret = value_size(v, out);

	if (ret)
		return ret;
	if (*out < lo || *out > hi)
		return value_fail(v, "%llu is out of range; use %llu to %llu", (unsigned long long)*out,
				  (unsigned long long)lo, (unsigned long long)hi);
	return 0;
}

int value_range(struct value *v, phys_t *start, phys_t *end)
{
	u64 b;
	char sep;

	if (value_size(v, start))
		return -EINVAL;
	sep = *v->s;
	if (sep != '-' && sep != '+')
		return bad_word(v, "a range; write START-END (END is the last byte) or START+SIZE");
	v->s++;
	if (value_size(v, &b))
		return -EINVAL;
	if (sep == '-' && b < *start)
		return value_fail(v, "the range ends (0x%llx) before it starts (0x%llx); swap them",
				  (unsigned long long)b, (unsigned long long)*start);
	if (sep == '+' && !b)
		return value_fail(v, "the range is empty; write a size above 0");
	*end = sep == '-' ? b + 1 : *start + b;
	if (*end <= *start)
		return value_fail(v, "the range reaches the end of the 64-bit address space; make it smaller");
	return 0;
}

int value_bool(struct value *v, bool *out)
{
	static const char *const word[] = { "no", "yes", "off", "on", "false", "true", "0", "1" };

	value_skip_blanks(v);
	for (size_t i = 0; i < ARRAY_SIZE(word); i++)
		if (value_word(v, word[i])) {
			*out = i & 1;
			return value_end(v);
		}
	return bad_word(v, "yes or no");
}

int value_end(struct value *v)
{
	value_skip_blanks(v);
	if (*v->s)
		return value_fail(v, "'%.40s' is too much here; remove it", v->s);
	return 0;
}

bool value_word(struct value *v, const char *word)
{
	size_t n = strlen(word);

	value_skip_blanks(v);
	if (word_len(v) != n || strncmp(v->s, word, n))
		return false;
	v->s += n;
	return true;
}

bool value_option(struct value *v, const char *name)
{
	size_t n = strlen(name);

	value_skip_blanks(v);
	if (strncmp(v->s, name, n) || v->s[n] != '=')
		return false;
	v->s += n + 1;
	return true;
}

const char *value_rest(struct value *v)
{
	value_skip_blanks(v);
	return v->s;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "\x3b" becomes ';': the way to write what an ini file cannot hold. In place. */
static void unescape(char *s)
{
	char *to = s;

	while (*s) {
		if (s[0] == '\\' && s[1] == 'x' && hex_digit(s[2]) >= 0 && hex_digit(s[3]) >= 0 &&
		    (hex_digit(s[2]) || hex_digit(s[3]))) {
			*to++ = (char)(hex_digit(s[2]) << 4 | hex_digit(s[3]));
			s += 4;
		} else {
			*to++ = *s++;
		}
	}
	*to = '\0';
}

char *value_text(struct value *v)
{
	char *s;

	value_skip_blanks(v);
	s = v->e->value + (v->s - v->e->value);
	unescape(s);
	return s;
}

int value_list(struct value *v, u64 max, int (*fn)(u64 n, void *arg), void *arg)
{
	u64 a, b;
	int ret;

	do {
		if (value_number(v, 0, max, &a))
			return -EINVAL;
		b = a;
		if (*v->s == '-') {
			v->s++;
			if (value_number(v, a, max, &b))
				return -EINVAL;
		}
		for (; a <= b; a++) {
			ret = fn(a, arg);
			if (ret)
				return ret;
		}
	} while (*v->s == ',' && v->s++);
	return value_end(v);
}

/* Dynamic programming over one row; long names count as far away. */
unsigned edit_distance(const char *a, const char *b)
{
	unsigned row[64], diag, up;
	size_t na = strlen(a), nb = strlen(b);

	if (na >= ARRAY_SIZE(row) || nb >= ARRAY_SIZE(row))
		return 99;
	for (size_t j = 0; j <= nb; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= na; i++) {
		diag = row[0];
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= nb; j++) {
			unsigned best = diag + (a[i - 1] != b[j - 1]);

			up = row[j];
			if (up + 1 < best)
				best = up + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
			diag = up;
		}
	}
	return row[nb];
}
