/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a document to a description. Some keys must be known before others make
 * sense, whatever their order in the file:
 *
 *    [machine] arch          picks the preset
 *    [arch] page_size,
 *           physical_bits    change what is derived from them
 *    [arch] the rest         overrides
 *    [machine] the rest
 *    [node N] cpus           how many cpus there can be
 *    everything else, in the order of the file
 *
 * What a key does stands in two tables, config_machine.c and config_memory.c.
 * Afterwards the description is checked as a whole (boot/desc_check.c), and an
 * error there is traced back to the line that made the entry.
 */
#include "io/config_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/config.h"

#define KEY_CHARS "abcdefghijklmnopqrstuvwxyz0123456789_"
#define MAX_SECTIONS 4096u /* nodes (1024) and memory devices, generously */

int config_here(struct config *c, enum desc_part part, const struct value *v)
{
	u32 nr = c->nr_where[part];
	u32 *more = c->where[part];

	if (!(nr & (nr - 1))) {
		more = realloc(more, (nr ? 2 * (size_t)nr : 1) * sizeof(*more));
		if (!more)
			return mm_fail(c->err, -ENOMEM, "%s: no memory", c->doc->name);
		c->where[part] = more;
	}
	more[nr] = (u32)(v->e - c->doc->entry);
	c->nr_where[part] = nr + 1;
	return 0;
}

bool config_key_name(unsigned i, const char **section, const char **key, const char **help)
{
	for (unsigned t = 0; t < config_nr_tables; t++)
		for (const struct config_key *k = config_tables[t]; k->key; k++)
			if (!i--) {
				*section = k->section;
				*key = k->key;
				*help = k->help;
				return true;
			}
	return false;
}

/* --- names ----------------------------------------------------------------- */

/* Does the section header @name ("node 0") belong to the table's @section ("node")? */
static bool section_is(const char *name, const char *section)
{
	size_t n = strlen(section);

	return !strncmp(name, section, n) && (!name[n] || name[n] == ' ' || name[n] == '\t');
}

/* What stands behind the first word of a section header; "" when nothing does. */
static const char *section_arg(const char *name)
{
	name += strcspn(name, " \t");
	return name + strspn(name, " \t");
}

static const struct config_key *find_key(const char *section, const char *key)
{
	for (unsigned t = 0; t < config_nr_tables; t++)
		for (const struct config_key *k = config_tables[t]; k->key; k++)
			if (section_is(section, k->section) && !strcmp(k->key, key))
				return k;
	return NULL;
}

/* The known key of @section (NULL: section name) that looks most like @what; NULL: none does. */
static const char *nearest(const char *section, const char *what)
{
	const char *best = NULL;
	unsigned best_d = 3;

	for (unsigned t = 0; t < config_nr_tables; t++)
		for (const struct config_key *k = config_tables[t]; k->key; k++) {
			const char *name = section ? k->key : k->section;
			unsigned d;

			if (section && !section_is(section, k->section))
				continue;
			d = edit_distance(name, what);
			if (d < best_d) {
				best_d = d;
				best = name;
			}
		}
	return best;
}

static int unknown_section(struct config *c, const struct ini_section *s)
{
	char first[49];
	const char *like;

	snprintf(first, sizeof(first), "%.*s", (int)strcspn(s->name, " \t"), s->name);
	like = nearest(NULL, first);
	if (like)
		return mm_fail(c->err, -EINVAL, "%s:%u: unknown section [%s]; did you mean [%s]?",
			       c->doc->name, s->line, s->name, like);
	return mm_fail(c->err, -EINVAL, "%s:%u: unknown section [%s]; there are machine, arch, firmware, "
		       "node N, reserve, dimm ID, virtio-mem ID and state", c->doc->name, s->line, s->name);
}

static int unknown_key(struct config *c, const struct ini_entry *e)
{
	const char *like = nearest(e->section, e->key);

	if (like)
		return ini_fail(c->doc, e, c->err, -EINVAL, "unknown key; did you mean '%s'?", like);
	for (unsigned t = 0; t < config_nr_tables; t++)
		for (const struct config_key *k = config_tables[t]; k->key; k++)
			if (!strcmp(k->key, e->key))
				return ini_fail(c->doc, e, c->err, -EINVAL, "unknown key; '%s' belongs into [%s]",
						k->key, k->section);
	return ini_fail(c->doc, e, c->err, -EINVAL, "unknown key; mmview.ini(5) lists the keys of [%.*s]",
			(int)strcspn(e->section, " \t"), e->section);
}

/* --- sections -------------------------------------------------------------- */

static bool section_known(const char *name)
{
	for (unsigned t = 0; t < config_nr_tables; t++)
		for (const struct config_key *k = config_tables[t]; k->key; k++)
			if (section_is(name, k->section))
				return true;
	return false;
}

/* [node N]: N is a decimal number; whether the kernel has such a node is checked later. */
static int begin_node(struct config *c, const struct ini_section *s)
{
	const char *arg = section_arg(s->name);
	char *end;
	unsigned long nid = strtoul(arg, &end, 10);

	if (*arg < '0' || *arg > '9' || *end || nid > 1000000)
		return mm_fail(c->err, -EINVAL, "%s:%u: [%s]: the node number is missing or wrong; write [node 0]",
			       c->doc->name, s->line, s->name);
	for (size_t i = 0; i < c->d->nr_node; i++)
		if (c->d->node[i].nid == (int)nid)
			return mm_fail(c->err, -EINVAL, "%s:%u: [%s]: node %lu has a section already; "
				       "put its keys into one section", c->doc->name, s->line, s->name, nid);
	c->nid = (int)nid;
	if (!desc_get_node(c->d, c->nid))
		return mm_fail(c->err, -ENOMEM, "%s: no memory", c->doc->name);
	return 0;
}

static int begin_dimm(struct config *c, const struct ini_section *s)
{
	const char *id = section_arg(s->name);

	if (!*id || strcspn(id, " \t") != strlen(id))
		return mm_fail(c->err, -EINVAL, "%s:%u: [%s]: one name for the device is needed; write [%.*s mem0]",
			       c->doc->name, s->line, s->name, (int)strcspn(s->name, " \t"), s->name);
	for (size_t i = 0; i < c->d->nr_dimm; i++)
		if (!strcmp(c->d->dimm[i].id, id))
			return mm_fail(c->err, -EINVAL, "%s:%u: [%s]: there is a memory device of this name "
				       "already; choose another", c->doc->name, s->line, s->name);
	c->dimm = (struct desc_dimm){ .id = id, .virtio_mem = section_is(s->name, "virtio-mem") };
	c->dimm_start = c->dimm_size = false;
	return 0;
}

static bool is_dimm(const struct ini_section *s)
{
	return section_is(s->name, "dimm") || section_is(s->name, "virtio-mem");
}

static int begin_section(struct config *c, const struct ini_section *s)
{
	if (section_is(s->name, "node"))
		return begin_node(c, s);
	if (is_dimm(s))
		return begin_dimm(c, s);
	if (*section_arg(s->name))
		return mm_fail(c->err, -EINVAL, "%s:%u: [%s]: this section takes no name; write [%.*s]",
			       c->doc->name, s->line, s->name, (int)strcspn(s->name, " \t"), s->name);
	return 0;
}

/* A memory device is complete when its section ends. */
static int end_section(struct config *c, const struct ini_section *s)
{
	if (!is_dimm(s))
		return 0;
	if (!c->dimm_start || !c->dimm_size)
		return mm_fail(c->err, -EINVAL, "%s:%u: [%s]: '%s' is missing; a memory device needs start and size",
			       c->doc->name, s->line, s->name, c->dimm_start ? "size" : "start");
	return desc_add_dimm(c->d, &c->dimm) ? mm_fail(c->err, -ENOMEM, "%s: no memory", c->doc->name) : 0;
}

/* --- entries --------------------------------------------------------------- */

static int apply(struct config *c, struct ini_entry *e)
{
	const struct config_key *k = find_key(e->section, e->key);
	struct value v = { c->doc, e, c->err, e->value };

	if (e->used)
		return 0;
	e->used = true;
	if (!k)
		return unknown_key(c, e);
	if (!*e->value && strcmp(k->key, "cmdline") && strcmp(k->key, "note"))
		return ini_fail(c->doc, e, c->err, -EINVAL, "the value is empty; write one or remove the line");
	for (struct ini_entry *o = c->doc->entry; !k->repeat && o < e; o++)
		if (o->section == e->section && !strcmp(o->key, e->key))
			return ini_fail(c->doc, e, c->err, -EINVAL,
					"the key appears twice, first in line %u; remove one", o->line);
	return k->set(c, &v);
}

/* Apply one key now, if the file has it. */
static int apply_first(struct config *c, const char *section, const char *key)
{
	struct ini_entry *e = ini_doc_find(c->doc, section, key);

	return e ? apply(c, e) : 0;
}

/* Apply all keys of a section that takes no name. */
static int apply_all(struct config *c, const char *section)
{
	for (u32 i = 0; i < c->doc->nr_entries; i++)
		if (!strcmp(c->doc->entry[i].section, section)) {
			int ret = apply(c, &c->doc->entry[i]);

			if (ret)
				return ret;
		}
	return 0;
}

static int note_cpu(u64 cpu, void *arg)
{
	u64 *highest = arg;

	*highest = max_u64(*highest, cpu + 1);
	return 0;
}

/* Cpus that [machine] does not count are counted by what the nodes name. */
static int count_cpus(struct config *c)
{
	u64 highest = 1;

	for (u32 i = 0; i < c->doc->nr_entries; i++) {
		struct ini_entry *e = &c->doc->entry[i];
		struct value v = { c->doc, e, c->err, e->value };

		if (section_is(e->section, "node") && !strcmp(e->key, "cpus") &&
		    strcmp(e->value, "none") && value_list(&v, MAX_CPUS - 1, note_cpu, &highest))
			return -EINVAL;
	}
	if (!c->cpus_given)
		c->d->nr_cpus = (int)highest;
	if (!c->possible_given)
		c->d->nr_cpus_possible = c->d->nr_cpus > (int)highest ? c->d->nr_cpus : (int)highest;
	return 0;
}

/* The rest, section by section, in the order of the file. */
static int apply_rest(struct config *c)
{
	u32 e = 0;

	for (u32 i = 0; i < c->doc->nr_sections; i++) {
		const struct ini_section *s = &c->doc->section[i];
		int ret = begin_section(c, s);

		for (; !ret && e < c->doc->nr_entries && c->doc->entry[e].section == s->name; e++)
			ret = apply(c, &c->doc->entry[e]);
		if (!ret)
			ret = end_section(c, s);
		if (ret)
			return ret;
	}
	return 0;
}

static int check_sections(struct config *c)
{
	if (c->doc->nr_sections > MAX_SECTIONS)
		return mm_fail(c->err, -EINVAL, "%s:%u: more than %u sections; no machine needs that many",
			       c->doc->name, c->doc->section[MAX_SECTIONS].line, MAX_SECTIONS);
	for (u32 i = 0; i < c->doc->nr_sections; i++)
		if (!section_known(c->doc->section[i].name))
			return unknown_section(c, &c->doc->section[i]);
	return 0;
}

/* --- errors of the whole --------------------------------------------------- */

/* Where @key stands in @msg as a word of its own; NULL: it does not. */
static const char *find_word(const char *msg, const char *key)
{
	size_t n = strlen(key);

	for (const char *p = strstr(msg, key); p; p = strstr(p + 1, key))
		if ((p == msg || !strchr(KEY_CHARS, p[-1])) && (!p[n] || !strchr(KEY_CHARS, p[n])))
			return p;
	return NULL;
}

/*
 * The entry of section @name (NULL: [machine] and [arch]) whose key the message
 * speaks of first; NULL: it speaks of none.
 */
static const struct ini_entry *entry_named(const struct config *c, const char *name, const char *msg)
{
	const struct ini_entry *best = NULL;
	const char *best_at = NULL;

	for (u32 i = 0; i < c->doc->nr_entries; i++) {
		const struct ini_entry *e = &c->doc->entry[i];
		const char *at = find_word(msg, e->key);

		if (name ? e->section != name : strcmp(e->section, "arch") && strcmp(e->section, "machine"))
			continue;
		if (at && (!best || at < best_at)) {
			best = e;
			best_at = at;
		}
	}
	return best;
}

/* The line that node @index of the description is about: a key's, else its section's. */
static const struct ini_entry *node_entry(const struct config *c, size_t index, const char *msg)
{
	for (u32 i = 0; i < c->doc->nr_sections; i++) {
		const char *name = c->doc->section[i].name;

		if (!section_is(name, "node") || index--)
			continue;
		for (u32 e = 0; e < c->doc->nr_entries; e++)
			if (c->doc->entry[e].section == name) {
				const struct ini_entry *named = entry_named(c, name, msg);

				return named ? named : &c->doc->entry[e];
			}
	}
	return NULL;
}

/* The entry that made element @index of @part; NULL: no single one. */
static const struct ini_entry *entry_of(const struct config *c, enum desc_part part, size_t index,
					const char *msg)
{
	if (part == DESC_MACHINE || part == DESC_ARCH)
		return entry_named(c, NULL, msg);
	if (part == DESC_NODE)
		return node_entry(c, index, msg);
	return index < c->nr_where[part] ? &c->doc->entry[c->where[part][index]] : NULL;
}

/* Put the place in front of what desc_validate_at() said. */
static int trace_back(struct config *c, const struct desc_place *p, const struct mm_error *own)
{
	const struct ini_entry *e = entry_of(c, p->part, p->index, own->msg), *o = NULL;

	if (!e)
		return mm_fail(c->err, own->code, "%s: %s", c->doc->name, own->msg);
	if (p->other >= 0)
		o = entry_of(c, p->other_part, (size_t)p->other, own->msg);
	if (o)
		return ini_fail(c->doc, e, c->err, own->code, "%s (the other is in line %u)", own->msg, o->line);
	return ini_fail(c->doc, e, c->err, own->code, "%s", own->msg);
}

static int check_whole(struct config *c)
{
	struct mm_error own = { 0, "" };
	struct desc_place place;

	if (!desc_validate_at(c->d, &place, &own))
		return 0;
	return trace_back(c, &place, &own);
}

static int understand(struct config *c)
{
	int ret = check_sections(c);

	if (!ret)
		ret = apply_first(c, "machine", "arch");
	if (!ret)
		ret = apply_first(c, "arch", "page_size");
	if (!ret)
		ret = apply_first(c, "arch", "physical_bits");
	if (!ret)
		ret = apply_all(c, "arch");
	if (!ret)
		ret = apply_all(c, "machine");
	if (!ret)
		ret = count_cpus(c);
	if (!ret)
		ret = apply_rest(c);
	if (!ret)
		ret = check_whole(c);
	return ret;
}

struct desc *config_understand(struct ini_doc *doc, const char *name, struct mm_error *err)
{
	struct config c = { .doc = doc, .err = err, .d = desc_new() };
	struct mm_error own = { 0, "" };
	int ret;

	c.err = &own;
	if (!c.d || desc_set_string(&c.d->name, name))
		ret = mm_fail(&own, -ENOMEM, "%s: no memory", doc->name);
	else
		ret = understand(&c);
	for (unsigned p = 0; p < NR_DESC_PARTS; p++)
		free(c.where[p]);
	if (!ret)
		return c.d;
	desc_free(c.d);
	mm_fail(err, own.code ? own.code : ret, "%s", own.msg[0] ? own.msg : "no memory");
	return NULL;
}
