/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The upper half of the map: address axis, the bands that share it, the minimap
 * and the breadcrumb.
 *
 * A band is painted column by column: each range owns the columns that it covers
 * at least half. What is narrower stays visible as a hairline in its colour.
 * Labels stand in the widest free run of their range and give way as a whole.
 */
#include "app.h"

#include <stdio.h>
#include <string.h>

#define MAX_COLS   512
#define MAX_RANGES 768

/* Which bands matter most where not all have room. */
static const u8 band_priority[NR_BANDS] = { BAND_ZONE, BAND_NODE, BAND_BLOCK, BAND_IOMEM, BAND_MEMBLOCK,
	BAND_SECTION, BAND_MIGRATETYPE };

static const char *const zone_names[MAX_NR_ZONES] = { "DMA", "DMA32", "Normal", "HighMem", "Movable", "Device" };

static enum color band_color(enum band_class c)
{
	static const u8 plain[] = {
		[BC_NONE] = C_TRACK, [BC_RAM] = C_BAND_RAM, [BC_KERNEL] = C_BAND_KERNEL,
		[BC_RESERVED] = C_BAND_RESERVED, [BC_DEVICE] = C_BAND_DEVICE, [BC_ACPI] = C_BAND_ACPI,
		[BC_INITRD] = C_BAND_INITRD, [BC_ONLINE] = C_BAND_ONLINE, [BC_OFFLINE] = C_BAND_OFFLINE,
		[BC_EVEN] = C_BAND_EVEN, [BC_ODD] = C_BAND_ODD,
	};

	if (c >= BC_MIXED)
		return C_MIXED;
	if (c >= BC_MT0)
		return mt_color((unsigned)c - BC_MT0);
	if (c >= BC_ZONE0)
		return (enum color)(C_ZONE_DMA + (c - BC_ZONE0));
	if (c >= BC_NODE0)
		return (enum color)(C_NODE0 + (c - BC_NODE0));
	return (enum color)plain[c];
}

static void phys_window(const struct pane *p, bool everything, struct phys_range *w)
{
	pfn_t a, b;

	map_window(&p->map, &a, &b);
	if (everything) {
		a = 0;
		b = NO_PFN >> p->info.arch->page_shift;
	}
	w->start = pfn_to_phys(p->info.arch, a);
	w->end = pfn_to_phys(p->info.arch, b);
}

/* The stretches inside the window, laid out over the columns right of the labels. */
static void pane_scale(const struct pane *p, bool everything, int width, struct scale *s)
{
	struct phys_range r[SCALE_MAX * 4], win;
	int n = 0;

	phys_window(p, everything, &win);
	for (int i = 0; i < p->map.nr_ranges && n < (int)ARRAY_SIZE(r); i++) {
		phys_t a = max_u64(pfn_to_phys(p->info.arch, p->map.ranges[i].start), win.start);
		phys_t b = min_u64(pfn_to_phys(p->info.arch, p->map.ranges[i].end), win.end);

		if (a < b)
			r[n++] = (struct phys_range){ a, b };
	}
	scale_build(s, r, n, width);
}

void bands_scale(const struct pane *p, int width, struct scale *s) { pane_scale(p, true, width, s); }

static int band_columns(const struct pane *p, const struct rect *r)
{
	int w = r->w - p->layout.label_w - 1;

	return w < MAX_COLS ? w : MAX_COLS;
}

/* --- axis ------------------------------------------------------------------- */

static void draw_ticks(struct ui *ui, const struct scale *s, int x0, int y, int digits)
{
	u64 step = scale_tick(s, digits + 3);
	int busy = -1;

	for (int i = 0; i < s->nr; i++) {
		const struct scale_seg *g = &s->seg[i];

		for (phys_t a = align_up(g->start, step); a < g->end; a += step) {
			int x = scale_x8(s, a) / 8;

			if (a != g->start && x <= busy)
				continue;
			if (x <= busy || x + digits + 3 > s->width)
				continue;
			canvas_put(&ui->cv, x0 + x, y, 0x2575, st(C_DIM, C_GROUND));
			busy = x + 1 + canvas_printf(&ui->cv, x0 + x + 1, y, digits + 3, st(C_DIM, C_GROUND), "0x%llx",
						     (unsigned long long)a);
			if (a + step < a)
				break;
		}
	}
}

static int digits_of(const struct scale *s)
{
	int digits = 8;

	while (s->nr && digits < 16 && s->seg[s->nr - 1].end >> (4 * digits))
		digits++;
	return digits;
}

void bands_ticks(struct ui *ui, const struct scale *s, int x, int y) { draw_ticks(ui, s, x, y, digits_of(s)); }

static void draw_axis(struct ui *ui, struct pane *p, const struct scale *s)
{
	const struct rect *r = &p->layout.axis;
	int x0 = r->x + p->layout.label_w;

	canvas_text(&ui->cv, r->x, r->y, p->layout.label_w - 1, st(C_DIM, C_GROUND), "address");
	bands_ticks(ui, s, x0, r->y);
	for (int x = 0; x < s->width; x++)
		if (scale_is_hole(s, x) && canvas_at(&ui->cv, x0 + x, r->y)->ch == ' ')
			canvas_put(&ui->cv, x0 + x, r->y, 0x22ef, st(C_DIM, C_GROUND));
}

/* --- bands ------------------------------------------------------------------ */

struct painter {
	const struct scale *s;
	int nr;
	struct band_range range[MAX_RANGES];
	s16 owner[MAX_COLS];    /* index of the range, -1: nobody */
	s16 hair[MAX_COLS];     /* narrow range in this column, -1: none */
	bool first[MAX_COLS];   /* a range begins here */
};

static bool paint_range(const struct band_range *r, void *arg)
{
	struct painter *pt = arg;
	int a = scale_x8(pt->s, r->start), b = scale_x8(pt->s, r->end), x0 = (a + 4) / 8, x1 = (b + 4) / 8;

	if (pt->nr == MAX_RANGES)
		return false;
	if (b <= 0 || a >= pt->s->width * 8)
		return true;
	pt->range[pt->nr] = *r;
	x1 = x1 < pt->s->width ? x1 : pt->s->width;
	if (x0 >= x1) {
		int x = a / 8 < pt->s->width ? a / 8 : pt->s->width - 1;

		pt->hair[x] = (s16)pt->nr;
	}
	for (int x = x0; x < x1; x++) {
		pt->owner[x] = (s16)pt->nr;
		pt->hair[x] = -1;
	}
	if (x0 < x1)
		pt->first[x0] = true;
	if (x1 < pt->s->width && x0 < x1)
		pt->first[x1] = true;
	pt->nr++;
	return true;
}

static void paint_columns(struct ui *ui, const struct painter *pt, int x0, int y)
{
	for (int x = 0; x < pt->s->width; x++) {
		int o = pt->owner[x], hair = pt->hair[x];
		enum color bg = o < 0 ? C_TRACK : band_color(pt->range[o].cls);

		if (scale_is_hole(pt->s, x))
			canvas_put(&ui->cv, x0 + x, y, 0x2506, st(C_FAINT, C_GROUND));
		else if (hair >= 0)
			canvas_put(&ui->cv, x0 + x, y, 0x258f, st(band_color(pt->range[hair].cls), bg));
		else if (pt->first[x] && x > 0)
			canvas_put(&ui->cv, x0 + x, y, 0x258f, st(C_GROUND, bg));
		else
			canvas_put(&ui->cv, x0 + x, y, ' ', st(C_INK, bg));
	}
}

/* The widest run of columns that range @i owns. */
static int widest_run(const struct painter *pt, int i, int *start)
{
	int best = 0, len = 0;

	for (int x = 0; x < pt->s->width; x++) {
		bool mine = pt->owner[x] == i && pt->hair[x] < 0 && !scale_is_hole(pt->s, x);

		len = mine ? len + 1 : 0;
		if (len > best) {
			best = len;
			*start = x - len + 1;
		}
	}
	return best;
}

#define DOT " \xc2\xb7 "

/* "memory9 . 128 MiB . online": take the last part off. False: there is only one. */
static bool drop_part(char *s)
{
	char *last = NULL;

	for (char *p = strstr(s, DOT); p; p = strstr(p + 1, DOT))
		last = p;
	if (last)
		*last = '\0';
	return last;
}

static void paint_label(struct ui *ui, const struct painter *pt, int i, int x0, int y, bool presentation)
{
	const struct band_range *r = &pt->range[i];
	int start = 0, run = widest_run(pt, i, &start), cols;
	char both[128];
	const char *s = both;

	if (strstr(r->detail, r->label))
		snprintf(both, sizeof(both), "%s", r->detail);
	else
		snprintf(both, sizeof(both), "%s%s%s", r->label, r->detail[0] ? DOT : "", r->detail);
	while (text_columns(both) + 2 > run && drop_part(both))
		;
	if (text_columns(both) + 2 > run || presentation)
		s = r->label;
	cols = text_columns(s);
	if (!cols || cols + 1 > run)
		return;
	canvas_text(&ui->cv, x0 + start + (run - cols + 1) / 2, y, cols, st(C_INK, band_color(r->cls)), s);
}

static void draw_band(struct ui *ui, struct pane *p, const struct scale *s, enum band b, int y)
{
	struct painter pt;
	int x0 = p->layout.bands.x + p->layout.label_w;
	u64 total = 0;

	pt.s = s;
	pt.nr = 0;
	memset(pt.owner, 0xff, sizeof(pt.owner));
	memset(pt.hair, 0xff, sizeof(pt.hair));
	memset(pt.first, 0, sizeof(pt.first));
	for (int i = 0; i < s->nr; i++)
		total += s->seg[i].end - s->seg[i].start;
	if (s->nr)
		machine_band(p->m, b, s->seg[0].start, s->seg[s->nr - 1].end, total / (u64)(s->width * 8 + 1),
			     paint_range, &pt);
	canvas_text(&ui->cv, p->layout.bands.x, y, p->layout.label_w - 1, st(C_TEXT, C_GROUND), band_name(b));
	paint_columns(ui, &pt, x0, y);
	for (int i = 0; i < pt.nr; i++)
		paint_label(ui, &pt, i, x0, y, ui->opt.presentation);
}

/* Label of pageblock type @t, in the widest run of columns where it prevails. */
static void label_type(struct ui *ui, const u8 *main_type, int width, unsigned t, int x0, int y)
{
	static const char *const names[MIGRATE_TYPES] = { "Unmovable", "Movable", "Reclaimable", "HighAtomic", "CMA", "Isolate" };
	int best = 0, start = 0, len = 0, cols = text_columns(names[t]);

	for (int x = 0; x < width; x++) {
		len = main_type[x] == t ? len + 1 : 0;
		if (len > best) {
			best = len;
			start = x - len + 1;
		}
	}
	if (best > cols)
		canvas_text(&ui->cv, x0 + start + (best - cols + 1) / 2, y, cols, st(C_INK, mt_color(t)), names[t]);
}

/* Pages of column @x; where columns are smaller than pageblocks, the pageblock it lies in. */
static void column_pages(const struct pane *p, const struct scale *s, int x, pfn_t *start, pfn_t *end)
{
	u64 block = 1ULL << p->info.arch->pageblock_order;

	*start = phys_to_pfn(p->info.arch, scale_addr(s, x));
	*end = phys_to_pfn_up(p->info.arch, scale_addr(s, x + 1));
	if (*end - *start >= 2 * block)
		return;
	*start = align_down(*start, block);
	*end = max_u64(align_down(*end, block), *start + block);
}

/* Pageblock types: what each column holds of which, counted and not guessed. */
static void draw_type_band(struct ui *ui, struct pane *p, const struct scale *s, int y)
{
	struct tile_options o = ui->tile;
	int x0 = p->layout.bands.x + p->layout.label_w;
	u8 main_type[MAX_COLS];

	o.lens = LENS_PAGEBLOCKS;
	o.letters = ui->cv.ascii || ui_is_mono(ui);
	canvas_text(&ui->cv, p->layout.bands.x, y, p->layout.label_w - 1, st(C_TEXT, C_GROUND), band_name(BAND_MIGRATETYPE));
	for (int x = 0; x < s->width; x++) {
		struct summary sum;
		pfn_t start, end;
		struct tile t;

		main_type[x] = MIGRATE_TYPES;
		if (scale_is_hole(s, x)) {
			canvas_put(&ui->cv, x0 + x, y, 0x2506, st(C_FAINT, C_GROUND));
			continue;
		}
		memset(&sum, 0, sizeof(sum));
		column_pages(p, s, x, &start, &end);
		machine_summary(p->m, start, end, &sum);
		t = tile_of(&sum, &o);
		canvas_put(&ui->cv, x0 + x, y, t.ch, t.style);
		for (unsigned i = 0; i < MIGRATE_TYPES; i++)
			if (t.ch < 0x2580 && t.style.bg == mt_color(i) && sum.pageblocks[i])
				main_type[x] = (u8)i;
	}
	for (unsigned t = 0; t < MIGRATE_TYPES; t++)
		label_type(ui, main_type, s->width, t, x0, y);
}

/* The @n bands to show: by priority, rotated by the user; or the first ones of his list. */
static u32 choose_bands(const struct map *map, int n)
{
	u32 wanted = 0, out = 0;

	for (int i = 0; i < map->nr_order; i++)
		wanted |= 1u << map->order[i];
	for (int i = 0; i < NR_BANDS && n; i++) {
		int at = (i + map->band_shift) % NR_BANDS;
		u32 bit = map->chosen ? (at < map->nr_order ? 1u << map->order[at] : 0) : 1u << band_priority[at];

		if (wanted & bit && !(out & bit)) {
			out |= bit;
			n--;
		}
	}
	return out;
}

/* Names may be cut short, as "mem" for memblock. NR_BANDS: there is none. */
static int band_find(const char *name, size_t n)
{
	for (int b = 0; b < NR_BANDS; b++)
		if (n && !strncmp(band_name((enum band)b), name, n))
			return b;
	return n && !strncmp("migratetype", name, n) ? BAND_MIGRATETYPE : NR_BANDS;
}

int bands_set(struct map *map, const char *names)
{
	u8 order[NR_BANDS];
	int nr = 0;

	for (const char *s = names; *s; s += strspn(s, " ,")) {
		size_t n = strcspn(s, " ,");
		int b = band_find(s, n);

		if (b == NR_BANDS)
			return -EINVAL;
		for (int i = 0; i < nr; i++)
			b = order[i] == b ? NR_BANDS : b;
		if (b < NR_BANDS)
			order[nr++] = (u8)b;
		s += n;
	}
	map->chosen = nr > 0;
	for (int b = 0; !map->chosen && b < NR_BANDS; b++)
		order[nr++] = (u8)b;
	memcpy(map->order, order, (size_t)nr);
	map->nr_order = nr;
	map->band_shift = 0;
	return 0;
}

void bands_names(const struct map *map, char *buf, size_t n)
{
	size_t o = 0;

	buf[0] = '\0';
	for (int i = 0; i < map->nr_order && o < n; i++)
		o += (size_t)snprintf(buf + o, n - o, "%s%s", i ? " " : "", band_name((enum band)map->order[i]));
}

/* The band in row @row of the bands. */
static enum band band_in_row(const struct pane *p, int row)
{
	u32 chosen = choose_bands(&p->map, p->layout.nr_bands);

	for (int i = 0; i < p->map.nr_order; i++)
		if (chosen >> p->map.order[i] & 1 && !row--)
			return (enum band)p->map.order[i];
	return NR_BANDS;
}

struct words {
	phys_t at;
	char *buf;
	size_t n;
};

static bool take_words(const struct band_range *r, void *arg)
{
	struct words *w = arg;

	if (w->at < r->start || w->at >= r->end)
		return true;
	snprintf(w->buf, w->n, "%s%s%s" DOT "from 0x%llx", r->label, r->detail[0] ? DOT : "", r->detail, (unsigned long long)r->start);
	return true;
}

bool bands_words(const struct pane *p, int x, int y, char *buf, size_t n)
{
	enum band b = band_in_row(p, y - p->layout.bands.y);
	struct words w = { 0, buf, n };
	struct phys_range win;

	if (y < p->layout.bands.y || b >= NR_BANDS || !bands_address(p, x, y, &w.at))
		return false;
	snprintf(buf, n, "%s: nothing here", band_name(b));
	phys_window(p, false, &win);
	machine_band(p->m, b, win.start, win.end, (win.end - win.start) / (u64)(8 * p->layout.bands.w + 1), take_words, &w);
	return true;
}

/* --- minimap and breadcrumb --------------------------------------------------- */

static void draw_minimap(struct ui *ui, struct pane *p)
{
	const struct rect *r = &p->layout.minimap;
	int x0 = r->x + p->layout.label_w, w = band_columns(p, r), a, b;
	struct phys_range win;
	struct scale s;

	if (!r->h)
		return;
	pane_scale(p, true, w, &s);
	phys_window(p, false, &win);
	a = scale_x8(&s, win.start) / 8;
	b = (scale_x8(&s, win.end) + 7) / 8;
	canvas_text(&ui->cv, r->x, r->y, p->layout.label_w - 1, st(C_DIM, C_GROUND), "machine");
	for (int x = 0; x < w; x++)
		canvas_put(&ui->cv, x0 + x, r->y, scale_is_hole(&s, x) ? 0x2506 : 0x2500, st(C_FAINT, C_GROUND));
	for (int x = a; x < b || x == a; x++)
		canvas_put(&ui->cv, x0 + x, r->y, 0x2584, st(C_ACCENT, C_GROUND));
}

static void crumb_text(const struct pane *p, char *buf, size_t n)
{
	struct page_info pi;
	size_t o;

	o = (size_t)snprintf(buf, n, "machine");
	if (machine_page(p->m, p->map.cursor, &pi))
		return;
	if (pi.nid >= 0)
		o += (size_t)snprintf(buf + o, n - o, " \xe2\x96\xb8 node %d", pi.nid);
	if (pi.zone >= 0 && pi.zone < MAX_NR_ZONES)
		o += (size_t)snprintf(buf + o, n - o, " \xe2\x96\xb8 %s", zone_names[pi.zone]);
	if (pi.block >= 0)
		o += (size_t)snprintf(buf + o, n - o, " \xe2\x96\xb8 memory%lld", (long long)pi.block);
	snprintf(buf + o, n - o, " \xe2\x96\xb8 section %llu", (unsigned long long)pi.section);
}

static void cell_text(const struct pane *p, char *buf, size_t n)
{
	u64 pages = 1ULL << p->map.shift;
	char size[32];

	if (pages == 1)
		snprintf(buf, n, "1 cell = 1 page");
	else
		snprintf(buf, n, "1 cell = %llu pages (%s)", (unsigned long long)pages,
			 size_of_pages(p, pages, size, sizeof(size)));
}

/* The cursor's mark under the bands, the breadcrumb on the side that is free. */
static void draw_crumb(struct ui *ui, struct pane *p, const struct scale *s)
{
	const struct rect *r = &p->layout.crumb;
	int x0 = r->x + p->layout.label_w, w = s->width, cut;
	int at = scale_x8(s, pfn_to_phys(p->info.arch, p->map.cursor)) / 8;
	char crumb[160], cell[64];

	at = at < w ? at : w - 1;
	crumb_text(p, crumb, sizeof(crumb));
	cell_text(p, cell, sizeof(cell));
	cut = text_columns(crumb);
	if (p->layout.title.h)
		cell[0] = '\0';
	if (at > cut + 1 || at > w / 2) {
		canvas_text(&ui->cv, x0, r->y, at - 1, st(C_DIM, C_GROUND), crumb);
		if (at + 3 + text_columns(cell) <= w)
			canvas_right(&ui->cv, x0 + w, r->y, w - at - 2, st(C_DIM, C_GROUND), "%s", cell);
	} else {
		canvas_right(&ui->cv, x0 + w, r->y, w - at - 2, st(C_DIM, C_GROUND), "%s%s%s", crumb,
			     *cell && cut + 5 + text_columns(cell) < w - at ? "   " : "",
			     cut + 5 + text_columns(cell) < w - at ? cell : "");
	}
	canvas_put(&ui->cv, x0 + at, r->y, 0x25b2, st_attr(C_ACCENT, C_GROUND, AT_BOLD));
}

static void draw_title(struct ui *ui, struct pane *p)
{
	const struct rect *r = &p->layout.title;
	char cell[64], title[200];
	int n;

	if (!r->h)
		return;
	cell_text(p, cell, sizeof(cell));
	canvas_text(&ui->cv, r->x, r->y, p->layout.label_w - 1, st(C_TEXT, C_GROUND), "pages");
	n = canvas_text(&ui->cv, r->x + p->layout.label_w, r->y, r->w - p->layout.label_w, st(C_TEXT, C_GROUND), cell);
	if (lens_active(ui)) {
		lens_title(ui, title, sizeof(title));
		canvas_text(&ui->cv, r->x + p->layout.label_w + n + 3, r->y, r->w - p->layout.label_w - n - 3, st(C_ACCENT, C_GROUND), title);
		return;
	}
	canvas_text(&ui->cv, r->x + p->layout.label_w + n, r->y, r->w - p->layout.label_w - n, st(C_DIM, C_GROUND),
		    ui->tile.lens == LENS_PAGEBLOCKS ? "   coloured by pageblock type"
		    : p->map.shift		     ? "   digit: its largest free order"
						     : "   digit: the order of its free block");
}

/* What the mouse marks to be zoomed into. */
static void draw_drag(struct ui *ui, struct pane *p, const struct scale *s)
{
	phys_t a = p->map.drag_from < p->map.drag_to ? p->map.drag_from : p->map.drag_to;
	phys_t b = p->map.drag_from < p->map.drag_to ? p->map.drag_to : p->map.drag_from;
	int x0 = p->layout.axis.x + p->layout.label_w;

	if (!p->map.dragging)
		return;
	for (int x = scale_x8(s, a) / 8; x <= scale_x8(s, b) / 8 && x < s->width; x++)
		canvas_put(&ui->cv, x0 + x, p->layout.axis.y, 0x2584, st(C_CURSOR, C_GROUND));
}

void bands_draw(struct ui *ui, struct pane *p)
{
	int w = band_columns(p, &p->layout.bands), y = p->layout.bands.y;
	u32 chosen = choose_bands(&p->map, p->layout.nr_bands);
	struct scale s;

	pane_scale(p, false, w, &s);
	draw_minimap(ui, p);
	draw_axis(ui, p, &s);
	for (int i = 0; i < p->map.nr_order; i++) {
		enum band b = (enum band)p->map.order[i];

		if (chosen >> b & 1 && b == BAND_MIGRATETYPE)
			draw_type_band(ui, p, &s, y++);
		else if (chosen >> b & 1)
			draw_band(ui, p, &s, b, y++);
	}
	draw_drag(ui, p, &s);
	draw_crumb(ui, p, &s);
	draw_title(ui, p);
}

bool bands_address(const struct pane *p, int x, int y, phys_t *addr)
{
	const struct rect *mini = &p->layout.minimap, *b = &p->layout.bands;
	bool on_mini = mini->h && y == mini->y;
	int x0 = b->x + p->layout.label_w, w = band_columns(p, b);
	struct scale s;

	if (x < x0 || x >= x0 + w || (!on_mini && (y < p->layout.axis.y || y > p->layout.crumb.y)))
		return false;
	pane_scale(p, on_mini, w, &s);
	*addr = scale_addr(&s, x - x0);
	return s.nr > 0;
}
