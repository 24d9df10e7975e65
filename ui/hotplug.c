/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys of memory hotplug, and what is shown when a block does not go offline:
 * the page that stands in the way, who holds it, and what the kernel said.
 */
#include "actions.h"

#include <stdio.h>
#include <string.h>

#define LL(v) ((unsigned long long)(v))
#define MAX_DIMMS 64

/* Block devices that a key is about: by number, both included. */
struct block_span {
	u64 first, last;
};

static bool block_under_cursor(struct ui *ui, struct block_info *b)
{
	struct pane *p = ui_pane(ui);
	s64 i;

	if (ui->view == VIEW_BLOCKS)
		i = ui->scroll[VIEW_BLOCKS].at;
	else
		i = machine_block_index_of(p->m, pfn_to_phys(p->info.arch, p->map.cursor));
	return i >= 0 && !machine_block(p->m, (u64)i, b);
}

/* The blocks of the selection on the map, else the one under the cursor. */
static bool chosen_blocks(struct ui *ui, struct block_info *b, struct block_span *s)
{
	struct pane *p = ui_pane(ui);
	struct pfn_range sel = map_selection(&p->map);

	if (!block_under_cursor(ui, b))
		return false;
	s->first = s->last = b->nr;
	if (ui->view == VIEW_MAP && p->map.selecting && p->info.block_size) {
		s->first = pfn_to_phys(p->info.arch, sel.start) / p->info.block_size;
		s->last = pfn_to_phys(p->info.arch, sel.end - 1) / p->info.block_size;
	}
	return true;
}

static void span_text(const struct block_span *s, char *out, size_t n)
{
	if (s->first == s->last)
		snprintf(out, n, "memory%llu", LL(s->first));
	else
		snprintf(out, n, "%llu-%llu", LL(s->first), LL(s->last));
}

static const char *toggle_of(const struct block_info *b) { return strcmp(b->state, "online") ? "online" : "offline"; }

void ui_block_text(struct ui *ui, char *out, size_t n)
{
	struct block_span s;
	struct block_info b;
	char name[48];

	if (!chosen_blocks(ui, &b, &s)) {
		snprintf(out, n, "offline");
		return;
	}
	span_text(&s, name, sizeof(name));
	snprintf(out, n, "%s %s%s", toggle_of(&b), s.first == s.last ? "" : "blocks ", name);
}

int act_block(struct ui *ui, int arg)
{
	static const char *const verbs[] = { [BLOCK_KERNEL] = "online_kernel", [BLOCK_MOVABLE] = "online_movable", [BLOCK_REMOVE] = "remove" };
	struct block_span s;
	struct block_info b;
	char name[48], line[96];

	if (!chosen_blocks(ui, &b, &s)) {
		ui_say(ui, true, "no memory block device here: I plugs memory in");
		return RE_DRAW;
	}
	span_text(&s, name, sizeof(name));
	snprintf(line, sizeof(line), "%s %s", arg == BLOCK_TOGGLE ? toggle_of(&b) : verbs[arg], name);
	if (!ui_command(ui, line, false) && arg == BLOCK_REMOVE)
		ui_say(ui, false, "%s removed: its struct pages and its address range are gone", name);
	return RE_DRAW;
}

/* The end of all memory, where blocks may begin: room for another one. */
static phys_t next_block_address(const struct pane *p)
{
	return align_up(pfn_to_phys(p->info.arch, p->info.end_pfn), p->info.block_size);
}

/* A line to plug in memory, ready to be changed or entered: an empty slot first, else new memory. */
int act_plug(struct ui *ui, int arg)
{
	struct pane *p = ui_pane(ui);
	struct dimm_info d[MAX_DIMMS];
	int n = machine_dimms(p->m, d, MAX_DIMMS);
	char line[128], size[32];

	if (!p->info.block_size) {
		ui_say(ui, true, "this machine has no memory hotplug");
		return RE_DRAW;
	}
	snprintf(line, sizeof(line), "add 0x%llx 0x%llx node=0", LL(next_block_address(p)), LL(p->info.block_size));
	for (int i = 0; i < n && i < MAX_DIMMS; i++)
		if (d[i].given < d[i].size) {
			snprintf(line, sizeof(line), "plug %s", d[i].id);
			break;
		}
	size_str(p->info.block_size, size, sizeof(size));
	prompt_open(ui, ':', line);
	ui_say(ui, false, "Enter does it, Esc does not; memory comes in blocks of %s. unplug takes a device out again.", size);
	return RE_DRAW;
}

/* --- when a block stays ------------------------------------------------------------ */

/* The last page that could not be moved since event @from. */
static pfn_t refused_page(const struct pane *p, u64 from)
{
	const struct trace *t = machine_trace(p->m);
	u64 stop = max_u64(from, trace_oldest(t));

	for (u64 s = t->seq; s > stop; s--) {
		const struct trace_event *e = trace_get(t, s - 1);

		if (e && e->type == TRACE_mm_page_migrate && e->i < 0)
			return e->p;
	}
	return NO_PFN;
}

/* The block that the message is about: "memory8 stays online: ...". */
static bool failed_block(const struct pane *p, const char *msg, struct block_info *b)
{
	unsigned long long nr;
	s64 i;

	if (sscanf(msg, "memory%llu", &nr) != 1)
		return false;
	i = machine_block_index_of(p->m, nr * p->info.block_size);
	return i >= 0 && !machine_block(p->m, (u64)i, b);
}

/* Why this page stays, for someone who has not seen one. */
static const char *plain_reason(const struct page_info *pi)
{
	if (pi->state == PAGE_RESERVED)
		return "Taken before the page allocator started: the kernel image, page structs, tables. Nobody can give it back.";
	if (pi->state == PAGE_HOLE)
		return "There is no memory at this address: a block with a hole cannot go offline as a whole.";
	if (pi->state != PAGE_ALLOC)
		return "It was not free to move at that moment; trying again may work.";
	switch (pi->kind) {
	case KIND_KERNEL: case KIND_SLAB: case KIND_PGTABLE: case KIND_RECLAIMABLE: case KIND_MEMMAP:
		return "The kernel holds it by its linear address; a copy elsewhere would have another one. Only its owner can free it.";
	case KIND_HUGETLB:
		return "A huge page: to move it, a free huge page must be found elsewhere.";
	default:
		return "It could be moved, but somebody holds a reference to it: who pins a page keeps it where it is.";
	}
}

/* @s with a line end at a blank before column @w. */
static void put_wrapped(struct text *out, const char *s, int w)
{
	while (*s) {
		int n = (int)strcspn(s, "\n"), cut = n;

		if (n > w)
			for (cut = w; cut > w / 2 && s[cut] != ' '; cut--)
				;
		text_printf(out, "%.*s\n", cut, s);
		s += cut;
		s += *s == ' ' || *s == '\n';
	}
}

static void put_page_words(struct ui *ui, const struct pane *p, pfn_t pfn)
{
	struct text line = TEXT_INIT;
	struct page_info pi;

	if (machine_page(p->m, pfn, &pi))
		return;
	text_printf(&line, "In the way: pfn 0x%llx, address 0x%llx, order %u", LL(pi.head), LL(pi.phys), pi.order);
	if (pi.owner[0])
		text_printf(&line, ", held by %s", pi.owner);
	text_printf(&line, ".\n%s\n", plain_reason(&pi));
	put_wrapped(&ui->popup, text_str(&line), ui->cv.w - 3);
	text_cleanup(&line);
}

/* What the kernel said since line @from of its log; page_owner's words where it has not said them. */
static void put_kernel_words(struct ui *ui, const struct pane *p, pfn_t pfn, u32 from)
{
	struct text said = TEXT_INIT;

	for (u32 i = from; i < machine_dmesg_count(p->m); i++)
		if (machine_dmesg_line(p->m, i)[0])
			text_printf(&said, "  %s\n", machine_dmesg_line(p->m, i));
	if (pfn != NO_PFN && !strstr(text_str(&said), "Page allocated"))
		machine_page_owner(p->m, pfn, &said);
	if (said.len) {
		text_puts(&ui->popup, "What the kernel prints:\n");
		put_wrapped(&ui->popup, text_str(&said), ui->cv.w - 3);
	}
	text_cleanup(&said);
}

static void go_to_page(struct ui *ui, struct pane *p, pfn_t pfn)
{
	if (ui->view != VIEW_PAGE)
		ui_set_view(ui, VIEW_MAP);
	map_goto(p, pfn);
	map_zoom(p, 64);
	map_cursor_to_top(p);
}

void offline_failed(struct ui *ui, struct pane *p, const struct mm_error *err, u64 from_event, u32 from_line)
{
	pfn_t pfn = refused_page(p, from_event);
	struct block_info b;

	if (failed_block(p, err->msg, &b) && b.culprit != NO_PFN)
		pfn = b.culprit;
	text_clear(&ui->popup);
	put_wrapped(&ui->popup, err->msg, ui->cv.w - 3);
	if (pfn != NO_PFN) {
		put_page_words(ui, p, pfn);
		go_to_page(ui, p, pfn);
	}
	put_kernel_words(ui, p, pfn, from_line);
	snprintf(ui->popup_title, sizeof(ui->popup_title),
		 pfn == NO_PFN ? "It stays online" : "It stays online: the cursor is at the page in the way");
	ui->popup_scroll = (struct scroll){ 0 };
	ui->popup_open = ui->popup_low = true;
	ui->message[0] = '\0';
}

int act_culprit(struct ui *ui, int arg)
{
	struct pane *p = ui_pane(ui);
	struct block_info b;

	if (!block_under_cursor(ui, &b)) {
		ui_say(ui, true, "no memory block device here");
	} else if (b.culprit == NO_PFN) {
		ui_say(ui, false, "memory%llu: %s%s", LL(b.nr), b.why[0] ? b.why : "no page is in the way", b.why[0] ? "; no single page is to blame" : "");
	} else {
		go_to_page(ui, p, b.culprit);
		ui_say(ui, false, "memory%llu cannot go offline: %s. Esc shows the whole machine again.", LL(b.nr), b.why);
	}
	return RE_DRAW;
}
