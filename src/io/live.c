/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking at a running system: see live.h. Each file is read as a whole and compared
 * with what it said last; equal bytes are done with then. A new text is looked through
 * before anything is done with it, so that half a file changes nothing.
 */
#include "io/import_internal.h"
#include "io/live_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "io/open.h"
#include "sim/machine.h"

enum file_nr { IOMEM, NODES, ZONEINFO, BUDDYINFO, PAGETYPEINFO, VMSTAT, NR_FILES };

static const char *const path[NR_FILES] = {
	[IOMEM] = "proc/iomem", [NODES] = "sys/devices/system/node/online", [ZONEINFO] = "proc/zoneinfo",
	[BUDDYINFO] = "proc/buddyinfo", [PAGETYPEINFO] = "proc/pagetypeinfo", [VMSTAT] = "proc/vmstat",
};

#define BLOCKS_PER_LOOK 256 /* states of memory blocks that are read each time, in turn */

struct watched {
	char *text;   /* what it said last, and that was understood; NULL: not there */
	size_t len;
	u64 refused;  /* hash of the last text that was not used, 0: none */
};

struct live {
	char *root;
	bool folder;       /* else a boot log: only its size and time are looked at */
	struct timespec mtime;
	off_t size;
	struct watched file[NR_FILES];
	u64 *block;        /* [nr_blocks] numbers of memory blocks */
	char *state;       /* [nr_blocks] first letter of their states */
	size_t nr_blocks, next_block;
	struct text notes, trouble;
	struct text refusal; /* why the last other layout could not be shown */
	struct live_stats st;
};

static u64 hash_of(const char *s, size_t n)
{
	u64 h = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (u8)s[i]) * 0x100000001b3ULL;
	return h | 1;
}

static void trouble(struct live *l, const char *fmt, ...) PRINTF(2, 3);
static void trouble(struct live *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(&l->trouble, fmt, ap);
	va_end(ap);
	text_puts(&l->trouble, "\n");
}

/* --- files --------------------------------------------------------------------- */

static struct import reader_of(const struct live *l)
{
	struct import im = { .root = l->root, .notes = TEXT_INIT };

	import_find_root(&im);
	return im;
}

static char *read_file(struct live *l, enum file_nr nr, size_t *len)
{
	struct import im = reader_of(l);
	char *text = import_read(&im, len, "%s", path[nr]);

	text_cleanup(&im.notes);
	l->st.bytes_read += text ? *len : 0;
	return text;
}

/* Every line of iomem is a range and a name. */
static const char *iomem_wrong(const char *text, char *why, size_t n)
{
	u64 line = 0;

	for (const char *s = text; *s; s += strcspn(s, "\n"), s += *s == '\n') {
		const char *c = s;
		u64 a, b;

		line++;
		scan_blanks(&c);
		if (scan_num(&c, 16, &a) && scan_lit(&c, "-") && scan_num(&c, 16, &b) && scan_lit(&c, " : "))
			continue;
		snprintf(why, n, "line %llu is no range of addresses", (unsigned long long)line);
		return why;
	}
	if (line && text[strlen(text) - 1] == '\n')
		return NULL;
	snprintf(why, n, line ? "is cut in line %llu" : "is empty", (unsigned long long)line);
	return why;
}

static const char *wrong(const struct live *l, enum file_nr nr, const char *text, size_t len, char *why, size_t n)
{
	if (strlen(text) != len) {
		snprintf(why, n, "holds a NUL byte");
		return why;
	}
	switch (nr) {
	case IOMEM:
		return iomem_wrong(text, why, n);
	case ZONEINFO:
		return live_zoneinfo_wrong(text, why, n);
	case BUDDYINFO:
	case PAGETYPEINFO:
		return live_free_wrong(text, l->file[nr].text, nr == PAGETYPEINFO, why, n);
	default:
		if (len && text[len - 1] == '\n')
			return NULL;
		snprintf(why, n, len ? "has no end of its last line" : "is empty");
		return why;
	}
}

/*
 * Read file @nr again. NULL: it says what it said last, or nothing that can be used,
 * which is told. Else its new text (the caller's), which is not yet remembered.
 */
static char *changed_text(struct live *l, enum file_nr nr, size_t *len)
{
	struct watched *w = &l->file[nr];
	char *text = read_file(l, nr, len), why[96];

	if (!text) {
		if (w->text)
			trouble(l, "%s is not there any more; what it said last stays", path[nr]);
		return NULL;
	}
	if (w->text && *len == w->len && !memcmp(text, w->text, *len)) {
		w->refused = 0;
		free(text);
		return NULL;
	}
	l->st.bytes_parsed += *len;
	if (!wrong(l, nr, text, *len, why, sizeof(why)))
		return text;
	trouble(l, "%s %s; what it said last stays", path[nr], why);
	free(text);
	return NULL;
}

static void remember(struct watched *w, char *text, size_t len)
{
	free(w->text);
	*w = (struct watched){ text, len, 0 };
}

/* --- memory blocks ------------------------------------------------------------------ */

static char block_state(struct live *l, u64 block)
{
	struct import im = reader_of(l);
	char state[16] = "";

	import_read_line(&im, state, sizeof(state), "sys/devices/system/memory/memory%llu/state",
			 (unsigned long long)block);
	text_cleanup(&im.notes);
	l->st.bytes_read += strlen(state);
	return state[0];
}

static void find_blocks(struct live *l)
{
	struct import im = reader_of(l);

	free(l->block);
	free(l->state);
	l->block = import_list_numbered(&im, "sys/devices/system/memory", "memory", &l->nr_blocks);
	l->state = calloc(l->nr_blocks + 1, 1);
	l->next_block = 0;
	if (!l->block || !l->state)
		l->nr_blocks = 0;
	for (size_t i = 0; i < l->nr_blocks; i++)
		l->state[i] = block_state(l, l->block[i]);
	text_cleanup(&im.notes);
}

/* Does one of the blocks whose turn it is say something else? One that is gone says nothing. */
static bool blocks_changed(struct live *l)
{
	size_t n = l->nr_blocks < BLOCKS_PER_LOOK ? l->nr_blocks : BLOCKS_PER_LOOK;
	bool changed = false;

	for (size_t i = 0; i < n; i++, l->next_block++) {
		size_t at = l->next_block % l->nr_blocks;
		char now = block_state(l, l->block[at]);

		changed |= now != l->state[at];
		l->state[at] = now;
	}
	return changed;
}

/* --- a whole import ------------------------------------------------------------------- */

static void first_texts(struct live *l)
{
	for (enum file_nr nr = 0; nr < NR_FILES; nr++) {
		char why[96], *text;
		size_t len = 0;

		remember(&l->file[nr], NULL, 0);
		text = read_file(l, nr, &len);
		if (!text)
			continue;
		if (nr != IOMEM && wrong(l, nr, text, len, why, sizeof(why))) {
			trouble(l, "%s %s; it is not used", path[nr], why);
			free(text);
			continue;
		}
		remember(&l->file[nr], text, len);
	}
	find_blocks(l);
}

/* What files say into a machine that has just been imported, or that they changed for. 0, or -ENOMEM. */
static int apply(struct live *l, struct machine *m, const u8 *changed)
{
	struct system *sys = m->sys;
	jmp_buf env, *old = arena_set_oom(m->arena, &env);
	volatile int rc = -ENOMEM;

	if (!setjmp(env)) {
		if (changed[BUDDYINFO] || changed[PAGETYPEINFO])
			live_free_apply(sys, l->file[BUDDYINFO].text,
					changed[PAGETYPEINFO] ? l->file[PAGETYPEINFO].text : NULL, &l->st);
		if (changed[ZONEINFO])
			live_zoneinfo_apply(sys, l->file[ZONEINFO].text);
		if (changed[VMSTAT])
			live_vmstat_apply(sys, l->file[VMSTAT].text);
		rc = 0;
	}
	arena_set_oom(m->arena, old);
	trace_forget(&m->trace);
	return rc;
}

static void note_times(struct live *l)
{
	struct stat st;

	if (stat(l->root, &st))
		return;
	l->folder = S_ISDIR(st.st_mode);
	l->mtime = st.st_mtim;
	l->size = st.st_size;
}

static struct machine *import_all(struct live *l, struct mm_error *err)
{
	struct text notes = TEXT_INIT;
	struct machine *m;
	u8 all[NR_FILES];

	note_times(l);
	l->st.imports++;
	m = machine_import_look(l->root, &notes, err);
	if (!m) {
		text_cleanup(&notes);
		return NULL;
	}
	text_cleanup(&l->notes);
	l->notes = notes;
	if (l->folder)
		first_texts(l);
	for (enum file_nr nr = 0; nr < NR_FILES; nr++)
		all[nr] = l->file[nr].text != NULL;
	if (!apply(l, m, all))
		return m;
	mm_fail(err, -ENOMEM, "the host has no memory left for this machine's pages");
	machine_destroy(m);
	return NULL;
}

/* The layout changed: another machine, or the old one and a word about why. */
static int replace(struct live *l, struct machine **m, const char *what)
{
	struct mm_error why = { 0, "" };
	struct machine *fresh = import_all(l, &why);

	if (!fresh) {
		text_clear(&l->refusal);
		text_printf(&l->refusal, "%s changed, and what it says now cannot be shown (%s); the last picture stays\n",
			    what, why.msg);
		text_puts(&l->trouble, text_str(&l->refusal));
		return LIVE_SAME;
	}
	machine_destroy(*m);
	*m = fresh;
	return LIVE_REPLACED;
}

/* --- looking again ------------------------------------------------------------------------- */

/* Does this text of file @nr place memory somewhere else than its last one? */
static bool is_layout(const struct live *l, enum file_nr nr, const char *text)
{
	const char *last = l->file[nr].text;

	return nr == IOMEM || nr == NODES || (nr == ZONEINFO && !(last && live_zoneinfo_same_layout(text, last)));
}

/* Read file @nr; what is new is remembered. LIVE_REPLACED: it tells of another layout. */
static enum live_result look_at(struct live *l, enum file_nr nr, u8 *changed)
{
	struct watched *w = &l->file[nr];
	size_t len = 0;
	char *text = changed_text(l, nr, &len);
	u64 hash = text ? hash_of(text, len) : 0;

	if (!text)
		return LIVE_SAME;
	if (!is_layout(l, nr, text)) {
		remember(w, text, len);
		changed[nr] = 1;
		return LIVE_CHANGED;
	}
	free(text);
	if (w->refused == hash) {
		text_puts(&l->trouble, text_str(&l->refusal));
		return LIVE_SAME;
	}
	w->refused = hash;
	return LIVE_REPLACED;
}

static int look_at_log(struct live *l, struct machine **m)
{
	struct timespec mtime = l->mtime;
	off_t size = l->size;

	note_times(l);
	if (l->size == size && l->mtime.tv_sec == mtime.tv_sec && l->mtime.tv_nsec == mtime.tv_nsec)
		return LIVE_SAME;
	return replace(l, m, l->root);
}

int live_look(struct live *l, struct machine **m, struct mm_error *err)
{
	u8 changed[NR_FILES] = { 0 };
	bool any = false;

	l->st.looks++;
	text_clear(&l->trouble);
	if (!l->folder)
		return look_at_log(l, m);
	for (enum file_nr nr = 0; nr < NR_FILES; nr++) {
		enum live_result r = look_at(l, nr, changed);

		if (r == LIVE_REPLACED)
			return replace(l, m, path[nr]);
		any |= r == LIVE_CHANGED;
	}
	if (blocks_changed(l))
		return replace(l, m, "the state of a memory block");
	if (!any)
		return LIVE_SAME;
	if (apply(l, *m, changed))
		return mm_fail(err, -ENOMEM, "the host has no memory left for this machine's pages");
	return LIVE_CHANGED;
}

/* --- opening and closing --------------------------------------------------------------------- */

struct live *live_open(const char *root, struct machine **m, struct mm_error *err)
{
	struct live *l = calloc(1, sizeof(*l));

	*m = NULL;
	if (l)
		l->root = strdup(root);
	if (!l || !l->root) {
		mm_fail(err, -ENOMEM, "no memory to look at %s", root);
		live_close(l);
		return NULL;
	}
	*m = import_all(l, err);
	if (*m)
		return l;
	live_close(l);
	return NULL;
}

void live_close(struct live *l)
{
	if (!l)
		return;
	for (enum file_nr nr = 0; nr < NR_FILES; nr++)
		free(l->file[nr].text);
	free(l->block);
	free(l->state);
	free(l->root);
	text_cleanup(&l->notes);
	text_cleanup(&l->trouble);
	text_cleanup(&l->refusal);
	free(l);
}

const char *live_notes(const struct live *l) { return text_str(&l->notes); }
const char *live_trouble(const struct live *l) { return text_str(&l->trouble); }
const struct live_stats *live_stats(const struct live *l) { return &l->st; }
