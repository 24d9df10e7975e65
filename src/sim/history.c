/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of a session and moving in it: see history.h. Deltas and checkpoints
 * are in checkpoint.c; this file decides when to take one and what to run again.
 */
#include "sim/history.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mmview.h"
#include "sim/checkpoint.h"
#include "sim/machine.h"
#include "sim/workload.h"

/* A checkpoint is taken when doing again what came since would take about this long. */
#define CHECKPOINT_NS 100000000ULL
/* A checkpoint that took more memory than this makes the next ones rarer in proportion. */
#define CHECKPOINT_BYTES (8ULL * MiB)

/*
 * Host memory for deltas: what model and history together may have, less the model, but not
 * less than LEAST (then going back takes longer) and not more than MOST. When the log since
 * the last checkpoint is longer than FAR, so that nobody would wait for it to be done again,
 * memory gives way.
 */
#define TOTAL_BYTES (296ULL * MiB)
#define LEAST_BYTES (12ULL * MiB)
#define MOST_BYTES  (160ULL * MiB)
#define FAR_OPS     16000000ULL
#define AHEAD_BYTES (32ULL * MiB) /* so much above it nobody waits for the front */

struct entry {
	u64 start;  /* time before it */
	u64 steps;  /* workload steps, or 0 for a command */
	char *line; /* the command; NULL for steps */
	int rc;     /* what the command returned */
};

struct bookmark {
	char *name;
	u64 time;
};

struct history {
	struct entry *entry;
	size_t nr, cap;
	struct bookmark *mark;
	size_t nr_marks;
	struct checkpoints *cp;
	u64 end;          /* the latest time that the log reaches */
	u64 spent_ns;     /* engine time since the last checkpoint */
	u64 due_ns;       /* of which this much makes the next one due */
	u64 patience;     /* times as much, when the last ones had to go again at once */
	bool stayed;      /* the last one did not */
	u64 command_start_ns;
	u64 last_cp_time;
	u64 interval;     /* tests: operations between checkpoints, 0: by time */
	u64 limit;        /* bytes for deltas that the user set; 0: see history_limit() */
	bool thinning;    /* there were more than the limit; until they are well below it */
	bool pieces;      /* the front takes checkpoints piece by piece: machine_save_piece() */
	bool due;         /* it should begin one */
	bool saving;      /* it began one */
	bool replaying;
	bool failed;      /* host memory ran out while replaying */
	bool broken;      /* host memory ran out: no further recording */
};

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000000000ULL + (u64)ts.tv_nsec;
}

struct history *history_create(struct machine *m)
{
	struct history *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->cp = checkpoints_create(m);
	if (!h->cp) {
		free(h);
		return NULL;
	}
	h->command_start_ns = now_ns();
	h->due_ns = CHECKPOINT_NS;
	h->patience = 1;
	return h;
}

static void drop_entries(struct history *h, size_t from)
{
	for (size_t i = from; i < h->nr; i++)
		free(h->entry[i].line);
	if (from < h->nr)
		h->nr = from;
}

void history_destroy(struct history *h)
{
	if (!h)
		return;
	drop_entries(h, 0);
	free(h->entry);
	for (size_t i = 0; i < h->nr_marks; i++)
		free(h->mark[i].name);
	free(h->mark);
	checkpoints_destroy(h->cp);
	free(h);
}

u64 history_now(const struct machine *m) { return m->sim->ops; }
u64 history_end(const struct machine *m)
{
	return m->history ? max_u64(m->history->end, m->sim->ops) : m->sim->ops;
}

/* The present is in the past of the log and something new happens: the old future is gone. */
static void forget_future(struct machine *m)
{
	struct history *h = m->history;
	u64 now = m->sim->ops;
	size_t keep = h->nr;

	if (now >= h->end)
		return;
	while (keep && h->entry[keep - 1].start >= now)
		keep--;
	drop_entries(h, keep);
	if (keep && h->entry[keep - 1].steps)
		h->entry[keep - 1].steps = min_u64(h->entry[keep - 1].steps, now - h->entry[keep - 1].start);
	checkpoints_forget_after(h->cp, now);
	for (size_t i = 0; i < h->nr_marks;) {
		if (h->mark[i].time <= now) {
			i++;
			continue;
		}
		free(h->mark[i].name);
		h->mark[i] = h->mark[--h->nr_marks];
	}
	h->end = now;
}

static struct entry *add_entry(struct history *h)
{
	if (h->nr == h->cap) {
		size_t cap = h->cap ? h->cap * 2 : 64;
		struct entry *e = realloc(h->entry, cap * sizeof(*e));

		if (!e)
			return NULL;
		h->entry = e;
		h->cap = cap;
	}
	memset(&h->entry[h->nr], 0, sizeof(h->entry[h->nr]));
	return &h->entry[h->nr++];
}

static bool recording(const struct machine *m)
{
	return m->history && !m->history->replaying && !m->history->broken;
}

/* A checkpoint that the front began is taken to its end: the machine is about to change. */
static void end_saving(struct history *h)
{
	if (!h->saving)
		return;
	checkpoints_finish(h->cp);
	h->saving = false;
}

/* A checkpoint of @time was taken; the next one is due when it pays. */
static void checkpoint_taken(struct history *h, u64 time)
{
	if (h->stayed && h->patience > 1)
		h->patience /= 2;
	h->stayed = true;
	h->last_cp_time = time;
	h->due_ns = CHECKPOINT_NS * (1 + checkpoints_last_bytes(h->cp) / CHECKPOINT_BYTES) * h->patience;
}

void history_settle(struct machine *m)
{
	if (m->history)
		end_saving(m->history);
}

u64 history_limit(const struct machine *m)
{
	const struct history *h = m->history;
	u64 model = memmap_host_bytes(&m->sys->map) + 2 * arena_extent(m->arena); /* arena and its copy */
	u64 bytes = model < TOTAL_BYTES ? TOTAL_BYTES - model : 0;

	if (h && h->limit)
		return h->limit;
	if (h && m->sim->ops - h->last_cp_time > FAR_OPS)
		return MOST_BYTES;
	return min_u64(max_u64(bytes, LEAST_BYTES), MOST_BYTES);
}

void history_set_limit(struct machine *m, u64 bytes)
{
	if (m->history)
		m->history->limit = bytes;
}

/* Too much memory: one checkpoint goes. Return: whether another one should. */
static bool thin_out(struct machine *m)
{
	struct history *h = m->history;
	u64 limit = history_limit(m);
	enum checkpoints_dropped what = DROPPED_NONE;

	checkpoints_finish(h->cp);
	h->thinning = checkpoints_delta_bytes(h->cp) > limit - (h->thinning ? limit / 8 : 0);
	if (h->thinning)
		what = checkpoints_drop_begin(h->cp);
	if (what == DROPPED_LAST) { /* one like it would go as well: wait longer each time */
		h->last_cp_time = checkpoints_time(h->cp, checkpoints_count(h->cp) - 2);
		h->stayed = false;
		h->patience *= 2;
		h->due_ns *= 2;
	}
	checkpoints_trim(h->cp, limit);
	return what != DROPPED_NONE;
}

static void take_checkpoint(struct machine *m)
{
	struct history *h = m->history;

	if (checkpoints_take(h->cp, m->sim->ops) == 0)
		checkpoint_taken(h, m->sim->ops);
	h->spent_ns = 0;
	h->due = false;
}

void history_before_steps(struct machine *m)
{
	if (!recording(m))
		return;
	end_saving(m->history);
	forget_future(m);
	m->history->command_start_ns = now_ns();
}

void history_before(struct machine *m)
{
	if (!recording(m))
		return;
	/* Undoing one command shall not do a long run again, however rare checkpoints are in it. */
	if (m->history->spent_ns >= CHECKPOINT_NS)
		take_checkpoint(m);
	history_before_steps(m);
}

/* Take a checkpoint when replaying from the last one would be felt. */
static void maybe_checkpoint(struct machine *m)
{
	struct history *h = m->history;
	bool due = h->interval ? m->sim->ops - h->last_cp_time >= h->interval : h->spent_ns >= h->due_ns;

	if (checkpoints_blind(h->cp))
		take_checkpoint(m);
	else if (due && h->pieces && h->spent_ns < 2 * h->due_ns)
		h->due = true;
	else if (due)
		take_checkpoint(m);
	while ((!h->pieces || checkpoints_delta_bytes(h->cp) > history_limit(m) + AHEAD_BYTES) && thin_out(m))
		;
}

/* The next thing to do piece by piece. Return: whether there is one. */
static bool begin_saving(struct machine *m)
{
	struct history *h = m->history;

	if (!h->due)
		return thin_out(m);
	h->due = false;
	h->spent_ns = 0;
	if (checkpoints_begin(h->cp, m->sim->ops) == 0)
		checkpoint_taken(h, m->sim->ops);
	return true;
}

bool machine_save_piece(struct machine *m, u64 ns)
{
	struct history *h = m->history;
	u64 end;

	if (!recording(m))
		return false;
	h->pieces = true;
	end = now_ns() + ns;
	do {
		if (!h->saving)
			h->saving = begin_saving(m);
		if (!h->saving)
			return false;
		h->saving = checkpoints_piece(h->cp);
	} while (now_ns() < end);
	return true;
}

void history_after(struct machine *m, const char *line, int rc)
{
	struct history *h = m->history;
	struct entry *e;

	if (!recording(m) || (rc && m->sim->ops == h->end)) /* a failure that was taken back never was */
		return;
	h->spent_ns += now_ns() - h->command_start_ns;
	e = add_entry(h);
	if (e)
		e->line = strdup(line);
	if (!e || !e->line) {
		h->nr -= e != NULL;
		h->broken = true;
		return;
	}
	e->start = h->end;
	e->rc = rc;
	h->end = m->sim->ops;
	maybe_checkpoint(m);
}

void history_steps(struct machine *m, u64 ops)
{
	struct history *h = m->history;
	struct entry *e;

	if (!recording(m) || !ops)
		return;
	h->spent_ns += now_ns() - h->command_start_ns;
	h->command_start_ns = now_ns();
	e = h->nr && h->entry[h->nr - 1].steps ? &h->entry[h->nr - 1] : add_entry(h);
	if (!e) {
		h->broken = true;
		return;
	}
	if (!e->steps)
		e->start = h->end;
	e->steps += ops;
	h->end = m->sim->ops;
	maybe_checkpoint(m);
}

/* Steps again; when host memory ends, the replay stops. */
static void replay_steps(struct machine *m, u64 steps)
{
	jmp_buf env, *old = arena_set_oom(m->arena, &env);

	if (setjmp(env))
		m->history->failed = true;
	else
		workload_steps(m, steps);
	arena_set_oom(m->arena, old);
}

/* Run entry @e again, or the part of it that ends at time @t. */
static void replay_entry(struct machine *m, const struct entry *e, u64 t)
{
	struct text out = TEXT_INIT;
	struct mm_error err = { 0, "" };

	if (e->steps)
		replay_steps(m, min_u64(t, e->start + e->steps) - m->sim->ops);
	else
		command_execute(m, e->line, &out, &err);
	text_cleanup(&out);
}

static size_t entry_at(const struct history *h, u64 t)
{
	size_t lo = 0, hi = h->nr;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (h->entry[mid].start <= t)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? lo - 1 : 0;
}

/* 0, or -ENOMEM: the machine is then at a checkpoint before @t. */
static int replay_until(struct machine *m, u64 t)
{
	struct history *h = m->history;

	h->replaying = true;
	h->failed = false;
	for (size_t i = entry_at(h, m->sim->ops); i < h->nr && m->sim->ops < t && !h->failed; i++)
		replay_entry(m, &h->entry[i], t);
	h->replaying = false;
	if (h->failed)
		m->lost = checkpoints_restore(h->cp, t) && checkpoints_broken(h->cp);
	return h->failed ? -ENOMEM : 0;
}

static int fail_on_the_way(struct machine *m, u64 t, struct mm_error *err)
{
	return mm_fail(err, -ENOMEM, "the host has no memory left to go to time %llu; this is time %llu",
		       (unsigned long long)t, (unsigned long long)m->sim->ops);
}

int history_seek(struct machine *m, u64 t, struct mm_error *err)
{
	struct history *h = m->history;
	u64 now = m->sim->ops;

	history_settle(m);
	if (!h)
		return mm_fail(err, -EOPNOTSUPP, "this session is not recorded (--no-history); start without that option");
	if (t > h->end)
		return mm_fail(err, -ERANGE, "time %llu is after the last recorded operation (%llu); seek to 0 ... %llu",
			       (unsigned long long)t, (unsigned long long)h->end, (unsigned long long)h->end);
	if (now == h->end && t < now)
		take_checkpoint(m);
	if (t < now || checkpoints_nearest(h->cp, t) > now)
		checkpoints_restore(h->cp, t);
	replay_until(m, t);
	h->spent_ns = 0;
	/* Whoever goes to another time wants to look at it: the workload waits for "resume". */
	if (m->sim->workload)
		m->sim->workload->running = false;
	return 0;
}

int history_rollback(struct machine *m, struct mm_error *err)
{
	struct history *h = m->history;
	u64 before = h ? min_u64(h->end, m->sim->ops) : 0;

	if (h && h->replaying) { /* whoever replays puts it right */
		h->failed = true;
		return mm_fail(err, -ENOMEM, "the host has no memory left");
	}
	m->lost = !h || (checkpoints_restore(h->cp, before) && checkpoints_broken(h->cp));
	if (m->lost)
		return mm_fail(err, -ENOMEM, "the host has no memory left, and none to put the machine back; "
			       "leave it and start again");
	if (m->sim->ops != before && replay_until(m, before))
		return fail_on_the_way(m, before, err);
	return mm_fail(err, -ENOMEM, "the host has no memory left for this; the machine is as it was before");
}

int history_undo(struct machine *m, struct mm_error *err)
{
	struct history *h = m->history;
	size_t i;

	if (!h || !m->sim->ops || !h->nr)
		return mm_fail(err, -ENOENT, "nothing to undo: this is the machine as it booted");
	i = entry_at(h, m->sim->ops - 1);
	while (i && h->entry[i].rc)
		i--;
	return history_seek(m, h->entry[i].start, err);
}

int history_redo(struct machine *m, struct mm_error *err)
{
	struct history *h = m->history;
	size_t i;

	if (!h || m->sim->ops >= h->end)
		return mm_fail(err, -ENOENT, "nothing to redo: this is the latest moment");
	i = entry_at(h, m->sim->ops);
	while (i + 1 < h->nr && h->entry[i].rc)
		i++;
	return history_seek(m, i + 1 < h->nr ? h->entry[i + 1].start : h->end, err);
}

int history_bookmark(struct machine *m, const char *name, struct mm_error *err)
{
	struct history *h = m->history;
	struct bookmark *b;
	char *copy;

	if (!h)
		return mm_fail(err, -EOPNOTSUPP, "this session is not recorded; start without --no-history");
	for (size_t i = 0; i < h->nr_marks; i++) {
		if (!strcmp(h->mark[i].name, name)) {
			h->mark[i].time = m->sim->ops;
			return 0;
		}
	}
	copy = strdup(name);
	b = realloc(h->mark, (h->nr_marks + 1) * sizeof(*b));
	if (b)
		h->mark = b;
	if (!copy || !b) {
		free(copy);
		return mm_fail(err, -ENOMEM, "the host has no memory for the bookmark");
	}
	h->mark[h->nr_marks].name = copy;
	h->mark[h->nr_marks++].time = m->sim->ops;
	return 0;
}

int history_find_bookmark(const struct machine *m, const char *name, u64 *t)
{
	const struct history *h = m->history;

	for (size_t i = 0; h && i < h->nr_marks; i++) {
		if (!strcmp(h->mark[i].name, name)) {
			*t = h->mark[i].time;
			return 0;
		}
	}
	return -ENOENT;
}

int history_next_bookmark(const struct machine *m, int direction, u64 *t)
{
	const struct history *h = m->history;
	u64 now = m->sim->ops;
	bool found = false;

	for (size_t i = 0; h && i < h->nr_marks; i++) {
		u64 at = h->mark[i].time;

		if (direction > 0 ? at <= now || (found && at >= *t) : at >= now || (found && at <= *t))
			continue;
		*t = at;
		found = true;
	}
	return found ? 0 : -ENOENT;
}

/* Entry @i of the log as a moment. */
static struct moment entry_moment(const struct history *h, size_t i)
{
	const struct entry *e = &h->entry[i];
	u64 end = i + 1 < h->nr ? h->entry[i + 1].start : h->end;

	return (struct moment){ e->start, end, e->line, e->steps, e->rc };
}

void machine_moments(const struct machine *m, enum moment_kind kind, moment_fn fn, void *arg)
{
	const struct history *h = m->history;
	size_t nr = !h ? 0 : kind == MOMENT_ENTRY ? h->nr : kind == MOMENT_BOOKMARK ? h->nr_marks :
		    (size_t)checkpoints_count(h->cp);

	for (size_t i = 0; i < nr; i++) {
		struct moment mo = { 0, 0, NULL, 0, 0 };

		if (kind == MOMENT_ENTRY)
			mo = entry_moment(h, i);
		else if (kind == MOMENT_BOOKMARK)
			mo = (struct moment){ h->mark[i].time, h->mark[i].time, h->mark[i].name, 0, 0 };
		else
			mo.start = mo.end = checkpoints_time(h->cp, i);
		if (!fn(&mo, arg))
			return;
	}
}

bool machine_moment_at(const struct machine *m, u64 t, struct moment *out)
{
	const struct history *h = m->history;

	if (!h || !h->nr || !t)
		return false;
	*out = entry_moment(h, entry_at(h, t - 1));
	return true;
}

u64 machine_time_end(const struct machine *m) { return history_end(m); }

void history_script(const struct machine *m, struct text *out)
{
	const struct history *h = m->history;

	text_printf(out, "# mmview session; machine %s, seed %llu\n", m->desc->name, (unsigned long long)m->desc->seed);
	for (size_t i = 0; h && i < h->nr && h->entry[i].start < m->sim->ops; i++) {
		const struct entry *e = &h->entry[i];

		if (e->steps)
			text_printf(out, "step %llu\n",
				    (unsigned long long)min_u64(e->steps, m->sim->ops - e->start));
		else if (e->rc) /* part of what happened: time went on and kernel threads ran */
			text_printf(out, "fails %s\n", e->line);
		else
			text_printf(out, "%s\n", e->line);
	}
}

void history_list(const struct machine *m, struct text *out)
{
	const struct history *h = m->history;

	for (size_t i = 0; h && i < h->nr; i++) {
		const struct entry *e = &h->entry[i];
		u64 end = i + 1 < h->nr ? h->entry[i + 1].start : h->end;
		const char *mark = m->sim->ops > e->start && m->sim->ops <= end ? ">" : " ";

		if (e->steps)
			text_printf(out, "%s %10llu  step %llu\n", mark, (unsigned long long)e->start,
				    (unsigned long long)e->steps);
		else
			text_printf(out, "%s %10llu  %s%s%s\n", mark, (unsigned long long)e->start, e->line,
				    e->rc ? "   # failed: " : "", e->rc ? mm_errname(e->rc) : "");
	}
	for (size_t i = 0; h && i < h->nr_marks; i++)
		text_printf(out, "* %10llu  bookmark %s\n", (unsigned long long)h->mark[i].time, h->mark[i].name);
}

void history_stats(const struct machine *m, struct history_stats *out)
{
	const struct history *h = m->history;

	memset(out, 0, sizeof(*out));
	if (!h)
		return;
	out->entries = h->nr;
	out->checkpoints = checkpoints_count(h->cp);
	out->bytes = checkpoints_bytes(h->cp) + h->cap * sizeof(struct entry);
	out->delta_bytes = checkpoints_delta_bytes(h->cp);
	out->limit = history_limit(m);
	out->since_checkpoint = m->sim->ops - checkpoints_nearest(h->cp, m->sim->ops);
}

void history_set_interval(struct machine *m, u64 ops)
{
	if (m->history)
		m->history->interval = ops;
}
