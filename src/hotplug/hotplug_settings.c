/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings of memory hotplug, by the names that sysfs gives them:
 * /sys/devices/system/memory/auto_online_blocks and
 * /sys/module/memory_hotplug/parameters/.
 *
 * Models: drivers/base/memory.c, mm/memory_hotplug.c module parameters (6.12).
 */
#include <string.h>

#include "hotplug/memory_hotplug.h"

static const char *const keys[] = {
	"auto_online_blocks",      "online_policy",    "auto_movable_ratio",
	"auto_movable_numa_aware", "memmap_on_memory", NULL,
};

static const char *const policy_name[] = {
	[ONLINE_POLICY_CONTIG_ZONES] = "contig-zones",
	[ONLINE_POLICY_AUTO_MOVABLE] = "auto-movable",
};

static const char *const memmap_mode_name[] = {
	[MEMMAP_ON_MEMORY_DISABLE] = "N",
	[MEMMAP_ON_MEMORY_ENABLE] = "Y",
	[MEMMAP_ON_MEMORY_FORCE] = "force",
};

const char *const *hotplug_keys(void) { return keys; }

static int set_auto_online(struct hotplug_state *hp, const char *value, struct mm_error *err)
{
	int type = mhp_online_type_from_str(value);

	if (type < 0)
		return mm_fail(err, -EINVAL,
			       "auto_online_blocks=%s: give offline, online, online_kernel or online_movable",
			       value);
	hp->default_online_type = (enum mmop)type;
	return 0;
}

static int set_policy(struct hotplug_state *hp, const char *value, struct mm_error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(policy_name); i++) {
		if (strcmp(value, policy_name[i]))
			continue;
		hp->online_policy = (enum online_policy)i;
		return 0;
	}
	return mm_fail(err, -EINVAL, "online_policy=%s: give contig-zones or auto-movable", value);
}

static int set_ratio(struct hotplug_state *hp, const char *value, struct mm_error *err)
{
	u64 v;

	if (parse_size(value, &v, NULL) || v > UINT32_MAX)
		return mm_fail(err, -EINVAL, "auto_movable_ratio=%s: give a percentage from 0 to %u", value,
			       UINT32_MAX);
	hp->auto_movable_ratio = (u32)v;
	return 0;
}

static int set_numa_aware(struct hotplug_state *hp, const char *value, struct mm_error *err)
{
	if (strlen(value) != 1 || !strchr("YyNn10", *value))
		return mm_fail(err, -EINVAL, "auto_movable_numa_aware=%s: give Y or N", value);
	hp->auto_movable_numa_aware = strchr("Yy1", *value) != NULL;
	return 0;
}

int hotplug_set(struct system *sys, const char *key, const char *value, struct mm_error *err)
{
	struct hotplug_state *hp = sys->hotplug;
	size_t i = 0;

	while (keys[i] && strcmp(keys[i], key))
		i++;
	if (!keys[i])
		return -ENOENT;
	if (!hp)
		return mm_fail(err, -EAGAIN, "%s: the machine has not booted far enough; run 'boot' first",
			       key);
	switch (i) {
	case 0:
		return set_auto_online(hp, value, err);
	case 1:
		return set_policy(hp, value, err);
	case 2:
		return set_ratio(hp, value, err);
	case 3:
		return set_numa_aware(hp, value, err);
	default:
		return mm_fail(err, -EACCES,
			       "memmap_on_memory is read-only once booted; put "
			       "memory_hotplug.memmap_on_memory=1 on the kernel command line");
	}
}

int hotplug_get(const struct system *sys, const char *key, struct text *out)
{
	const struct hotplug_state *hp = sys->hotplug;

	if (!hp)
		return -EAGAIN;
	if (!strcmp(key, keys[0]))
		text_puts(out, mhp_online_type_name(hp->default_online_type));
	else if (!strcmp(key, keys[1]))
		text_puts(out, policy_name[hp->online_policy]);
	else if (!strcmp(key, keys[2]))
		text_printf(out, "%u", hp->auto_movable_ratio);
	else if (!strcmp(key, keys[3]))
		text_puts(out, hp->auto_movable_numa_aware ? "Y" : "N");
	else if (!strcmp(key, keys[4]))
		text_puts(out, memmap_mode_name[hp->memmap_mode]);
	else
		return -ENOENT;
	return 0;
}
