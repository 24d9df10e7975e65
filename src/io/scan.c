/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading numbers and ranges out of kernel text: small cursors that all parsers
 * of src/io share.
 */
#include "io/scan.h"

#include <string.h>

void scan_blanks(const char **s)
{
	while (**s == ' ' || **s == '\t')
		(*s)++;
}

bool scan_lit(const char **s, const char *lit)
{
	size_t n = strlen(lit);

	if (strncmp(*s, lit, n))
		return false;
	*s += n;
	return true;
}

static int digit_of(char c, int base)
{
	int d = c >= '0' && c <= '9' ? c - '0' :
		c >= 'a' && c <= 'f' ? c - 'a' + 10 :
		c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;

	return d < base ? d : -1;
}

bool scan_num(const char **s, int base, u64 *out)
{
	const char *p = *s;
	u64 v = 0;
	int d;

	if (base == 16 && p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
		p += 2;
	if (digit_of(*p, base) < 0)
		return false;
	for (; (d = digit_of(*p, base)) >= 0; p++) {
		if (__builtin_mul_overflow(v, (u64)base, &v) || __builtin_add_overflow(v, (u64)d, &v))
			return false;
	}
	*out = v;
	*s = p;
	return true;
}

bool scan_any(const char **s, u64 *out)
{
	const char *p = *s;

	return scan_num(s, p[0] == '0' && (p[1] == 'x' || p[1] == 'X') ? 16 : 10, out);
}

bool scan_int(const char **s, int *out)
{
	const char *p = *s;
	bool neg = scan_lit(&p, "-");
	u64 v;

	if (!scan_num(&p, 10, &v) || v > INT32_MAX)
		return false;
	*out = neg ? -(int)v : (int)v;
	*s = p;
	return true;
}

bool scan_word(const char **s, char *buf, size_t n)
{
	const char *p = *s;
	size_t len;

	scan_blanks(&p);
	len = strcspn(p, " \t\r\n");
	if (!len)
		return false;
	*s = p + len;
	len = len < n ? len : n - 1;
	memcpy(buf, p, len);
	buf[len] = '\0';
	return true;
}

phys_t range_end(phys_t last)
{
	return last == ~0ULL ? last : last + 1;
}

bool scan_range(const char **s, phys_t *start, phys_t *end)
{
	const char *p = *s;
	u64 a, b;

	if (!scan_num(&p, 16, &a) || !scan_lit(&p, "-") || !scan_num(&p, 16, &b))
		return false;
	*start = a;
	*end = range_end(b);
	*s = p;
	return true;
}

bool scan_mem(const char **s, phys_t *start, phys_t *end)
{
	const char *p = strstr(*s, "[mem ");

	if (!p)
		return false;
	p += 5;
	scan_blanks(&p);
	if (!scan_range(&p, start, end) || !scan_lit(&p, "]"))
		return false;
	*s = p;
	return true;
}

bool scan_list(const char *s, u64 max, void (*fn)(u64 n, void *arg), void *arg)
{
	u64 a, b;

	scan_blanks(&s);
	while (*s && *s != '\n') {
		if (!scan_num(&s, 10, &a))
			return false;
		b = a;
		if (scan_lit(&s, "-") && !scan_num(&s, 10, &b))
			return false;
		if (b < a || b >= max)
			return false;
		for (; a <= b; a++)
			fn(a, arg);
		scan_lit(&s, ",");
		scan_blanks(&s);
	}
	return true;
}
