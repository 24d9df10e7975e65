#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The main job on a real terminal: open, move, zoom, allocate until the map
# changes, run a workload, resize, help, prompt, quit; and the terminal afterwards.
# shellcheck disable=SC1091
. "$(dirname "$0")/lib.sh"
ini=ini/article-arm64.ini

has() { wait_for "$1"; }
differs() { [ "$before" != "$(screen)" ]; }
changed() { until_true differs; }

start 120x40 "$ini"
check "the header names machine and size" wait_for 'article-arm64.*512 MiB'
for band in iomem memblock block section node zone; do
	check "band $band is there" has "^ *$band"
done
check "blocks carry their names" has 'memory8.*memory9.*memory10.*memory11'
check "zones carry their names" has 'DMA.*Movable.*DMA.*Movable'
check "the status line shows keys" has 'alloc.*free.*quit'

before=$(screen)
keys Right Right Down
settle
check "the cursor moves" changed
keys +
settle
check "zooming in halves the pages of a cell" has '1 cell = 64 pages'
keys Escape
settle
check "Esc shows the whole machine again" has '1 cell = 128 pages'

before=$(screen)
keys a a a a
settle
check "allocating is an event that is shown" has 'alloc.*order 3'
check "allocating changes the screen" changed
keys u u u u
settle
check "undo goes back to operation 0" has 'op 0'

keys Space
check "the workload runs" wait_for '▶'
wait_for 'op [1-9]' >/dev/null
keys Space
settle
check "and pauses with operations done" wait_for 'op [1-9]'
check "used pages appear on the map" has 'm'

type_text ':'
type_text 'verify'
keys Enter
check "the prompt runs commands" wait_for 'verify: ok'
keys Escape
type_text ':'
type_text 'nonsense'
keys Enter
check "an unknown command gets advice" wait_for "no command is called 'nonsense'"
keys Escape

keys '?'
check "help lists keys and commands" wait_for 'Allocate'
keys Escape
settle
check "help closes" has 'a alloc'

for n in 2 3 4 5 7 8 9 1; do
	keys "$n"
	settle
	check "view $n draws something" has '[a-zA-Z]'
done

resize 80x24
settle
check "80x24 keeps header, map and keys" has 'article-arm64'
check "80x24 has a status line" has 'alloc.*quit'
resize 40x10
check "too small a terminal is told so politely" wait_for '[0-9][0-9]*[x×][0-9]'
resize 200x60
settle
check "200x60 draws again" has 'memory8'
resize 120x40
settle

click 60 20
settle
check "a click moves the cursor" has 'Under the cursor'
wheel_up 60 20
settle
check "the wheel zooms" has '1 cell = 64 pages'

keys q
check "q ends with status 0" wait_for 'status=0'
check "the terminal is sane after q" terminal_is_sane

start 100x30 "$ini"
wait_for 'article-arm64' >/dev/null
send_signal TERM
check "SIGTERM ends it" wait_for 'status='
check "the terminal is sane after SIGTERM" terminal_is_sane

start 100x30 "$ini"
wait_for 'article-arm64' >/dev/null
send_signal SEGV
check "SIGSEGV ends it" wait_for 'status='
check "the terminal is sane after SIGSEGV" terminal_is_sane

start 100x30 /nonexistent.ini
check "a missing file is named with a remedy" wait_for 'nonexistent.ini'
check "and the status is 2" wait_for 'status=2'
