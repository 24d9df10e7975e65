/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hotplug commands, as scripts and the prompt use them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hotplug_fixture.h"
#include "sim/machine.h"
#include "sim_fixture.h"

static int setup(void **state)
{
	*state = boot_string(hot_ini);
	return 0;
}

static int teardown(void **state)
{
	must_verify(*state);
	machine_destroy(*state);
	return 0;
}

static void run(struct machine *m, const char *line) { free(must(m, line)); }

/* @line works and prints @want somewhere. */
static void prints(struct machine *m, const char *line, const char *want)
{
	char *out = must(m, line);

	if (!strstr(out, want))
		fail_msg("%s: no '%s' in:\n%s", line, want, out);
	free(out);
}

/* Expect single blocks to answer as sysfs does, ranges and sizes as chmem does. */
static void test_blocks_by_name_range_address_and_size(void **state)
{
	struct machine *m = *state;

	run(m, "add 0x100000000 1G node=0");
	prints(m, "online memory32", "Memory Block 32 (0x0000000100000000-0x0000000107ffffff) enabled");
	must_fail(m, "online memory32", -EINVAL);
	must_fail(m, "offline memory99", -ENOENT);
	prints(m, "online_movable 0x108000000-0x117ffffff", "Memory Block 34");
	prints(m, "online 32-35", "Memory Block 35");
	prints(m, "online 256M", "Memory Block 37");
	prints(m, "offline 128M", "Memory Block 37");
	must_fail(m, "online 0x100000000-0x100ffffff", -EINVAL);
	must_fail(m, "online 100M", -EINVAL);
	must_fail(m, "online nonsense", -EINVAL);
	must_fail(m, "online 200-300", -ENOENT);
	must_fail(m, "online 64G", -EBUSY);
}

/* Expect the article's command line to work as it stands. */
static void test_chmem(void **state)
{
	struct machine *m = *state;

	run(m, "add 0x3fc8000000 512M node=1 driver=virtio_mem");
	prints(m, "chmem -e 0x0000003fc8000000-0x0000003fcfffffff",
	       "Memory Block 2041 (0x0000003fc8000000-0x0000003fcfffffff) enabled");
	run(m, "chmem -v -e 0x0000003fc8000000-0x0000003fcfffffff");
	prints(m, "chmem -e -z Movable 128M", "Memory Block 2042");
	prints(m, "show blocks", "2042    1        Movable");
	prints(m, "chmem -d -b 2041-2042",
	       "Memory Block 2042 (0x0000003fd0000000-0x0000003fd7ffffff) disabled");
	must_fail(m, "chmem 128M", -EINVAL);
	must_fail(m, "chmem -x 128M", -EINVAL);
}

/* Expect add and remove to take the words of the manual, and to name what is wrong. */
static void test_add_and_remove(void **state)
{
	struct machine *m = *state;

	run(m, "add 0x100000000 256M node=1 driver=kmem");
	prints(m, "show iomem", "100000000-10fffffff : System RAM (kmem)");
	must_fail(m, "add 0x100000000 256M node=1", -EEXIST);
	must_fail(m, "add 0x110000000", -EINVAL);
	must_fail(m, "add 0x110000000 256M nid=1", -EINVAL);
	run(m, "remove memory33");
	prints(m, "show iomem", "100000000-107ffffff : System RAM (kmem)");
	run(m, "remove 0x100000000 128M");
	must_fail(m, "remove 0x100000000 128M", -ENOENT);
	prints(m, "add 0x100000000 128M node=0 memmap_on_memory", "memmap_on_memory is off");
}

/*
 * One kernel page keeps a block of ZONE_NORMAL; the same wish in ZONE_MOVABLE goes
 * elsewhere, and the block can go.
 */
static void test_lesson_one_kernel_page_holds_a_block(void **state)
{
	struct machine *m = *state;

	run(m, "add 0x100000000 256M node=0");
	run(m, "online_kernel memory32");
	run(m, "online_movable memory33");
	prints(m, "alloc order=0 gfp=GFP_KERNEL node=0 as=driver", "zone Normal");
	must_fail(m, "offline memory32", -EBUSY);
	prints(m, "show dmesg", "page dumped because: unmovable page");
	run(m, "offline memory33");
	run(m, "free driver");
	run(m, "offline memory32");
}

/* Expect the failed attempt to leave the blocks and all zone sizes as they were. */
static void test_failed_offline_changes_no_size(void **state)
{
	struct machine *m = *state;
	char *blocks, *zones, *after;

	run(m, "add 0x100000000 256M node=0");
	run(m, "online_kernel 32-33");
	run(m, "alloc order=3 gfp=GFP_KERNEL node=0 as=x");
	run(m, "set pcp=0");
	blocks = must(m, "show blocks");
	zones = must(m, "show buddyinfo");
	must_fail(m, "offline memory32", -EBUSY);
	after = must(m, "show blocks");
	assert_string_equal(after, blocks);
	free(after);
	after = must(m, "show buddyinfo");
	assert_string_equal(after, zones);
	free(after);
	free(blocks);
	free(zones);
}

/* Expect devices to be plugged by name, grown and shrunk, and to leave when they are empty. */
static void test_devices_by_name(void **state)
{
	struct machine *m = *state;

	run(m, "plug d0 0x100000000 256M node=0");
	must_fail(m, "plug d0", -EEXIST);
	must_fail(m, "resize d0 128M", -EINVAL);
	run(m, "unplug d0");
	run(m, "plug d0");
	run(m, "set auto_online_blocks=online_movable");
	run(m, "plug v0 0x140000000 512M node=1 driver=virtio_mem size=130M");
	prints(m, "show iomem", "140000000-15fffffff : v0");
	prints(m, "show iomem", "  140000000-14fffffff : System RAM (virtio_mem)");
	run(m, "resize v0 512M");
	run(m, "unplug v0");
	must_fail(m, "resize v0 3M", -EINVAL);
	must_fail(m, "unplug nothing", -ENOENT);
	must_fail(m, "plug w0 0x160000000 100M node=1", -EINVAL);
	must_fail(m, "plug w0 0x160000000 128M node=1 driver=dax", -EINVAL);
}

/* Expect groups to be made, listed and refused removal while they have blocks. */
static void test_groups(void **state)
{
	struct machine *m = *state;

	prints(m, "group static node=1 size=256M", "group 0");
	run(m, "add 0x100000000 256M group=0");
	prints(m, "group list", "group 0: static node 1 max 65536 pages, 2 blocks");
	must_fail(m, "group remove 0", -EBUSY);
	must_fail(m, "group dynamic node=0 size=3M", -EINVAL);
	must_fail(m, "group remove 7", -EINVAL);
	must_fail(m, "group frobnicate", -EINVAL);
}

/* Expect device memory to be listed with the place of its memmap. */
static void test_device_memory(void **state)
{
	struct machine *m = *state;

	run(m, "device add 0x100000000 256M node=0 type=fsdax altmap");
	run(m, "device add 0x140000000 64M node=1 type=devdax");
	prints(m, "device list",
	       "namespace0.0: 0x100000000-0x10fffffff node 0 fsdax, memmap on the device, data from "
	       "0x100600000");
	prints(m, "device list", "dax0.0: 0x140000000-0x143ffffff node 1 devdax, memmap from the buddy");
	must_fail(m, "device add 0x0 64M node=0 type=fsdax", -ENXIO);
	must_fail(m, "device add 0x180000000 64M type=ram", -EINVAL);
	run(m, "device remove 0x140000000");
	must_fail(m, "device remove 0x140000000", -ENOENT);
}

/* Expect undo to bring back blocks, zones and pages as they were before. */
static void test_undo_of_hotplug(void **state)
{
	struct machine *m = *state;
	u64 before;

	run(m, "add 0x100000000 256M node=0");
	run(m, "online_movable memory32");
	before = machine_hash(m);
	run(m, "offline memory32");
	run(m, "remove 0x100000000 256M");
	run(m, "undo");
	run(m, "undo");
	assert_true(machine_hash(m) == before);
	run(m, "offline memory32");
}

/* Expect soft_offline to take the address that sysfs takes. */
static void test_soft_offline(void **state)
{
	struct machine *m = *state;

	must_fail(m, "soft_offline 0x100000000", -ENXIO);
	must_fail(m, "soft_offline 0x1000000", -EIO);
	run(m, "add 0x100000000 128M node=0");
	must_fail(m, "soft_offline 0x100000000", -EIO);
	run(m, "online_movable memory32");
	run(m, "soft_offline 0x100000000");
	run(m, "hard_offline 0x100001000");
	prints(m, "show dmesg", "recovery action for free buddy page: Recovered");
}

#define CMD_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CMD_TEST(test_blocks_by_name_range_address_and_size),
		CMD_TEST(test_chmem),
		CMD_TEST(test_add_and_remove),
		CMD_TEST(test_lesson_one_kernel_page_holds_a_block),
		CMD_TEST(test_failed_offline_changes_no_size),
		CMD_TEST(test_devices_by_name),
		CMD_TEST(test_groups),
		CMD_TEST(test_device_memory),
		CMD_TEST(test_undo_of_hotplug),
		CMD_TEST(test_soft_offline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
