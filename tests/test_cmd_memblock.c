/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command `memblock` before and after the hand-over.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io/config.h"
#include "sim/machine.h"
#include "sim_fixture.h"

static struct machine *boot_upto(const char *ini, enum boot_stage upto)
{
	struct mm_error err = { 0 };
	struct desc *d = config_parse(ini, strlen(ini), "test.ini", &err);
	struct machine *m = d ? machine_create(d, upto, &err) : NULL;

	if (!m)
		fail_msg("%s", err.msg);
	return m;
}

static void must_say(struct machine *m, const char *line, const char *part)
{
	char *said = must(m, line);

	if (!strstr(said, part))
		fail_msg("'%s' says: %s\nexpected in it: %s", line, said, part);
	free(said);
}

/*
 *   memory [1M ............................ 64M)
 *                          [second][--first---)     top down
 *   [third)                                         then bottom up
 *
 * Expect the lists to change and to say who took what, and boot to go on with
 * what is left.
 */
static void test_memblock_command_changes_the_lists_before_the_hand_over(void **state)
{
	struct machine *m = boot_upto(tiny_ini, BOOT_MEMBLOCK);
	struct memblock *mb = &m->sys->memblock;
	phys_t top = memblock_end_of_DRAM(mb), reserved = memblock_reserved_size(mb);

	must_say(m, "memblock alloc size=1M as=first", "reserved in memblock, top down");
	must_say(m, "memblock alloc size=64K align=64K as=second", "top down");
	assert_string_equal(memblock_label_at(mb, top - 1), "first");
	assert_string_equal(memblock_label_at(mb, top - MiB - 1), "second");
	must_say(m, "memblock bottom_up", "");
	must_say(m, "memblock alloc size=4K min=0x400000 max=0x800000 as=third", "[0x400000-0x400fff] reserved");
	must_say(m, "memblock reserve base=0x500000 size=8K", "");
	must_say(m, "memblock free base=0x501000 size=4K", "");
	must_say(m, "memblock top_down", "");
	must_say(m, "memblock state", "every allocation until mem_init");
	assert_true(memblock_reserved_size(mb) == reserved + MiB + 64 * KiB + 8 * KiB);
	must_say(m, "boot", "");
	must_say(m, "show page 0x400", "reserved");
	must_say(m, "show page 0x500", "reserved");
	must_verify(m);
	machine_destroy(m);
}

/* After mem_init the same request is served by the slab allocator; the reserved list stays. */
static void test_memblock_command_is_served_by_the_slab_after_the_hand_over(void **state)
{
	struct machine *m = boot_upto(tiny_ini, BOOT_LATE);
	phys_t reserved = memblock_reserved_size(&m->sys->memblock);

	must_say(m, "memblock alloc size=200", "from the slab allocator: memory was handed over at mem_init");
	must_say(m, "memblock alloc size=64K", "from the slab allocator");
	must_say(m, "memblock state", "nobody");
	assert_true(memblock_reserved_size(&m->sys->memblock) == reserved);
	must_say(m, "memblock reserve base=0x2000000 size=4K", "the buddy allocator does not");
	must_verify(m);
	machine_destroy(m);
}

static void test_memblock_command_refuses_with_a_reason(void **state)
{
	struct machine *m = boot_upto(tiny_ini, BOOT_CMDLINE);

	must_fail(m, "memblock state", -EAGAIN);
	machine_destroy(m);
	m = boot_upto(tiny_ini, BOOT_MEMBLOCK);
	must_fail(m, "memblock", -EINVAL);
	must_fail(m, "memblock jump", -EINVAL);
	must_fail(m, "memblock alloc", -EINVAL);
	must_fail(m, "memblock alloc size=4K align=3", -EINVAL);
	must_fail(m, "memblock alloc size=1G", -ENOMEM);
	must_fail(m, "memblock alloc size=4K node=5 exact=1", -ENOMEM);
	must_fail(m, "memblock reserve base=0x1000", -EINVAL);
	must_fail(m, "memblock reserve base=0xfffffffffffff000 size=8K", -EINVAL);
	must_fail(m, "memblock free base=0x3000000 size=4K", -EINVAL);
	must_fail(m, "memblock alloc size=4K colour=red", -EINVAL);
	machine_destroy(m);
	m = boot_upto(tiny_ini, BOOT_MEM_INIT);
	must_fail(m, "memblock alloc size=4K", -EAGAIN);
	machine_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memblock_command_changes_the_lists_before_the_hand_over),
		cmocka_unit_test(test_memblock_command_is_served_by_the_slab_after_the_hand_over),
		cmocka_unit_test(test_memblock_command_refuses_with_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
