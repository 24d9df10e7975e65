#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Golden screens: what is shown, text and attributes, compared with files in
# tests/e2e/screens/ (look at one with `cat`). After a change that is meant:
#
#   REGOLD=1 tests/e2e/test_screens.sh      writes them anew; read the diff
. "$(dirname "$0")/lib.sh"
here=$(dirname "$0")/screens

# What the terminal shows, with SGR attributes; the shell's own lines never appear.
expect_screen() {
	settle
	got=$(mktemp)
	tm capture-pane -e -p >"$got"
	if [ -n "$REGOLD" ]; then
		cp "$got" "$here/$1.ans"
	fi
	count=$((count + 1))
	if diff -q "$here/$1.ans" "$got" >/dev/null 2>&1; then
		echo "ok $count - screen $1"
	else
		failures=$((failures + 1))
		echo "not ok $count - screen $1"
		diff "$here/$1.ans" "$got" | head -12 | cat -v | sed 's/^/# /'
	fi
	rm -f "$got"
}

begin() {
	start "$@"
	check "starts: $*" wait_for 'quit'
	settle
}

# The shell's command line that starts mmview; environment in front of it.
env_run() {
	prefix=$1
	shift
	old=$MMVIEW
	MMVIEW="$prefix $MMVIEW"
	begin "$@"
	MMVIEW=$old
}

article=ini/article-arm64.ini

# --- every view at 80x24 ------------------------------------------------------
begin 80x24 $article
expect_screen map-80x24
keys a a
expect_screen map-80x24-allocated
keys o t
type_text a
expect_screen map-80x24-order-and-type
keys L
expect_screen legend-80x24
keys L 2
expect_screen buddy-80x24
keys Down Down
expect_screen buddy-80x24-scrolled
keys 3
expect_screen zones-80x24
keys 4 Down
expect_screen blocks-80x24
keys Enter
expect_screen map-80x24-from-block
keys 5
expect_screen page-80x24
keys 6
expect_screen slab-80x24
keys 7
expect_screen owners-80x24
keys 8
expect_screen boot-80x24
keys G
expect_screen boot-80x24-end
keys 9
expect_screen log-80x24
keys '?'
expect_screen help-80x24
keys PageDown
expect_screen help-80x24-more
keys Escape

# --- zoom, selection, curve, lens -----------------------------------------------
keys + + +
expect_screen zoom-80x24
keys Right Right Down v Right Right Down
expect_screen select-80x24
keys Escape Escape H
expect_screen curve-80x24
keys H M
expect_screen lens-80x24
keys M
type_text /0x48000000
keys Enter
expect_screen find-80x24
type_text ':zoom page'
keys Enter
expect_screen pages-80x24

# --- prompt -----------------------------------------------------------------------
keys Escape
type_text ':al'
keys Tab
expect_screen prompt-80x24
keys Escape
type_text ':show buddyinfo'
keys Enter
expect_screen popup-80x24
keys Escape
type_text ':nonsense'
keys Enter
expect_screen error-80x24
type_text ':undo'
keys Enter
expect_screen undo-80x24

# --- palettes -----------------------------------------------------------------------
for p in light contrast safe mono dark; do
	type_text ":palette $p"
	keys Enter
	expect_screen "palette-$p-80x24"
done
keys P
expect_screen presentation-80x24
keys P

# --- sizes: resized while it runs --------------------------------------------------
resize 60x15
expect_screen map-60x15
resize 40x10
expect_screen too-small-40x10
resize 100x30
expect_screen map-100x30
resize 120x40
expect_screen map-120x40
for v in 2 3 4 5 7; do
	keys $v
	expect_screen "view$v-120x40"
done
keys 1
resize 200x60
expect_screen map-200x60
keys 2
expect_screen buddy-200x60
keys '?'
expect_screen help-200x60
keys Escape
resize 80x24
keys q
check 'the terminal is given back' terminal_is_sane

# --- colours, locales, languages ------------------------------------------------------
for c in 256 16 8 never; do
	begin 80x24 --color=$c $article
	expect_screen "color-$c-80x24"
	keys q
done
begin 80x24 --palette=light --color=256 $article
expect_screen light-256-80x24
keys q
env_run 'NO_COLOR=1' 80x24 $article
expect_screen no-color-80x24
keys q
env_run 'LC_ALL=C' 80x24 $article
expect_screen ascii-locale-80x24
keys q
begin 80x24 --ascii $article
expect_screen ascii-80x24
keys q
env_run 'TERM=vt100 COLORTERM=' 80x24 $article
expect_screen vt100-80x24
keys q
begin 80x24 --lesson=fragmentation --lang=en
expect_screen lesson-en-80x24
keys ] ]
expect_screen lesson-en-step3-80x24
keys q
begin 120x40 --lesson=firmware --lang=zh
expect_screen lesson-zh-120x40
keys ] [
expect_screen lesson-zh-back-120x40
keys q

# --- other machines --------------------------------------------------------------------
for m in pc-512m pc-6g server-2node i386-highmem hotplug scale-4p; do
	begin 80x24 ini/$m.ini
	expect_screen "$m-80x24"
	keys q
done
begin 160x44 $article ini/pc-512m.ini
expect_screen two-machines-160x44
keys a a 2
expect_screen two-machines-buddy-160x44
keys q

# --- mouse -------------------------------------------------------------------------------
begin 80x24 $article
click 30 18
expect_screen click-80x24
wheel_up 30 18
expect_screen wheel-80x24
keys q
