/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conditions for "back until": see condition.h. */
#include "sim/condition.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "mmview.h"
#include "sim/history.h"
#include "sim/machine.h"
#include "sim/workload.h"

#define PROBES 256

static int bad(const char *s, struct mm_error *err)
{
	return mm_fail(err, -EINVAL,
		       "'%s' is no condition; write e.g. free(order=9)>0, free<1000, unusable(order=9)>500, failed>0", s);
}

int condition_parse(const char *s, struct condition *out, struct mm_error *err)
{
	static const struct {
		const char *name;
		enum condition_value value;
		bool order;
	} names[] = { { "free(order=", COND_FREE_ORDER, true }, { "unusable(order=", COND_UNUSABLE, true },
		      { "free", COND_FREE_PAGES, false }, { "failed", COND_FAILED, false } };
	const char *p = s;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		size_t n = strlen(names[i].name);

		if (strncmp(s, names[i].name, n))
			continue;
		out->value = names[i].value;
		p = s + n;
		if (names[i].order) {
			if (*p < '0' || *p > '9')
				return bad(s, err);
			for (; *p >= '0' && *p <= '9' && out->order < 100; p++)
				out->order = out->order * 10 + (*p - '0');
			if (*p++ != ')' || out->order >= NR_PAGE_ORDERS_MAX)
				return bad(s, err);
		}
		break;
	}
	if (p == s || !strchr("<>=", *p) || !*p)
		return bad(s, err);
	out->op = *p++;
	return parse_size(p, &out->number, NULL) ? bad(s, err) : 0;
}

static u64 blocks_from(const struct mm *mm, int order)
{
	u64 n = 0;

	for_each_node(mm, node)
		for (int z = 0; z < MAX_NR_ZONES; z++)
			for (int o = order; o <= mm->arch->max_page_order; o++)
				n += area_nr_free(&node->zones[z].free_area[o]) << (o - order);
	return n;
}

static u64 free_pages_all(const struct mm *mm)
{
	u64 n = 0;

	for_each_node(mm, node)
		for (int z = 0; z < MAX_NR_ZONES; z++)
			n += (u64)zone_page_state_snapshot(mm, &node->zones[z], NR_FREE_PAGES);
	return n;
}

static u64 worst_unusable(const struct machine *m, int order)
{
	const struct mm *mm = &m->sys->mm;
	u64 worst = 0;

	for_each_node(mm, node) {
		for (int z = 0; z < MAX_NR_ZONES; z++) {
			const struct zone *zone = &node->zones[z];
			u64 free = 0, usable = 0;

			for (int o = 0; o <= mm->arch->max_page_order; o++) {
				free += area_nr_free(&zone->free_area[o]) << o;
				usable += o >= order ? area_nr_free(&zone->free_area[o]) << o : 0;
			}
			if (free)
				worst = max_u64(worst, (free - usable) * 1000 / free);
		}
	}
	return worst;
}

u64 condition_value(const struct machine *m, const struct condition *c)
{
	switch (c->value) {
	case COND_FREE_PAGES: return free_pages_all(&m->sys->mm);
	case COND_FREE_ORDER: return blocks_from(&m->sys->mm, c->order);
	case COND_UNUSABLE: return worst_unusable(m, c->order);
	case COND_FAILED: return m->sim->workload ? m->sim->workload->failed : 0;
	}
	return 0;
}

bool condition_holds(const struct machine *m, const struct condition *c)
{
	u64 v = condition_value(m, c);

	return c->op == '<' ? v < c->number : c->op == '>' ? v > c->number : v == c->number;
}

/* Between @bad_at (does not hold) and @good (holds), the last operation at which it holds. */
static int narrow(struct machine *m, const struct condition *c, u64 good, u64 bad_at, struct mm_error *err)
{
	while (bad_at - good > 1) {
		u64 mid = good + (bad_at - good) / 2;
		int rc = history_seek(m, mid, err);

		if (rc)
			return rc;
		if (condition_holds(m, c))
			good = mid;
		else
			bad_at = mid;
	}
	return history_seek(m, good, err);
}

int condition_back(struct machine *m, const struct condition *c, struct mm_error *err)
{
	u64 start = history_now(m), step = start / PROBES + 1, t = start;

	while (t) {
		u64 probe = t > step ? t - step : 0;
		int rc = history_seek(m, probe, err);

		if (rc)
			return rc;
		if (condition_holds(m, c))
			return narrow(m, c, probe, t, err);
		t = probe;
	}
	history_seek(m, start, NULL);
	return mm_fail(err, -ENOENT, "the condition did not hold at any earlier moment");
}
