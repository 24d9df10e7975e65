/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the build with musl (.ci/check-long musl): Debian's static ncursesw was compiled
 * with checked string functions, which are glibc's own. musl has the plain ones.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

int __vfprintf_chk(FILE *f, int flag, const char *format, va_list ap);
int __fprintf_chk(FILE *f, int flag, const char *format, ...);
int __sprintf_chk(char *s, int flag, size_t room, const char *format, ...);
int __vsnprintf_chk(char *s, size_t n, int flag, size_t room, const char *format, va_list ap);
void *__memcpy_chk(void *to, const void *from, size_t n, size_t room);
char *__strcpy_chk(char *to, const char *from, size_t room);

int __vfprintf_chk(FILE *f, int flag, const char *format, va_list ap) { return vfprintf(f, format, ap); }

int __fprintf_chk(FILE *f, int flag, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vfprintf(f, format, ap);
	va_end(ap);
	return n;
}

int __sprintf_chk(char *s, int flag, size_t room, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(s, room, format, ap);
	va_end(ap);
	return n;
}

int __vsnprintf_chk(char *s, size_t n, int flag, size_t room, const char *format, va_list ap)
{
	return vsnprintf(s, n, format, ap);
}

void *__memcpy_chk(void *to, const void *from, size_t n, size_t room) { return memcpy(to, from, n); }
char *__strcpy_chk(char *to, const char *from, size_t room) { return strcpy(to, from); }
