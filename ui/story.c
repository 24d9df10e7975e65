/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trace events as sentences: what happened and by which path. The ring holds
 * steps (a split, a refill, a merge); a sentence gathers the steps that belong
 * to one allocation or one free.
 */
#include "app.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LOOK_BACK 4096
#define LL(v) ((unsigned long long)(v))

static const char *const mt_names[] = { "Unmovable", "Movable", "Reclaimable", "HighAtomic", "CMA", "Isolate" };

const char *story_mt(unsigned mt) { return mt < ARRAY_SIZE(mt_names) ? mt_names[mt] : "?"; }

static void add(char *buf, size_t n, const char *fmt, ...) PRINTF(3, 4);
static void add(char *buf, size_t n, const char *fmt, ...)
{
	size_t at = strlen(buf);
	va_list ap;

	if (at && at + 5 < n) {
		memcpy(buf + at, " \xe2\x96\xb8 ", 6);
		at += 5;
	}
	va_start(ap, fmt);
	vsnprintf(buf + at, n - at, fmt, ap);
	va_end(ap);
}

static bool is_step(unsigned type)
{
	return type == TRACE_mm_page_split || type == TRACE_mm_page_merge || type == TRACE_mm_page_alloc_zone_locked ||
	       type == TRACE_mm_page_alloc_extfrag || type == TRACE_mm_page_free_batched || type == TRACE_set_migratetype || type == TRACE_mm_page_pcpu_drain;
}

/* What boot reports is told by the kernel log; stories begin after it. */
static bool is_boot(unsigned type)
{
	return type == TRACE_boot_stage || (type >= TRACE_memblock_add && type <= TRACE_memblock_phys_free);
}

static void describe_fallback(const struct trace_event *e, char *buf, size_t n)
{
	add(buf, n, "fallback: %s from %s (%s)", story_mt(e->b & 0xff), story_mt(e->b >> 8 & 0xff),
	    e->b >> 16 ? "took over the pageblock" : "one block only: it is mixed now");
}

/* The steps in front of event @seq, which is an allocation. */
static void alloc_steps(const struct trace *t, u64 seq, const struct trace_event *alloc, struct story *s)
{
	u64 from = seq;
	int splits = 0, refill = 0, from_order = 0;

	while (from > trace_oldest(t) && seq - from < 256 && is_step(trace_get(t, from - 1)->type))
		from--;
	for (u64 i = from; i < seq; i++) {
		const struct trace_event *e = trace_get(t, i);

		if (e->type == TRACE_mm_page_split && !splits++)
			from_order = (int)e->a;
		else if (e->type == TRACE_mm_page_alloc_zone_locked)
			refill++;
		else if (e->type == TRACE_mm_page_alloc_extfrag)
			describe_fallback(e, s->how, sizeof(s->how));
	}
	if (refill > 1)
		add(s->how, sizeof(s->how), "cpu list was empty: %d blocks fetched", refill);
	if (splits && refill <= 1) {
		add(s->how, sizeof(s->how), "free block of order %d split", from_order);
		for (int o = from_order - 1; o >= (int)alloc->q && o > from_order - 12; o--)
			add(s->how, sizeof(s->how), "%d", o);
	}
	if (!s->how[0])
		add(s->how, sizeof(s->how), alloc->q <= 3 ? "from the cpu's own list" : "a free block of just this order");
}

static void tell_alloc(const struct trace *t, u64 seq, const struct trace_event *e, struct story *s)
{
	struct text gfp = TEXT_INIT;

	gfp_format(e->a, &gfp);
	if (e->p == NO_PFN) {
		s->tone = TONE_BAD;
		snprintf(s->what, sizeof(s->what), "alloc order %llu %s failed", LL(e->q), text_str(&gfp));
		snprintf(s->how, sizeof(s->how), "no zone could give it: w tells which refused and why");
	} else {
		snprintf(s->what, sizeof(s->what), "alloc order %llu %s \xe2\x86\x92 0x%llx", LL(e->q), text_str(&gfp), LL(e->p));
		alloc_steps(t, seq, e, s);
	}
	text_cleanup(&gfp);
}

static void tell_free(const struct trace *t, u64 seq, const struct trace_event *e, struct story *s)
{
	const struct trace_event *m;
	unsigned order = (unsigned)e->q;
	int merges = 0;

	snprintf(s->what, sizeof(s->what), "free 0x%llx order %llu", LL(e->p), LL(e->q));
	for (u64 i = seq + 1; (m = trace_get(t, i)) && i < seq + 32; i++) {
		if (m->type != TRACE_mm_page_merge)
			break;
		order = m->b;
		merges += (int)(m->b - m->a);
	}
	if (merges)
		add(s->how, sizeof(s->how), "merged with %d free budd%s: order %u", merges, merges > 1 ? "ies" : "y", order);
}

void story_of(const struct trace_event *e, u64 seq, struct story *s)
{
	struct text line = TEXT_INIT;
	const char *colon;

	memset(s, 0, sizeof(*s));
	s->seq = seq;
	trace_format(e, &line);
	colon = strchr(text_str(&line), ':');
	snprintf(s->what, sizeof(s->what), "%s", trace_name(e->type));
	if (colon)
		snprintf(s->how, sizeof(s->how), "%s", colon + 2);
	text_cleanup(&line);
	if (e->type == TRACE_oom_kill || e->type == TRACE_memory_cancel_offline || e->type == TRACE_memory_failure)
		s->tone = TONE_BAD;
	if (e->type == TRACE_memory_online || e->type == TRACE_memory_offline)
		s->tone = TONE_GOOD;
}

void story_tell(const struct trace *t, u64 seq, struct story *s)
{
	const struct trace_event *e = trace_get(t, seq);

	memset(s, 0, sizeof(*s));
	s->seq = seq;
	if (e->type == TRACE_mm_page_alloc)
		tell_alloc(t, seq, e, s);
	else if (e->type == TRACE_mm_page_free)
		tell_free(t, seq, e, s);
	else
		story_of(e, seq, s);
}

int story_latest(const struct machine *m, u64 upto, struct story *out, int max)
{
	const struct trace *t = machine_trace(m);
	u64 seq = min_u64(upto, t->seq), stop = trace_oldest(t);
	int n = 0;

	if (seq > LOOK_BACK && stop < seq - LOOK_BACK)
		stop = seq - LOOK_BACK;
	while (seq > stop && n < max) {
		const struct trace_event *e = trace_get(t, --seq);

		if (e && is_boot(e->type))
			break;
		if (e && !is_step(e->type))
			story_tell(t, seq, &out[n++]);
	}
	return n;
}
