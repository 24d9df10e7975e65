/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON output of commands, one object a line, for scripts and screen readers.
 */
#include "io/json.h"

#include <stdlib.h>
#include <string.h>

#include "sim/explain.h"

#define LL(v) ((unsigned long long)(v))
#define MAX_ZONES 4096

/* Length of the UTF-8 sequence at @p (1..4), or 0 when it is none. */
static size_t utf8_length(const unsigned char *p, size_t left)
{
	size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 : (p[0] & 0xf0) == 0xe0 ? 3 : p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : 0;

	if (!n || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

void json_string(struct text *out, const char *s, size_t n)
{
	text_puts(out, "\"");
	while (n) {
		size_t len = utf8_length((const unsigned char *)s, n);

		if (*s == '"' || *s == '\\')
			text_printf(out, "\\%c", *s);
		else if (!len || (unsigned char)*s < 0x20 || *s == 0x7f)
			text_printf(out, "\\u%04x", (unsigned char)*s);
		else
			text_write(out, s, len);
		len = len ? len : 1;
		s += len;
		n -= len;
	}
	text_puts(out, "\"");
}

static void key_string(struct text *out, const char *key, const char *value)
{
	text_printf(out, ",\"%s\":", key);
	json_string(out, value, strlen(value));
}

static void lines_field(struct text *out, const char *text)
{
	const char *sep = "";

	text_puts(out, ",\"lines\":[");
	while (*text) {
		const char *end = strchr(text, '\n');
		size_t n = end ? (size_t)(end - text) : strlen(text);

		text_puts(out, sep);
		json_string(out, text, n);
		sep = ",";
		text += n + (end != NULL);
	}
	text_puts(out, "]");
}

static void u64_list(struct text *out, const char *key, const u64 *v, int n)
{
	text_printf(out, ",\"%s\":[", key);
	for (int i = 0; i < n; i++)
		text_printf(out, "%s%llu", i ? "," : "", LL(v[i]));
	text_puts(out, "]");
}

static void one_zone(struct text *out, const struct zone_info *z, const char *sep)
{
	text_printf(out, "%s{\"node\":%d,\"zone\":\"%s\",\"start_pfn\":%llu,\"spanned\":%llu,\"present\":%llu,"
			 "\"managed\":%llu,\"cma\":%llu,\"free\":%llu,\"pcp\":%llu,\"boost\":%llu",
		    sep, z->nid, z->name, LL(z->start_pfn), LL(z->spanned), LL(z->present), LL(z->managed), LL(z->cma),
		    LL(z->free), LL(z->pcp), LL(z->boost));
	u64_list(out, "watermarks", z->wmark, NR_WMARK);
	u64_list(out, "protection", z->protection, MAX_NR_ZONES);
	u64_list(out, "nr_free", z->nr_free, z->max_order + 1);
	u64_list(out, "pageblocks", z->pageblocks, MIGRATE_TYPES);
	text_puts(out, "}");
}

static void zones_field(const struct machine *m, struct text *out)
{
	int n = machine_zones(m, NULL, 0);
	struct zone_info *z = calloc((size_t)n + 1, sizeof(*z));

	text_puts(out, ",\"zones\":[");
	n = z ? machine_zones(m, z, n) : 0;
	for (int i = 0; i < n; i++)
		one_zone(out, &z[i], i ? "," : "");
	text_puts(out, "]");
	free(z);
}

static void blocks_field(const struct machine *m, struct text *out)
{
	text_puts(out, ",\"blocks\":[");
	for (u64 i = 0, n = machine_block_count(m); i < n; i++) {
		struct block_info b;

		if (machine_block(m, i, &b))
			break;
		text_printf(out, "%s{\"block\":%llu,\"start\":%llu,\"size\":%llu,\"state\":\"%s\",\"node\":%d,\"removable\":%s",
			    i ? "," : "", LL(b.nr), LL(b.start), LL(b.size), b.state, b.nid, b.removable ? "true" : "false");
		key_string(out, "valid_zones", b.zones);
		text_puts(out, "}");
	}
	text_puts(out, "]");
}

static void nodes_field(const struct machine *m, struct text *out)
{
	struct node_info *n = calloc(MAX_NUMNODES, sizeof(*n));
	int nr = n ? machine_nodes(m, n, MAX_NUMNODES) : 0;

	text_puts(out, ",\"nodes\":[");
	for (int i = 0; i < nr; i++) {
		text_printf(out, "%s{\"node\":%d,\"start_pfn\":%llu,\"spanned\":%llu,\"present\":%llu,\"cpus\":%d,\"distance\":[",
			    i ? "," : "", n[i].nid, LL(n[i].start_pfn), LL(n[i].spanned), LL(n[i].present), n[i].nr_cpus);
		for (int j = 0; j < nr; j++)
			text_printf(out, "%s%d", j ? "," : "", machine_distance(m, n[i].nid, n[j].nid));
		text_puts(out, "]}");
	}
	text_puts(out, "]");
	free(n);
}

struct range_list {
	struct text *out;
	const char *sep;
};

static bool add_range(const struct band_range *r, void *arg)
{
	struct range_list *l = arg;

	text_printf(l->out, "%s{\"start\":%llu,\"end\":%llu,\"depth\":%d", l->sep, LL(r->start), LL(r->end), r->depth);
	key_string(l->out, "name", r->label);
	text_puts(l->out, "}");
	l->sep = ",";
	return true;
}

static void band_field(const struct machine *m, enum band band, struct text *out)
{
	struct range_list l = { out, "" };

	text_printf(out, ",\"%s\":[", band_name(band));
	machine_band(m, band, 0, ~0ULL, 0, add_range, &l);
	text_puts(out, "]");
}

static void page_field(const struct machine *m, const char *word, struct text *out)
{
	struct page_info p;
	u64 pfn;

	if (parse_size(word, &pfn, NULL) || machine_page(m, pfn, &p))
		return;
	text_printf(out, ",\"page\":{\"pfn\":%llu,\"head\":%llu,\"phys\":%llu,\"order\":%u,\"node\":%d,\"zone\":%d,"
			 "\"section\":%llu,\"block\":%lld,\"refcount\":%u,\"struct_page\":%llu",
		    LL(p.pfn), LL(p.head), LL(p.phys), p.order, p.nid, p.zone, LL(p.section), (long long)p.block, p.ref,
		    LL(p.struct_page));
	if (p.has_linear)
		text_printf(out, ",\"linear\":%llu", LL(p.linear));
	key_string(out, "pageblock", migratetype_name((int)p.pb_mt));
	key_string(out, "owner", p.owner);
	text_puts(out, "}");
}

static void owners_field(const struct machine *m, struct text *out)
{
	int n = machine_owners(m, NULL, 0);
	struct owner_info *o = n < 0 ? NULL : calloc((size_t)n + 1, sizeof(*o));

	text_puts(out, ",\"owners\":[");
	n = o ? machine_owners(m, o, n) : 0;
	for (int i = 0; i < n; i++) {
		text_printf(out, "%s{\"pages\":%llu,\"allocs\":%llu", i ? "," : "", LL(o[i].pages), LL(o[i].allocs));
		key_string(out, "tag", o[i].tag);
		key_string(out, "callchain", o[i].callchain);
		text_puts(out, "}");
	}
	text_puts(out, "]");
	free(o);
}

/* The fields of `show WHAT`; false when it has none of its own. */
static bool show_fields(struct machine *m, const char *what, const char *arg, struct text *out)
{
	if (!strcmp(what, "zoneinfo") || !strcmp(what, "buddyinfo") || !strcmp(what, "pagetypeinfo"))
		zones_field(m, out);
	else if (!strcmp(what, "blocks"))
		blocks_field(m, out);
	else if (!strcmp(what, "nodes"))
		nodes_field(m, out);
	else if (!strcmp(what, "iomem"))
		band_field(m, BAND_IOMEM, out);
	else if (!strcmp(what, "memblock"))
		band_field(m, BAND_MEMBLOCK, out);
	else if (!strcmp(what, "sections"))
		band_field(m, BAND_SECTION, out);
	else if (!strcmp(what, "owners"))
		owners_field(m, out);
	else if (!strcmp(what, "page"))
		page_field(m, arg, out);
	else
		return false;
	return true;
}

static void result_fields(struct machine *m, const char *line, const struct text *said, struct text *out)
{
	char copy[256], *save = NULL;
	const char *cmd, *what, *arg;

	if (strlen(line) < sizeof(copy)) {
		memcpy(copy, line, strlen(line) + 1);
		cmd = strtok_r(copy, " \t\n", &save);
		what = strtok_r(NULL, " \t\n", &save);
		arg = strtok_r(NULL, " \t\n", &save);
		if (cmd && what && !strcmp(cmd, "show") && show_fields(m, what, arg ? arg : "", out))
			return;
	}
	lines_field(out, text_str(said));
}

int json_command(struct machine *m, const char *line, struct text *out, struct mm_error *err)
{
	struct text said = TEXT_INIT;
	size_t n = strcspn(line, "\r\n");
	int rc = machine_command(m, line, &said, err);

	text_puts(out, "{\"command\":");
	json_string(out, line, n);
	text_printf(out, ",\"status\":%d", rc);
	if (rc) {
		key_string(out, "errno", mm_errname(rc));
		key_string(out, "error", err->msg);
	}
	if (rc)
		lines_field(out, text_str(&said));
	else
		result_fields(m, line, &said, out);
	text_puts(out, "}\n");
	text_cleanup(&said);
	return rc;
}
