/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * set KEY=VALUE: sysctls by the kernel's names, policies that a class can switch
 * off to compare, and the hotplug settings of sysfs.
 */
#include "cmd/tables.h"

#include <string.h>

#include "alloc/page_alloc.h"
#include "alloc/swap.h"
#include "alloc/watermark.h"
#include "hotplug/memory_hotplug.h"
#include "sim/machine.h"

struct setting {
	const char *name;
	const char *help;
	s64 lo, hi;
	/* Store or (with @value NULL) read. 0 or -errno. */
	int (*io)(struct machine *m, const s64 *value, s64 *out);
};

#define VM_INT(field)                                                                \
	static int io_##field(struct machine *m, const s64 *value, s64 *out)         \
	{                                                                            \
		if (value)                                                           \
			m->sys->mm.vm.field = (__typeof__(m->sys->mm.vm.field))*value; \
		*out = (s64)m->sys->mm.vm.field;                                     \
		return 0;                                                            \
	}

VM_INT(watermark_boost_factor)
VM_INT(extfrag_threshold)
VM_INT(compaction_proactiveness)
VM_INT(compact_unevictable_allowed)
VM_INT(swappiness)
VM_INT(zone_reclaim_mode)
VM_INT(mobility)
VM_INT(nofragment)
VM_INT(boost_steal)

static int io_min_free_kbytes(struct machine *m, const s64 *value, s64 *out)
{
	struct mm *mm = &m->sys->mm;

	if (value) {
		mm->vm.user_min_free_kbytes = (int)*value;
		mm->vm.min_free_kbytes = (u64)*value;
		setup_per_zone_wmarks(mm);
	}
	*out = (s64)mm->vm.min_free_kbytes;
	return 0;
}

static int io_watermark_scale_factor(struct machine *m, const s64 *value, s64 *out)
{
	if (value) {
		m->sys->mm.vm.watermark_scale_factor = (int)*value;
		setup_per_zone_wmarks(&m->sys->mm);
	}
	*out = m->sys->mm.vm.watermark_scale_factor;
	return 0;
}

static int io_high_fraction(struct machine *m, const s64 *value, s64 *out)
{
	struct mm *mm = &m->sys->mm;

	if (value && *value && *value < 8)
		return -EINVAL;
	if (value) {
		mm->vm.percpu_pagelist_high_fraction = (int)*value;
		for_each_node(mm, n)
			for (int z = 0; z < MAX_NR_ZONES; z++)
				if (n->zones[z].present_pages)
					zone_set_pageset_high_and_batch(mm, &n->zones[z]);
	}
	*out = mm->vm.percpu_pagelist_high_fraction;
	return 0;
}

/* Switching the per-cpu lists off drains them first. */
static int io_pcp(struct machine *m, const s64 *value, s64 *out)
{
	struct mm *mm = &m->sys->mm;

	if (value) {
		mm->vm.pcp_enabled = *value;
		if (!*value)
			drain_all_pages(mm, NULL);
	}
	*out = mm->vm.pcp_enabled;
	return 0;
}

/* Bytes, as pages of whole swap slots. */
static int io_swap(struct machine *m, const s64 *value, s64 *out)
{
	struct mm *mm = &m->sys->mm;
	int rc = value ? swap_resize(mm, (u64)*value >> mm->arch->page_shift, NULL) : 0;

	*out = (s64)(mm->swap_total << mm->arch->page_shift);
	return rc;
}

static int io_cpu(struct machine *m, const s64 *value, s64 *out)
{
	if (value) {
		if (*value >= m->sys->mm.nr_cpus)
			return -EINVAL;
		m->sim->cpu = (int)*value;
	}
	*out = m->sim->cpu;
	return 0;
}

static const struct setting settings[] = {
	{ "min_free_kbytes", "memory that the min watermarks keep, KiB", 0, 1LL << 30, io_min_free_kbytes },
	{ "watermark_scale_factor", "distance of low and high from min, in 1/10000 of memory", 1, 3000,
	  io_watermark_scale_factor },
	{ "watermark_boost_factor", "how far a fallback raises the watermarks, in 1/10000 of high", 0, 1000000,
	  io_watermark_boost_factor },
	{ "percpu_pagelist_high_fraction", "share of a zone for per-cpu lists, 1/N (0: computed)", 0, 1000000,
	  io_high_fraction },
	{ "extfrag_threshold", "fragmentation index above which compaction is tried", 0, 1000, io_extfrag_threshold },
	{ "compaction_proactiveness", "how hard kcompactd works without being asked", 0, 100,
	  io_compaction_proactiveness },
	{ "compact_unevictable_allowed", "compaction may move unevictable pages", 0, 1,
	  io_compact_unevictable_allowed },
	{ "swappiness", "how much anonymous memory is preferred for reclaim", 0, 200, io_swappiness },
	{ "zone_reclaim_mode", "reclaim locally before going to another node", 0, 7, io_zone_reclaim_mode },
	{ "mobility", "group pageblocks by migratetype (off: as before Linux 2.6.24)", 0, 1, io_mobility },
	{ "nofragment", "avoid mixing pageblock types while other zones have memory (ALLOC_NOFRAGMENT)", 0, 1,
	  io_nofragment },
	{ "boost_steal", "a single stolen page raises the watermarks, too, as in Linux 5.0 (watermark_boost_factor)", 0, 1,
	  io_boost_steal },
	{ "pcp", "use per-cpu page lists", 0, 1, io_pcp },
	{ "swap", "size of the swap area, bytes (not below what is in use)", 0, 1LL << 60, io_swap },
	{ "cpu", "the cpu that commands run on", 0, MAX_CPUS, io_cpu },
};

static const struct setting *find_setting(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		if (!strcmp(settings[i].name, name))
			return &settings[i];
	return NULL;
}

static int parse_value(const char *s, s64 *out)
{
	u64 v;

	if (!strcmp(s, "on") || !strcmp(s, "off")) {
		*out = s[1] == 'n';
		return 0;
	}
	if (parse_size(s, &v, NULL) || v >> 62)
		return -EINVAL;
	*out = (s64)v;
	return 0;
}

static int set_one(struct machine *m, const char *key, const char *value, struct mm_error *err)
{
	const struct setting *s = find_setting(key);
	s64 v, now;
	int rc;

	if (!s) {
		rc = hotplug_set(m->sys, key, value, err);
		return rc == -ENOENT ? mm_fail(err, rc, "there is no setting '%s'; 'set' lists them", key) : rc;
	}
	if (parse_value(value, &v) || v < s->lo || v > s->hi || s->io(m, &v, &now))
		return mm_fail(err, -EINVAL, "%s=%s: give a value from %lld to %lld%s", key, value, (long long)s->lo,
			       (long long)s->hi, s->hi == 1 ? " (or off, on)" : "");
	return 0;
}

static void list_settings(struct machine *m, struct text *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		s64 v = 0;

		settings[i].io(m, NULL, &v);
		text_printf(out, "%s=%lld  # %s\n", settings[i].name, (long long)v, settings[i].help);
	}
	for (const char *const *k = hotplug_keys(); *k; k++) {
		text_printf(out, "%s=", *k);
		hotplug_get(m->sys, *k, out);
		text_puts(out, "\n");
	}
}

static int run_set(struct machine *m, const struct cmd_args *a, struct text *out, struct mm_error *err)
{
	int rc = 0;

	if (a->argc > 1)
		return mm_fail(err, -EINVAL, "write set KEY=VALUE; 'set' alone lists the settings");
	if (!a->nr_kv)
		list_settings(m, out);
	for (int i = 0; i < a->nr_kv && !rc; i++)
		rc = set_one(m, a->kv[i].key, a->kv[i].value, err);
	return rc;
}

static const struct command rows[] = {
	{ "set", "[KEY=VALUE]...", "change a sysctl, a policy or a hotplug setting; alone: list them", "Settings", 0, NULL,
	  NULL, run_set },
};

const struct command *cmd_set_table(int *nr)
{
	*nr = (int)ARRAY_SIZE(rows);
	return rows;
}
