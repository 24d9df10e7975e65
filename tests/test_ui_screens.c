/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Golden screens: the real program in a pseudo terminal, a script of keys, and
 * what is on the screen after each, text with colours, compared with the files
 * in tests/e2e/screens/ (look at one with `cat`). The screen is taken with the
 * program's own `:shot FILE.ans`. After a change that is meant:
 *
 *    REGOLD=1 build/tests/test_ui_screens      writes them anew; read the diff
 *    build/tests/test_ui_screens '*_log'        only the script "log"
 *    REGOLD=missing ...                        writes those that are not there
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/types.h"
#include "pty_session.h"

#define GOLDEN "tests/e2e/screens/"
#define MAX_STEPS 24
#define TRIES 5
#define A "ini/article-arm64.ini"
#define ESC "\033"
/* What a terminal sends for the mouse at column and row, from 1. */
#define MOUSE(what, at, end) ESC "[<" what ";" at end
#define CLICK(at)  MOUSE("0", at, "M") MOUSE("0", at, "m")
#define MOVE(at)   MOUSE("35", at, "M")
#define WHEEL(at)  MOUSE("64", at, "M")
#define UNWHEEL(at) MOUSE("65", at, "M")
#define DRAG(from, to) MOUSE("0", from, "M") MOUSE("32", from, "M") MOUSE("32", to, "M") MOUSE("0", to, "m")

/* Keys, then the name of the screen that they must give. "WxH" in front of the keys resizes. */
struct step {
	const char *keys, *name;
};
struct script {
	const char *name;
	int w, h;
	const char *args[6];
	struct step step[MAX_STEPS];
};

static const struct script scripts[] = {
	{ "views", 80, 24, { A }, {
		{ "", "map" }, { "aa", "map-allocated" }, { "ota", "map-order-and-type" }, { "L", "legend" },
		{ "L2", "buddy" }, { "jj", "buddy-scrolled" }, { "3", "zones" }, { "4j", "blocks" },
		{ "\r", "map-from-block" }, { "5", "page" }, { "6", "slab" }, { "7", "owners" }, { "8", "boot" },
		{ "G", "boot-end" }, { "9", "log" }, { "?", "help" }, { ESC "[6~", "help-more" }, { ESC, "map-again" },
	} },
	{ "map", 80, 24, { A }, {
		{ "+++", "zoom" }, { "lljvllj", "select" }, { ESC ESC "H", "curve" }, { "HM", "lens" },
		{ "M/0x48000000\r", "find" }, { ":zoom page\r", "pages" }, { ESC "B", "bands" }, { "y", "no-letters" },
		{ "yG", "last-page" }, { ")", "block-on" }, { "(", "block-back" }, { "g", "first-page" },
	} },
	{ "time", 80, 24, { A }, {
		{ "a:bookmark first\r:run random ops=300\r", "time-run" }, { ":bookmark second\rcr", "timeline" },
		{ ESC "[5~" ESC "[5~", "timeline-past" }, { ";", "timeline-bookmark" }, { "r0", "time-view" },
		{ ESC "[5~", "time-view-past" }, { "1:back until free(order=3)>0\r", "time-back" },
	} },
	{ "time-large", 160, 50, { A }, { { "a:run random ops=300\r0", "time-view-160x50" } } },
	{ "steps", 80, 24, { A }, {
		{ "oooa", "steps-allocated" }, { "s", "steps-first" }, { ".", "steps-split" }, { "s'f", "steps-freed" },
		{ "s.", "steps-merge" }, { "s:run random ops=3000\r", "steps-run" }, { "cs.......", "steps-compact" },
	} },
	{ "causes", 80, 24, { "ini/pc-512m.ini" }, {
		{ ":alloc order=10 gfp=GFP_KERNEL count=95\r:order 10\rtttttaaaaaaaaaaaaaaaaaaaaaa", "causes-failed" },
		{ ESC "/pfn=0x4028\re", "causes-explained" },
	} },
	{ "log", 80, 24, { A }, {
		{ "aac9", "log-all" }, { "K", "log-alloc" }, { "/free\r", "log-word" }, { "/\rKK", "log-compaction" },
		{ "kkkk", "log-meaning" }, { ":log kernel node\r", "log-kernel" },
	} },
	{ "prompt", 80, 24, { A }, {
		{ ":alloc order=2\r", "alloc-typed" },
		{ ":show buddyinfo\r", "popup" }, { ESC ":nonsense\r", "error" }, { ":undo\r", "undo" }, { "\022", "redo" },
		{ ":bands zone node\r", "bands-two" }, { ":bands\r:lesson\r", "lessons" },
	} },
	{ "palettes", 80, 24, { A }, {
		{ "aT", "palette-light" }, { "T", "palette-contrast" }, { "T", "palette-deuteranopia" },
		{ "T", "palette-tritanopia" }, { "T", "palette-mono" },
		{ "TP", "presentation" },
	} },
	{ "medium", 120, 40, { A }, {
		{ "a", "map-120x40" }, { "2", "buddy-120x40" }, { "3", "zones-120x40" }, { "4", "blocks-120x40" },
		{ "5", "page-120x40" }, { "6", "slab-120x40" }, { "7", "owners-120x40" }, { "?", "help-120x40" },
		{ "1++", "zoom-120x40" }, { "P", "presentation-120x40" },
	} },
	{ "large", 200, 60, { A, "--palette=light" }, {
		{ "a", "map-200x60" }, { "2", "buddy-200x60" }, { "3", "zones-200x60" }, { "5", "page-200x60" },
		{ "1++", "zoom-200x60" }, { "?", "help-200x60" },
	} },
	{ "small", 60, 15, { A }, { { "", "map-60x15" }, { "2", "buddy-60x15" }, { "?", "help-60x15" } } },
	{ "lesson", 80, 24, { "--lesson=fragmentation", "--lang=en" }, {
		{ "", "lesson-en" }, { "]]", "lesson-en-step3" }, { "[", "lesson-en-back" }, { ":lesson off\r", "lesson-off" },
	} },
	{ "lesson-zh", 120, 40, { "--lesson=firmware", "--lang=zh" }, { { "", "lesson-zh" }, { "]", "lesson-zh-step2" } } },
	{ "ascii", 80, 24, { A, "--ascii" }, { { "a", "ascii" }, { "2", "ascii-buddy" } } },
	{ "read-only", 80, 24, { A, "--read-only" }, { { "a", "read-only" } } },
	{ "two", 160, 44, { A, "ini/pc-512m.ini" }, { { "", "two-machines" }, { "aa2", "two-machines-buddy" } } },
	{ "pc-512m", 80, 24, { "ini/pc-512m.ini" }, { { "", "pc-512m" } } },
	{ "pc-6g", 120, 40, { "ini/pc-6g.ini" }, { { "", "pc-6g" } } },
	{ "server", 120, 40, { "ini/server-2node.ini" }, { { "", "server-2node" } } },
	{ "i386", 80, 24, { "ini/i386-highmem.ini" }, { { "", "i386-highmem" } } },
	{ "hotplug", 120, 40, { "ini/hotplug.ini" }, { { "", "hotplug" }, { "4G", "hotplug-blocks" }, { "x", "hotplug-online" } } },
	{ "colours", 120, 40, { A }, {
		{ ":proc spawn shop\r:proc touch shop anon=60M file=30M dirty=on\r:kmalloc size=200 count=3000\r", "colour-use" },
		{ ":color by order\r:\177", "colour-order" }, { ":color by owner\r:\177", "colour-owner" }, { ":color by lru\r:\177", "colour-lru" },
		{ "L", "colour-legend" }, { "L:color by use\r:filter anon,lru\r", "filter-lru" }, { "n", "filter-next" }, { ESC "7", "owners-map" },
		{ "\r", "owner-lit" },
	} },
	{ "objects", 80, 24, { A }, {
		{ ":kmalloc size=64 count=5\r6s", "slab-by-objects" }, { "e", "slab-nodes" }, { "essssss\r", "slab-open" }, { "ljl", "slab-object" },
		{ "\r", "slab-page" }, { ESC "[6~", "page-scrolled" }, { "i", "slab-again" }, { "m", "slab-lit" },
	} },
	{ "objects-wide", 120, 40, { A, "--palette=light" }, {
		{ ":cache create thing size=120 ctor=1\r:cache alloc thing count=50 as=x\r:cache free thing n=9\r:\177", "cache-made" },
		{ "6sssssss", "slab-sorted" }, { "jjjjj\r", "slab-open-120x40" },
		{ ESC "5:folio alloc order=3\r'l", "page-tail-120x40" },
	} },
	{ "page-wide", 200, 60, { A }, { { ":folio alloc order=4 as=mine\r'5l", "page-tail-200x60" } } },
	{ "culprit", 80, 24, { "ini/hotplug.ini" }, {
		{ "4jjjj", "block-in-the-way" }, { "x", "offline-fails" }, { ESC "4G", "block-offline" }, { "V", "block-movable" },
		{ "I\r", "plugged" },
	} },
	{ "film", 80, 24, { A }, {
		{ "8", "film-end" }, { ESC "[5~" ESC "[5~" ESC "[5~", "film-sparse" }, { "l", "film-step" }, { "\r", "film-log" },
		{ "\rg", "film-begin" },
	} },
	{ "film-wide", 200, 60, { A }, { { "8" ESC "[5~" ESC "[5~", "film-200x60" } } },
	{ "twins", 120, 40, { A, A }, {
		{ ":here set mobility=0\r:run random ops=6000 seed=1\r", "twins-120x40" }, { "Z", "twins-figures" }, { ESC "2", "twins-buddy" },
	} },
	{ "twins-small", 80, 24, { A, A }, {
		{ ":here set mobility=0\r:run random ops=6000 seed=1\r", "twins-80x24" }, { "2", "twins-buddy-80x24" }, { "z3", "twins-zones-80x24" },
	} },
	{ "axis", 80, 24, { "ini/hotplug.ini" }, {
		{ ":axis linear\r", "axis-linear" }, { ":axis nodes\r", "axis-nodes" }, { ":bands zone block\r", "bands-ordered" },
	} },
	{ "mouse", 80, 24, { A }, {
		{ CLICK("31;14"), "mouse-click" }, { WHEEL("31;14") WHEEL("31;14"), "mouse-wheel" }, { UNWHEEL("31;14"), "mouse-wheel-back" },
		{ ESC DRAG("20;13", "40;15"), "mouse-select" }, { ESC DRAG("20;5", "30;5"), "mouse-bands" },
		{ ESC MOVE("60;13"), "tooltip" }, { MOVE("72;19"), "tooltip-corner" }, { MOVE("60;7"), "tooltip-band" },
		{ MOVE("14;24") CLICK("14;24"), "mouse-hint" }, { MOVE("63;1") CLICK("63;1"), "mouse-tab" },
	} },
	{ "menu", 80, 24, { A }, {
		{ "m", "menu" }, { "llj", "menu-time" }, { "h" MOVE("20;6"), "menu-mouse" }, { CLICK("20;6"), "menu-done" },
		{ "d", "menu-lessons" }, { ESC "m" CLICK("72;1"), "menu-commands" }, { UNWHEEL("40;10") UNWHEEL("40;10") UNWHEEL("40;10"), "menu-wheel" },
		{ "\r\025show buddyinfo\r", "menu-command" }, { CLICK("76;9"), "popup-closed" },
	} },
	{ "fragment", 80, 24, { A }, {
		{ "W", "menu-workloads" }, { ESC ":run fragment ops=1100\r:order 9\rtttttaa", "fragment-fails" },
	} },
	{ "menu-wide", 120, 40, { A }, { { "4mll", "menu-120x40" } } },
	{ "scale", 120, 40, { "ini/scale-4p.ini" }, { { "", "scale-4p" }, { "++++++", "scale-4p-zoom" } } },
};

static char *slurp(const char *path, size_t *n)
{
	FILE *f = fopen(path, "r");
	char *buf;

	*n = 0;
	if (!f)
		return NULL;
	buf = malloc(1 << 20);
	if (buf)
		*n = fread(buf, 1, 1 << 20, f);
	fclose(f);
	return buf;
}

#define FLASH_MS 480 /* so long the program marks what a command did, and a little more */

/* Let the flash of what @keys did fade, then have the screen saved to @path, which appears whole. */
static bool take(struct pty_session *s, const char *keys, const char *path)
{
	long long end = pty_clock_ms() + PTY_LAST_RESORT_MS;
	char line[256];

	unlink(path);
	pty_settle(s);
	if (strpbrk(keys, "afux]\r\022"))
		pty_read(s, FLASH_MS);
	snprintf(line, sizeof(line), ":shot %s\r", path);
	pty_type(s, line);
	while (access(path, R_OK) && pty_clock_ms() < end)
		pty_read(s, 5);
	pty_settle(s);
	return !access(path, R_OK);
}

/* Report the first line that differs. */
static void tell_difference(const char *name, const char *golden, size_t n, const char *got, size_t m)
{
	size_t at = 0, line = 1;

	while (golden && at < n && at < m && golden[at] == got[at])
		line += golden[at++] == '\n';
	print_message("# %s: differs from line %zu on\n", name, line);
}

static bool compare(const char *name, const char *shot, bool last)
{
	char path[256];
	size_t n, m;
	char *golden, *got = slurp(shot, &m);
	bool ok;

	snprintf(path, sizeof(path), GOLDEN "%s.ans", name);
	if (getenv("REGOLD") && (strcmp(getenv("REGOLD"), "missing") || access(path, R_OK))) {
		FILE *f = fopen(path, "w");

		assert_non_null(f);
		fwrite(got, 1, m, f);
		fclose(f);
	}
	golden = slurp(path, &n);
	ok = golden && n == m && !memcmp(golden, got, n);
	if (!ok && last)
		tell_difference(name, golden, n, got, m);
	free(golden);
	free(got);
	return ok;
}

/* On a busy computer a flash fades later: the screen is taken again until it is the recorded one. */
static bool becomes(struct pty_session *s, const struct step *step, const char *shot)
{
	const char *keys = step->keys;

	for (int left = TRIES - 1; left >= 0; left--, keys = "\r") {
		if (!take(s, keys, shot)) {
			print_message("# %s: no screen\n", step->name);
			return false;
		}
		if (compare(step->name, shot, !left))
			return true;
	}
	return false;
}

static void run_script(const struct script *sc)
{
	char shot[64];
	struct pty_session s;
	int bad = 0;

	snprintf(shot, sizeof(shot), "/tmp/mmview-screen-%d.ans", (int)getpid());
	pty_start(&s, sc->w, sc->h, sc->args);
	for (int i = 0; i < MAX_STEPS && sc->step[i].name; i++) {
		pty_type(&s, sc->step[i].keys);
		bad += !becomes(&s, &sc->step[i], shot);
	}
	unlink(shot);
	pty_quit(&s, ESC "q");
	assert_int_equal(bad, 0);
}

static void test_screens_are_as_recorded(void **state) { run_script(*state); }

int main(int argc, char **argv)
{
	struct CMUnitTest tests[ARRAY_SIZE(scripts)];
	static char names[ARRAY_SIZE(scripts)][64];

	signal(SIGPIPE, SIG_IGN);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
		snprintf(names[i], sizeof(names[i]), "test_screens_%s", scripts[i].name);
		tests[i] = (struct CMUnitTest){ names[i], test_screens_are_as_recorded, pty_skip_without_program, NULL,
						(void *)&scripts[i] };
	}
	return _cmocka_run_group_tests("ui_screens", tests, ARRAY_SIZE(tests), NULL, NULL);
}
