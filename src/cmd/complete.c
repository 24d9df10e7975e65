/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Completion of a command line: commands, their words, their keys, and names that
 * exist on this machine (gfp flags, nodes, memory blocks, held blocks).
 */
#include <stdio.h>
#include <string.h>

#include "alloc/page_owner.h"
#include "cmd/command.h"
#include "mmview.h"
#include "sim/machine.h"

struct completer {
	const struct machine *m;
	const char *prefix; /* last word, or what follows '=' */
	size_t len;
	struct text *out;
	int nr;
};

static void offer(struct completer *c, const char *word)
{
	if (strncmp(word, c->prefix, c->len))
		return;
	text_printf(c->out, "%s\n", word);
	c->nr++;
}

static void offer_commands(struct completer *c)
{
	for (int i = 0, n = command_count(); i < n; i++)
		offer(c, command_at(i)->name);
}

static void offer_list(struct completer *c, const char *const *list, const char *suffix)
{
	char word[96];

	for (; list && *list; list++) {
		snprintf(word, sizeof(word), "%s%s", *list, suffix);
		offer(c, word);
	}
}

static void offer_blocks(struct completer *c)
{
	char word[40];

	for (u64 i = 0, n = machine_block_count(c->m); i < n && c->nr < 64; i++) {
		struct block_info b;

		if (machine_block(c->m, i, &b))
			return;
		snprintf(word, sizeof(word), "memory%llu", (unsigned long long)b.nr);
		offer(c, word);
	}
}

static void offer_dimms(struct completer *c)
{
	struct dimm_info d[64];
	int n = machine_dimms(c->m, d, (int)ARRAY_SIZE(d));

	for (int i = 0; i < n && i < (int)ARRAY_SIZE(d); i++)
		offer(c, d[i].id);
}

static void offer_held(struct completer *c)
{
	const struct mm *mm = &c->m->sys->mm;
	const struct held_set *set = &c->m->sim->held;

	offer(c, "all");
	for (u32 i = 0; i < set->nr && c->nr < 64; i++) {
		const struct owner_record *o =
			owner_get((struct mm *)mm, page_owner_id(memmap_page(mm->map, set->h[i])));

		if (o)
			offer(c, o->tag);
	}
}

static void offer_nodes(struct completer *c)
{
	char word[16];

	for_each_node(&c->m->sys->mm, n) {
		snprintf(word, sizeof(word), "%d", n->nid);
		offer(c, word);
	}
}

static void offer_value(struct completer *c, const char *key)
{
	static const char *const gfps[] = { "GFP_KERNEL",	    "GFP_ATOMIC",     "GFP_NOWAIT",  "GFP_USER",
					    "GFP_HIGHUSER",	    "GFP_HIGHUSER_MOVABLE", "GFP_DMA", "GFP_DMA32",
					    "GFP_KERNEL|__GFP_RECLAIMABLE", "GFP_KERNEL|__GFP_COMP", NULL };
	static const char *const mops[] = { "ok", "busy", "again", "none", NULL };

	if (!strcmp(key, "gfp"))
		offer_list(c, gfps, "");
	else if (!strcmp(key, "mops"))
		offer_list(c, mops, "");
	else if (!strcmp(key, "node"))
		offer_nodes(c);
}

static void offer_words(struct completer *c, const struct command *cmd, bool first_word)
{
	if (first_word && cmd->words)
		offer_list(c, cmd->words, "");
	offer_list(c, cmd->keys, "=");
	if (!strcmp(cmd->name, "free"))
		offer_held(c);
	else if (!strncmp(cmd->name, "online", 6) || !strcmp(cmd->name, "offline"))
		offer_blocks(c);
	else if (!strcmp(cmd->name, "plug") || !strcmp(cmd->name, "unplug") || !strcmp(cmd->name, "resize"))
		offer_dimms(c);
	else if (!strcmp(cmd->name, "help"))
		offer_commands(c);
}

/* Complete the last word of a line whose command is known. */
static void complete_argument(struct completer *c, const char *line, const char *word)
{
	const struct command *cmd;
	char name[48], key[48];
	const char *eq = strchr(word, '=');
	size_t n = strcspn(line, " ");

	if (n >= sizeof(name))
		return;
	memcpy(name, line, n);
	name[n] = '\0';
	cmd = command_find(name);
	if (!cmd)
		return;
	c->prefix = word;
	if (eq && (size_t)(eq - word) < sizeof(key)) {
		memcpy(key, word, (size_t)(eq - word));
		key[eq - word] = '\0';
		c->prefix = eq + 1;
		c->len = strlen(c->prefix);
		offer_value(c, key);
		return;
	}
	c->len = strlen(word);
	offer_words(c, cmd, (size_t)(word - line) <= n + 1);
}

int machine_complete(const struct machine *m, const char *line, struct text *out)
{
	struct completer c = { .m = m, .out = out };
	const char *word;

	line += strspn(line, " ");
	word = strrchr(line, ' ');
	if (!word) {
		c.prefix = line;
		c.len = strlen(line);
		offer_commands(&c);
	} else {
		complete_argument(&c, line, word + 1);
	}
	return c.nr;
}
