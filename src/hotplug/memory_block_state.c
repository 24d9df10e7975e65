/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * echo STATE > memoryN/state: which changes there are.
 *
 * Models: drivers/base/memory.c state_store(), memory_subsys_online() and
 * memory_subsys_offline(); drivers/base/core.c device_online(), device_offline():
 * asking for the state a block is in already is -EINVAL.
 */
#include "hotplug/memory_hotplug.h"

/* The word was written before the state was looked at, and stays. */
static void remember_type(struct system *sys, const struct memory_block *b, enum mmop type)
{
	struct block_range attr = b->range;

	attr.online_type = (u8)type;
	memory_block_set(sys, b->nr, &attr);
}

int memory_block_store_state(struct system *sys, u64 nr, enum mmop type, struct mm_error *err)
{
	struct memory_block b;
	bool is_offline;

	if (memory_block_find(sys, nr, &b))
		return mm_fail(err, -ENOENT, "there is no memory%llu; `show blocks` lists what there is",
			       (unsigned long long)nr);
	is_offline = b.range.state == BLOCK_OFFLINE;
	if (!is_offline && type != MMOP_OFFLINE)
		remember_type(sys, &b, type);
	if (is_offline == (type == MMOP_OFFLINE))
		return mm_fail(err, -EINVAL, "memory%llu is %s already", (unsigned long long)nr,
			       is_offline ? "offline" : "online");
	if (type == MMOP_OFFLINE)
		return memory_block_offline(sys, &b, err);
	if (b.range.nr_hwpoison)
		return mm_fail(err, -EHWPOISON, "memory%llu has %u poisoned pages and stays offline",
			       (unsigned long long)nr, b.range.nr_hwpoison);
	if (memory_block_online(sys, &b, type))
		return mm_fail(err, -ENOMEM, "no free memory for what the kernel needs on node %d",
			       b.range.nid);
	return 0;
}

int memory_block_device_online(struct system *sys, u64 nr, struct mm_error *err)
{
	struct memory_block b;
	bool found = !memory_block_find(sys, nr, &b);

	return memory_block_store_state(sys, nr, found && b.range.online_type ? (enum mmop)b.range.online_type : MMOP_ONLINE,
					err);
}
