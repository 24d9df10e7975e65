#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Golden screens of a real terminal: colour depths, locales, resizing;
# the other screens are in tests/test_ui_screens.c. What is shown, text and
# attributes, is compared with files in tests/e2e/screens/ (look at one with
# `cat`). After a change that is meant:
#
#   REGOLD=1 tests/e2e/long_screens.sh      writes them anew; read the diff
#   REGOLD=missing ...                      writes those that are not there
. "$(dirname "$0")/lib.sh"
here=$(dirname "$0")/screens

# What the terminal shows, with SGR attributes; the shell's own lines never appear.
# A busy machine may not have drawn the answer to a key yet, and a screen at rest
# does not tell: only the expected screen ends the waiting, or ten seconds.
expect_screen() {
	got=$(mktemp)
	i=0
	[ -n "$REGOLD" ] && sleep 1 && settle
	tm capture-pane -e -p >"$got"
	if [ -n "$REGOLD" ] && { [ "$REGOLD" != missing ] || [ ! -f "$here/$1.ans" ]; }; then
		cp "$got" "$here/$1.ans"
	fi
	while [ "$i" -lt 100 ] && ! cmp -s "$here/$1.ans" "$got"; do
		sleep 0.1
		tm capture-pane -e -p >"$got"
		i=$((i + 1))
	done
	count=$((count + 1))
	if cmp -s "$here/$1.ans" "$got"; then
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

# --- what only a terminal can show: the prompt, sizes that change while it runs ---
begin 80x24 $article
type_text ':al'
keys Tab
expect_screen tty-prompt-80x24
keys Escape
resize 120x40
expect_screen tty-resized-120x40
resize 40x10
expect_screen tty-too-small-40x10
resize 80x24
expect_screen tty-resized-back-80x24
keys q
check 'the terminal is given back' terminal_is_sane

# --- colours and locales ------------------------------------------------------
for c in 256 16 8 never; do
	begin 80x24 --color=$c $article
	expect_screen "tty-color-$c-80x24"
	keys q
done
begin 80x24 --palette=light --color=256 $article
expect_screen tty-light-256-80x24
keys q
env_run 'NO_COLOR=1' 80x24 $article
expect_screen tty-no-color-80x24
keys q
env_run 'LC_ALL=C' 80x24 $article
expect_screen tty-ascii-locale-80x24
keys q
begin 80x24 --ascii $article
expect_screen tty-ascii-80x24
keys q
env_run 'TERM=vt100 COLORTERM=' 80x24 $article
expect_screen tty-vt100-80x24
keys q
