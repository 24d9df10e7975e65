/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From trace events to steps: see steps.h. */
#include "steps.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app.h"

#define LL(v) ((unsigned long long)(v))
#define MAX_TRIES 64

static struct pfn_range block(pfn_t pfn, unsigned order) { return (struct pfn_range){ pfn, pfn + (1ULL << (order & 31)) }; }

static struct step *add(struct steps *s, enum step_kind kind, const char *fmt, ...) PRINTF(3, 4);
/* Never NULL: beyond the end the last step is written again, and the cut is noted. */
static struct step *add(struct steps *s, enum step_kind kind, const char *fmt, ...)
{
	struct step *st;
	va_list ap;

	if (s->nr == STEPS_MAX) {
		s->cut = true;
		s->nr--;
	}
	st = &s->step[s->nr++];
	memset(st, 0, sizeof(*st));
	st->kind = kind;
	va_start(ap, fmt);
	vsnprintf(st->text, sizeof(st->text), fmt, ap);
	va_end(ap);
	return st;
}

/* --- allocation --------------------------------------------------------------------- */

static void add_tries(const struct machine *m, struct steps *s)
{
	struct alloc_try t[MAX_TRIES];
	int n = machine_last_tries(m, t, MAX_TRIES);

	for (int i = 0; i < n && i < MAX_TRIES; i++) {
		struct step *st = add(s, STEP_REFUSE, "node %d %s is asked%s and refuses: %s (%llu pages free; it must keep %llu + %llu)",
				      t[i].nid, t[i].zone, t[i].pass ? " again, harder" : "", t[i].why, LL(t[i].free), LL(t[i].mark),
				      LL(t[i].reserve));

		st->a = (struct pfn_range){ t[i].start, t[i].end };
		st->bad = true;
	}
}

static void add_split(struct steps *s, const struct trace_event *e)
{
	struct pfn_range whole = block(e->p, e->a);
	struct step *st = add(s, STEP_TAKE, "the smallest free block that is large enough: order %u at 0x%llx; it leaves its list", e->a, LL(e->p));

	st->a = whole;
	st->order = e->a;
	for (unsigned o = e->a; o-- > e->b;) {
		st = add(s, STEP_SPLIT, "order %u is more than order %u: cut in two. The upper half 0x%llx goes to the free list of order %u",
			 o + 1, e->b, LL(e->p + (1ULL << o)), o);
		st->a = block(e->p, o);
		st->b = block(e->p + (1ULL << o), o);
		st->whole = whole;
		st->order = o;
	}
	s->totals.splits += e->a - e->b;
}

static void add_taken(struct steps *s, const struct trace_event *e)
{
	struct step *st = s->nr ? &s->step[s->nr - 1] : NULL;

	if (st && st->kind == STEP_SPLIT && st->a.start == e->p && !e->b)
		return; /* the cut said so */
	st = add(s, STEP_TAKE, "0x%llx, order %llu, %s", LL(e->p), LL(e->q),
			      e->b ? "fills this cpu's own list, so that the next requests need no lock" : "leaves the free list");

	st->a = block(e->p, (unsigned)e->q);
	st->order = (unsigned)e->q;
}

static void add_alloc(struct steps *s, const struct trace_event *e)
{
	struct step *st;

	if (e->p == NO_PFN) {
		st = add(s, STEP_NOTE, "the request for order %llu fails: no zone could give it", LL(e->q));
		st->bad = true;
		s->totals.failed++;
		return;
	}
	st = add(s, STEP_TAKE, "the caller gets 0x%llx, order %llu", LL(e->p), LL(e->q));
	st->a = block(e->p, (unsigned)e->q);
	st->order = (unsigned)e->q;
	s->totals.allocs++;
}

static void add_fallback(struct steps *s, const struct trace_event *e)
{
	struct step *st = add(s, STEP_TAKE, "fallback: nothing free among the %s blocks, so a block of order %u is taken from %s; %s",
			      story_mt(e->b & 0xff), e->a >> 8, story_mt(e->b >> 8 & 0xff),
			      e->b >> 16 ? "the whole pageblock changes its type" : "its pageblock is mixed from now on");

	st->a = block(e->p, e->a >> 8);
	st->order = e->a >> 8;
	st->bad = !(e->b >> 16);
	s->totals.fallbacks++;
}

/* --- free ------------------------------------------------------------------------------- */

/* Why the block [@pfn, @order], which is free now, did not grow further. */
static void add_stop(const struct machine *m, struct steps *s, pfn_t pfn, unsigned order)
{
	struct page_info pi;
	struct step *st;

	if (machine_page(m, pfn, &pi))
		return;
	if (pi.state == PAGE_PCP) {
		st = add(s, STEP_NOTE, "it stays on this cpu's own list: nothing merges until the list is full and hands pages back");
		st->a = block(pfn, order);
		return;
	}
	if (pi.state != PAGE_BUDDY || pi.head != pfn || pi.order != order || pi.buddy == NO_PFN || pi.buddy_free)
		return;
	st = add(s, STEP_STOP, "its buddy 0x%llx stops it: %s", LL(pi.buddy), pi.buddy_why);
	st->a = block(pfn, order);
	st->b = block(pi.buddy, order);
	st->order = order;
}

static void add_free(const struct machine *m, struct steps *s, const struct trace_event *e, bool merges)
{
	struct step *st = add(s, STEP_FREE, "0x%llx, order %llu, is given back", LL(e->p), LL(e->q));

	st->a = block(e->p, (unsigned)e->q);
	st->order = (unsigned)e->q;
	s->totals.frees++;
	if (!merges)
		add_stop(m, s, e->p, (unsigned)e->q);
}

static void add_merge(const struct machine *m, struct steps *s, const struct trace_event *e)
{
	pfn_t at = e->p;

	for (unsigned o = e->a; o < e->b; o++) {
		pfn_t buddy = at ^ (1ULL << o);
		struct step *st = add(s, STEP_MERGE, "0x%llx ^ (1 << %u) = 0x%llx: this buddy is free and of order %u too. Together: order %u",
				      LL(at), o, LL(buddy), o, o + 1);

		st->a = block(at, o);
		st->b = block(buddy, o);
		st->whole = block(e->q, e->b);
		st->order = o;
		at &= ~(1ULL << o);
	}
	s->totals.merges += e->b - e->a;
	add_stop(m, s, e->q, e->b);
}

/* --- compaction and migration -------------------------------------------------------------- */

static void add_move(struct steps *s, const struct trace_event *e)
{
	struct step *st = add(s, STEP_MOVE, e->i ? "0x%llx could not be moved to 0x%llx (%s)" : "the content of 0x%llx moves to 0x%llx%s",
			      LL(e->p), LL(e->q), e->i ? mm_errname(e->i) : "; whoever used it now finds it there");

	st->a = block(e->p, e->a);
	st->b = block(e->q, e->a);
	st->order = e->a;
	st->bad = e->i;
	if (e->i)
		s->totals.refused_moves++;
	else
		s->totals.moves += 1ULL << (e->a & 31);
}

/* Stretches one after the other in which a scanner found nothing are one step: is @e the next of them? */
static bool goes_on(const struct steps *s, const struct trace_event *e, bool migrate)
{
	const struct step *st = s->nr ? &s->step[s->nr - 1] : NULL;

	return !e->b && st && st->kind == STEP_SCAN && st->nothing && (migrate ? st->a.end == e->p : st->b.start == e->q && e->q);
}

static void add_scan(struct steps *s, const struct trace_event *e)
{
	bool migrate = e->type == TRACE_mm_compaction_isolate_migratepages;
	struct pfn_range r = { e->p, e->q };
	struct step *st;

	if (goes_on(s, e, migrate)) {
		st = &s->step[--s->nr];
		r.start = migrate ? st->a.start : r.start;
		r.end = migrate ? r.end : st->b.end;
	}
	if (migrate)
		st = add(s, STEP_SCAN, "the migrate scanner looks at 0x%llx\xe2\x80\x93" "0x%llx from below: %u pages can move", LL(r.start),
			 LL(r.end), e->b);
	else
		st = add(s, STEP_SCAN, "the free scanner looks at 0x%llx\xe2\x80\x93" "0x%llx from above: %u free pages to move into", LL(r.start),
			 LL(r.end), e->b);
	st->nothing = !e->b;
	if (migrate)
		st->a = r;
	else
		st->b = r;
}

static void add_compaction(struct steps *s, const struct trace_event *e)
{
	struct step *st;

	if (e->type == TRACE_mm_compaction_begin)
		st = add(s, STEP_NOTE, "compaction: one scanner goes up and looks for pages to move, one comes down and looks for free pages");
	else
		st = add(s, STEP_NOTE, "compaction ends: the scanners stand at 0x%x and 0x%x", e->a, e->b);
	st->a = (struct pfn_range){ e->p, e->q };
}

/* --- the rest --------------------------------------------------------------------------------- */

static void add_range(struct steps *s, u64 seq, const struct trace_event *e)
{
	struct step *st;
	struct story story;

	story_of(e, seq, &story);
	st = add(s, STEP_NOTE, "%s  %s", story.what, story.how);
	if (e->type >= TRACE_memory_going_online && e->type <= TRACE_memory_remove)
		st->a = (struct pfn_range){ e->p, e->p + e->q };
	st->bad = story.tone == TONE_BAD;
}

/* Steps inside compaction and offline that would only repeat what the scan and the move say. */
static bool is_noise(unsigned type)
{
	return type == TRACE_mm_page_isolate || type == TRACE_mm_page_putback || type == TRACE_mm_page_free_batched ||
	       type == TRACE_mm_compaction_migratepages || type == TRACE_mm_compaction_finished ||
	       type == TRACE_mm_compaction_suitable || type == TRACE_set_migratetype || type == TRACE_mm_page_pcpu_drain ||
	       type == TRACE_mm_migrate_pages || type == TRACE_kmem_cache_alloc || type == TRACE_kmem_cache_free ||
	       type == TRACE_kmalloc || type == TRACE_kfree;
}

static void add_event(const struct machine *m, u64 seq, u64 to, struct steps *s)
{
	const struct trace *t = machine_trace(m);
	const struct trace_event *e = trace_get(t, seq), *next = seq + 1 < to ? trace_get(t, seq + 1) : NULL;

	if (!e || is_noise(e->type))
		return;
	switch (e->type) {
	case TRACE_mm_page_split: add_split(s, e); break;
	case TRACE_mm_page_alloc_zone_locked: add_taken(s, e); break;
	case TRACE_mm_page_alloc: add_alloc(s, e); break;
	case TRACE_mm_page_alloc_extfrag: add_fallback(s, e); break;
	case TRACE_mm_page_free: add_free(m, s, e, next && next->type == TRACE_mm_page_merge); break;
	case TRACE_mm_page_merge: add_merge(m, s, e); break;
	case TRACE_mm_page_migrate: add_move(s, e); break;
	case TRACE_mm_compaction_isolate_migratepages:
	case TRACE_mm_compaction_isolate_freepages: add_scan(s, e); break;
	case TRACE_mm_compaction_begin:
	case TRACE_mm_compaction_end: add_compaction(s, e); break;
	default: add_range(s, seq, e);
	}
}

void steps_collect(const struct machine *m, u64 from, u64 to, bool tries, struct steps *out)
{
	const struct trace *t = machine_trace(m);

	out->nr = 0;
	out->cut = false;
	memset(&out->totals, 0, sizeof(out->totals));
	if (tries)
		add_tries(m, out);
	from = max_u64(from, trace_oldest(t));
	for (u64 seq = from; seq < to; seq++)
		add_event(m, seq, to, out);
	out->totals.events = to > from ? to - from : 0;
}

static void part(char *buf, size_t n, u64 count, const char *one, const char *many)
{
	size_t at = strlen(buf);
	char num[24];

	if (count)
		snprintf(buf + at, n - at, "%s%s %s", at ? ", " : "", count_str(count, num, sizeof(num)), count == 1 ? one : many);
}

void steps_summary(const struct step_totals *t, char *buf, size_t n)
{
	buf[0] = '\0';
	part(buf, n, t->allocs, "allocation", "allocations");
	part(buf, n, t->failed, "failed", "failed");
	part(buf, n, t->frees, "free", "frees");
	part(buf, n, t->splits, "split", "splits");
	part(buf, n, t->merges, "merge", "merges");
	part(buf, n, t->moves, "page moved", "pages moved");
	part(buf, n, t->refused_moves, "could not move", "could not move");
	part(buf, n, t->fallbacks, "fallback", "fallbacks");
	if (!buf[0])
		part(buf, n, t->events, "event", "events");
}
