/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inspector: what is under the cursor, in the kernel's words and in plain
 * ones. What is it, whose is it, why can it not merge?
 */
#include "page_parts.h"

#include <stdio.h>
#include <string.h>

#define LL(v) ((unsigned long long)(v))

static const char *const zone_names[MAX_NR_ZONES] = { "DMA", "DMA32", "Normal", "HighMem", "Movable", "Device" };
static const char *const mt_words[MIGRATE_TYPES] = { "unmovable", "movable", "reclaimable", "highatomic", "CMA",
	"isolated" };

static const char *mt_word(unsigned mt) { return mt < MIGRATE_TYPES ? mt_words[mt] : "?"; }

/* "free block of order 3", "anonymous, order 0" ... */
void page_state_text(const struct page_info *pi, char *buf, size_t n)
{
	switch (pi->state) {
	case PAGE_BUDDY:
		snprintf(buf, n, "order %u free", pi->order);
		break;
	case PAGE_PCP:
		snprintf(buf, n, "order %u free, on a cpu's list", pi->order);
		break;
	case PAGE_ALLOC:
		snprintf(buf, n, "order %u %s", pi->order, class_label(SUM_KIND0 + pi->kind));
		break;
	case PAGE_RESERVED:
		snprintf(buf, n, "reserved since boot");
		break;
	case PAGE_OFFLINE:
		snprintf(buf, n, "offline");
		break;
	case PAGE_ISOLATED:
		snprintf(buf, n, "order %u isolated", pi->order);
		break;
	case PAGE_POISON:
		snprintf(buf, n, "poisoned (hardware error)");
		break;
	default:
		snprintf(buf, n, pi->device ? "device page" : "no memory here");
		break;
	}
}

enum color page_state_color(const struct page_info *pi)
{
	return pi->state == PAGE_BUDDY ? C_GOOD : pi->state == PAGE_POISON ? C_BAD : C_BRIGHT;
}

bool page_has_block(const struct page_info *pi)
{
	return pi->state == PAGE_BUDDY || pi->state == PAGE_PCP || pi->state == PAGE_ALLOC || pi->state == PAGE_ISOLATED;
}

static void where_text(const struct page_info *pi, char *buf, size_t n)
{
	size_t o = (size_t)snprintf(buf, n, "%llu", LL(pi->section));

	if (pi->block >= 0)
		snprintf(buf + o, n - o, " \xc2\xb7 block memory%lld", (long long)pi->block);
}

static void zone_text(const struct page_info *pi, char *buf, size_t n)
{
	if (pi->nid < 0 || pi->zone < 0)
		snprintf(buf, n, "none");
	else
		snprintf(buf, n, "node %d %s", pi->nid, zone_names[pi->zone]);
}

/* What the whole cell holds: "20 free  9 movable  3 unmovable". */
static void mixture_text(const struct summary *s, char *buf, size_t n)
{
	u64 free = summary_free(s);
	size_t o = 0;

	buf[0] = '\0';
	if (free)
		o += (size_t)snprintf(buf, n, "%llu free", LL(free));
	for (unsigned c = SUM_RESERVED; c < SUM_FREE0 && o + 32 < n; c++)
		if (s->pages[c])
			o += (size_t)snprintf(buf + o, n - o, "%s%llu %s", o ? "  " : "", LL(s->pages[c]), class_label(c));
	if (!o)
		snprintf(buf, n, "no memory");
}

static int draw_buddy(struct ui *ui, struct rect r, int row, const struct page_info *pi)
{
	struct rect in = { r.x + 10, r.y, r.w - 10, r.h };
	enum color fg = pi->buddy_free ? C_GOOD : C_BAD;

	if (pi->buddy == NO_PFN || !page_has_block(pi))
		return 0;
	draw_field(ui, r, row, "buddy", st(C_TEXT, C_GROUND), "0x%llx = 0x%llx ^ (1<<%u)", LL(pi->buddy), LL(pi->head),
		   pi->order);
	if (pi->buddy_why[0])
		return 1 + draw_wrapped(ui, in, row + 1, st(fg, C_GROUND), pi->buddy_why);
	return 1 + draw_wrapped(ui, in, row + 1, st(fg, C_GROUND),
				pi->buddy_free ? "free at the same order" : "not free at this order");
}

/* One plain sentence on why this page is what it is. */
const char *page_plain_words(const struct page_info *pi)
{
	switch (pi->state) {
	case PAGE_BUDDY:
		return "Free: on a list of the buddy allocator. When its buddy is free too, both become one block of the next order.";
	case PAGE_PCP:
		return "Free, but kept on one cpu's own list: the next small allocation there takes it without a lock.";
	case PAGE_RESERVED:
		return "Reserved in memblock before the buddy allocator started: kernel image, page structs, tables. Never freed.";
	case PAGE_OFFLINE:
		return "Its memory block is offline: present in the machine, used by nobody. Put it online to use it.";
	case PAGE_ISOLATED:
		return "Taken off the free lists for a while by compaction or by an offline in progress.";
	case PAGE_ALLOC:
		if (pi->kind == KIND_KERNEL || pi->kind == KIND_SLAB || pi->kind == KIND_PGTABLE)
			return "The kernel uses it through its linear address, so it cannot move: it pins its memory block.";
		if (pi->kind == KIND_RECLAIMABLE)
			return "A cache that the kernel can drop when memory is short; it cannot be moved.";
		return "Reached through page tables, so its content can be copied elsewhere and the tables changed: it can move.";
	default:
		return "";
	}
}

static int draw_owner(struct ui *ui, struct rect r, int row, const struct page_info *pi)
{
	int n = 0;

	if (pi->owner[0] && pi->pid >= 0)
		draw_field(ui, r, row + n++, "owner", st(C_BRIGHT, C_GROUND), "%s, pid %d", pi->owner, pi->pid);
	else if (pi->owner[0])
		draw_field(ui, r, row + n++, "owner", st(C_BRIGHT, C_GROUND), "%s", pi->owner);
	if (pi->callchain[0] && r.h > 26)
		draw_field(ui, r, row + n++, "", st(C_DIM, C_GROUND), "%s", pi->callchain);
	if (pi->iomem[0] || pi->memblock[0])
		draw_field(ui, r, row + n++, "iomem", st(C_TEXT, C_GROUND), "%s%s%s", pi->iomem, pi->memblock[0] ? " \xc2\xb7 memblock " : "",
			   pi->memblock);
	return n;
}

/* Pfn, address and linear address are those of the block's first page: one place in three words. */
static u64 head_linear(const struct pane *p, const struct page_info *pi)
{
	return pi->linear - pfn_to_phys(p->info.arch, pi->pfn - pi->head);
}

int panel_inspector(struct ui *ui, struct pane *p, struct rect r)
{
	struct rect in = { r.x, r.y + 1, r.w, r.h - 1 };
	struct summary s;
	struct page_info pi;
	phys_t last;
	char buf[256];
	int row = 0;

	draw_heading(ui, r, "Under the cursor");
	if (machine_page(p->m, p->map.cursor, &pi))
		return 2;
	last = pfn_to_phys(p->info.arch, pi.head + (page_has_block(&pi) ? 1ULL << pi.order : 1)) - 1;
	page_state_text(&pi, buf, sizeof(buf));
	draw_field(ui, in, row, "pfn", st(C_BRIGHT, C_GROUND), "0x%llx", LL(pi.head));
	canvas_text(&ui->cv, in.x + 10 + 2 + 9, in.y + row++, in.w - 21, st(page_state_color(&pi), C_GROUND), buf);
	draw_field(ui, in, row++, "address", st(C_TEXT, C_GROUND), "0x%llx\xe2\x80\x93" "0x%llx",
		   LL(pfn_to_phys(p->info.arch, pi.head)), LL(last));
	if (pi.has_linear)
		draw_field(ui, in, row++, "linear", st(C_TEXT, C_GROUND), "0x%llx", LL(head_linear(p, &pi)));
	else
		draw_field(ui, in, row++, "linear", st(C_DIM, C_GROUND), "none: outside the linear map");
	where_text(&pi, buf, sizeof(buf));
	draw_field(ui, in, row++, "section", st(C_TEXT, C_GROUND), "%s", buf);
	zone_text(&pi, buf, sizeof(buf));
	draw_field(ui, in, row++, "zone", st(C_TEXT, C_GROUND), pi.zone >= 0 ? "%s \xc2\xb7 %s pageblock" : "%s", buf, mt_word(pi.pb_mt));
	row += draw_buddy(ui, in, row, &pi);
	row += draw_owner(ui, in, row, &pi);
	if (p->map.shift) {
		memset(&s, 0, sizeof(s));
		machine_summary(p->m, align_down(p->map.cursor, 1ULL << p->map.shift),
				align_down(p->map.cursor, 1ULL << p->map.shift) + (1ULL << p->map.shift), &s);
		mixture_text(&s, buf, sizeof(buf));
		draw_field(ui, in, row++, "this cell", st(C_TEXT, C_GROUND), "%s", buf);
	}
	if (r.h > 30)
		row += 1 + draw_wrapped(ui, in, row + 1, st(C_DIM, C_GROUND), page_plain_words(&pi));
	return row + 2;
}

/* The same in one or two lines, for small screens. */
void inspector_line(struct ui *ui, struct pane *p, struct rect r)
{
	struct page_info pi;
	char state[96], where[64], zone[64];
	int x = r.x + 1, w = r.w - 2, n;

	if (!r.h || machine_page(p->m, p->map.cursor, &pi))
		return;
	page_state_text(&pi, state, sizeof(state));
	where_text(&pi, where, sizeof(where));
	zone_text(&pi, zone, sizeof(zone));
	n = canvas_printf(&ui->cv, x, r.y, w, st_attr(C_ACCENT, C_GROUND, AT_BOLD), "pfn 0x%llx", LL(pi.head));
	n += 2 + canvas_text(&ui->cv, x + n + 2, r.y, w - n - 2, st(page_state_color(&pi), C_GROUND), state);
	if (r.h > 1 || !page_has_block(&pi) || pi.buddy == NO_PFN)
		n += 2 + canvas_printf(&ui->cv, x + n + 2, r.y, w - n - 2, st(C_TEXT, C_GROUND), "%s  section %s", zone, where);
	else
		n += 2 + canvas_printf(&ui->cv, x + n + 2, r.y, w - n - 2, st(C_TEXT, C_GROUND), "%s  %s pageblock", zone, mt_word(pi.pb_mt));
	if (r.h > 1)
		n = canvas_printf(&ui->cv, x, r.y + 1, w, st(C_DIM, C_GROUND), "address 0x%llx  linear 0x%llx",
				  LL(pfn_to_phys(p->info.arch, pi.head)), LL(head_linear(p, &pi)));
	if (page_has_block(&pi) && pi.buddy != NO_PFN && n + 20 < w)
		canvas_printf(&ui->cv, x + n + 2, r.y + r.h - 1, w - n - 2, st(pi.buddy_free ? C_GOOD : C_DIM, C_GROUND),
			      "buddy 0x%llx%s%s", LL(pi.buddy), pi.buddy_free ? " free" : pi.buddy_why[0] ? ": " : "", pi.buddy_why);
}
