/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Predicting real boot logs: see bootlog_compare.h. */
#include "bootlog_compare.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/system.h"
#include "io/import.h"

#define LL(v) ((unsigned long long)(v))

static void miss(struct log_verdict *v, const char *fmt, ...) PRINTF(2, 3);
static void miss(struct log_verdict *v, const char *fmt, ...)
{
	va_list ap;

	if (v->first[0])
		return;
	va_start(ap, fmt);
	vsnprintf(v->first, sizeof(v->first), fmt, ap);
	va_end(ap);
}

static void judge(struct log_verdict *v, bool equal)
{
	v->lines++;
	v->equal += equal;
}

static void compare_zones(const struct bootlog *want, const struct bootlog *got, struct log_verdict *v)
{
	static const char *const names[] = { "DMA", "DMA32", "Normal", "HighMem", "Movable", "Device" };

	for (size_t i = 0; i < want->nr_zone; i++) {
		const struct log_zone *w = &want->zone[i], *g = NULL;
		bool equal;

		for (size_t k = 0; k < got->nr_zone; k++) {
			if (got->zone[k].type == w->type)
				g = &got->zone[k];
		}
		equal = g && w->empty == g->empty && w->start == g->start && w->end == g->end;
		judge(v, equal);
		if (!equal)
			miss(v, "zone %s: %llx-%llx%s, model %llx-%llx", names[w->type], LL(w->start), LL(w->end),
			     w->empty ? " empty" : "", g ? LL(g->start) : 0ULL, g ? LL(g->end) : 0ULL);
	}
}

static void compare_movable(const struct bootlog *want, const struct bootlog *got, struct log_verdict *v)
{
	for (size_t i = 0; i < want->nr_movable; i++) {
		bool equal = false;

		for (size_t k = 0; k < got->nr_movable; k++)
			equal |= got->movable[k].nid == want->movable[i].nid &&
				 got->movable[k].start == want->movable[i].start;
		judge(v, equal);
		if (!equal)
			miss(v, "Movable start of node %d: %llx", want->movable[i].nid, LL(want->movable[i].start));
	}
	if (!want->nr_movable && got->nr_movable)
		miss(v, "Movable start of node %d that the log has not", got->movable[0].nid);
}

static void compare_early(const struct bootlog *want, const struct bootlog *got, struct log_verdict *v)
{
	for (size_t i = 0; i < want->nr_early; i++) {
		const struct log_node_mem *w = &want->early[i];
		const struct log_node_mem *g = i < got->nr_early ? &got->early[i] : NULL;
		bool equal = g && g->nid == w->nid && g->start == w->start && g->end == w->end;

		judge(v, equal);
		if (!equal)
			miss(v, "node range %zu: %d %llx-%llx, model %d %llx-%llx", i, w->nid, LL(w->start),
			     LL(w->end), g ? g->nid : -1, g ? LL(g->start) : 0ULL, g ? LL(g->end) : 0ULL);
	}
}

static void compare_initmem(const struct bootlog *want, const struct bootlog *got, struct log_verdict *v)
{
	for (size_t i = 0; i < want->nr_initmem; i++) {
		const struct log_initmem *w = &want->initmem[i];
		bool equal = false;

		for (size_t k = 0; k < got->nr_initmem; k++) {
			const struct log_initmem *g = &got->initmem[k];

			equal |= g->nid == w->nid && g->memoryless == w->memoryless &&
				 (g->memoryless || (g->start == w->start && g->end == w->end));
		}
		judge(v, equal);
		if (!equal)
			miss(v, "Initmem of node %d: %llx-%llx%s", w->nid, LL(w->start), LL(w->end),
			     w->memoryless ? " memoryless" : "");
	}
}

static void compare_holes(const struct bootlog *want, const struct bootlog *got, struct log_verdict *v)
{
	for (size_t i = 0; i < want->nr_hole; i++) {
		const struct log_hole *w = &want->hole[i], *g = i < got->nr_hole ? &got->hole[i] : NULL;
		bool equal = g && g->nid == w->nid && g->type == w->type && g->pages == w->pages;

		judge(v, equal);
		if (!equal)
			miss(v, "unavailable range %zu: node %d zone %d, %llu pages, model %d %d %llu", i, w->nid,
			     w->type, LL(w->pages), g ? g->nid : -1, g ? (int)g->type : -1, g ? LL(g->pages) : 0ULL);
	}
}

static void compare_totals(const struct bootlog *want, const struct bootlog *got, struct log_verdict *v)
{
	for (size_t i = 0; i < want->nr_total; i++) {
		const struct log_total *w = &want->total[i], *g = i < got->nr_total ? &got->total[i] : NULL;
		bool equal = g && g->nid == w->nid && g->pages == w->pages;

		judge(v, equal);
		if (!equal)
			miss(v, "total pages of node %d: %llu, model %llu", w->nid, LL(w->pages), g ? LL(g->pages) : 0ULL);
	}
}

void bootlog_compare(const struct bootlog *want, const struct bootlog *got, struct log_verdict *v)
{
	compare_zones(want, got, v);
	compare_movable(want, got, v);
	compare_early(want, got, v);
	compare_initmem(want, got, v);
	compare_holes(want, got, v);
	compare_totals(want, got, v);
}

static char *read_log(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *text;

	if (!f)
		return NULL;
	text = calloc(1, 4 * MiB);
	*len = text ? fread(text, 1, 4 * MiB - 1, f) : 0;
	fclose(f);
	return text;
}

/* Boot @d up to its zones and parse what it printed. */
static int boot_log(const struct desc *d, struct bootlog *got, struct mm_error *err)
{
	struct arena *a = arena_create(64 * GiB);
	struct text t = TEXT_INIT;
	struct trace trace;
	struct system *sys;
	int ret;

	if (!a || trace_init(&trace, 1024))
		return mm_fail(err, -ENOMEM, "no memory to boot");
	sys = arena_alloc(a, sizeof(*sys));
	ret = system_init(sys, a, d, &trace, err);
	if (!ret)
		ret = system_boot(sys, BOOT_ZONES, err);
	for (u32 i = 0; i < sys->dmesg.nr; i++)
		text_printf(&t, "%s\n", sys->dmesg.line[i]);
	bootlog_parse(got, text_str(&t), t.len, false, NULL);
	text_cleanup(&t);
	system_cleanup(sys);
	trace_cleanup(&trace);
	arena_destroy(a);
	return ret;
}

void bootlog_predict(const char *path, struct log_verdict *v)
{
	struct mm_error err = { 0 };
	struct bootlog want, got;
	struct desc *d;
	size_t len;
	char *text = read_log(path, &len);

	memset(v, 0, sizeof(*v));
	if (!text) {
		miss(v, "not readable");
		return;
	}
	bootlog_parse(&want, text, len, false, NULL);
	free(text);
	d = import_root(path, IMPORT_WITHHOLD, NULL, &err);
	memset(&got, 0, sizeof(got));
	v->booted = d && !boot_log(d, &got, &err);
	v->arch = want.max_arch_pfn ? want.max_arch_pfn > 1ULL << 24 ? LOG_X86_64 : LOG_I386 : want.arch;
	if (!v->booted)
		miss(v, "%s", err.msg);
	bootlog_compare(&want, &got, v);
	bootlog_cleanup(&want);
	bootlog_cleanup(&got);
	desc_free(d);
}

static int is_log(const struct dirent *e)
{
	const char *dot = strrchr(e->d_name, '.');

	return dot && !strcmp(dot, ".txt");
}

int bootlog_table(const char *dir, struct text *out, struct log_totals *t)
{
	struct dirent **names;
	int n = scandir(dir, &names, is_log, alphasort);

	memset(t, 0, sizeof(*t));
	if (n < 0)
		return -errno;
	text_printf(out, "%-48s %-8s %5s %5s %5s  %s\n", "log", "arch", "lines", "equal", "diff", "first difference");
	for (int i = 0; i < n; i++) {
		struct log_verdict v;
		char path[1024];
		bool judged, right;

		snprintf(path, sizeof(path), "%s/%s", dir, names[i]->d_name);
		bootlog_predict(path, &v);
		judged = v.arch == LOG_X86_64 || v.arch == LOG_I386 || v.arch == LOG_ARM64;
		right = v.booted && v.equal == v.lines && !v.first[0];
		text_printf(out, "%-48s %-8s %5u %5u %5u  %s\n", names[i]->d_name, log_arch_name(v.arch), v.lines,
			    v.equal, v.lines - v.equal, v.first);
		t->logs++;
		t->booted += v.booted;
		t->judged += judged;
		t->right += judged && right;
		free(names[i]);
	}
	free(names);
	text_printf(out, "%u logs, %u booted; x86_64, i386 and arm64: %u of %u predicted in every line\n", t->logs,
		    t->booted, t->right, t->judged);
	return 0;
}
