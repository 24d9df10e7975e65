#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a disk, a pipe, a terminal or a file's content can do to us: a message and
# an exit status, old files untouched, no control character on the terminal.
# shellcheck disable=SC1091
. "$(dirname "$0")/lib.sh"
MMVIEW=$(realpath "$MMVIEW")
ini=ini/pc-512m.ini
esc=$(printf '\033')

# Status and words of a run: says STATUS TEXT COMMAND... (its output stays in $dir/said).
says() {
	status=$1 text=$2
	shift 2
	"$@" >"$dir/said" 2>&1 </dev/null
	[ $? -eq "$status" ] && grep -q -- "$text" "$dir/said"
}
as_user() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }

# --- disks ----------------------------------------------------------------------------
full() { "$MMVIEW" -x 'show zoneinfo' $ini >/dev/full; }
check 'a full disk behind standard output is told' says 1 'does not take the results' full
echo old >"$dir/session"
# No file may grow; what is said goes through a pipe.
limited() { (ulimit -f 0; trap '' XFSZ; "$MMVIEW" -x "$1" $ini) 2>&1 | cat; return "${PIPESTATUS[0]}"; }
check 'a full disk: a session is not saved, and that is said' says 1 'cannot be written' limited "save $dir/session"
check 'and the old file is as it was' grep -qx old "$dir/session"
check 'and nothing is left beside it' test -z "$(find "$dir" -name 'session.new*')"
check 'a full disk: nothing is exported' says 1 "$dir/exported" limited "export $dir/exported"
check 'and no half of it is left' test ! -e "$dir/exported"
import_limited() {
	(ulimit -f 0; trap '' XFSZ; "$MMVIEW" --import tests/fuzz/bootlog/pc -o "$dir/session") 2>&1 | cat
	return "${PIPESTATUS[0]}"
}
check 'a full disk: an import is not written' says 2 'cannot be written' import_limited
check 'and the old file is as it was then too' grep -qx old "$dir/session"
mkdir "$dir/closed" && chmod 555 "$dir/closed"
chmod 711 "$dir"
if [ "$(id -u)" = 0 ]; then
	check 'a folder that may not be written to is named' says 1 "$dir/closed/s" as_user "$MMVIEW" -x "save $dir/closed/s" $ini
fi
check 'a folder that is not there is named' says 1 "$dir/none/s" "$MMVIEW" -x "save $dir/none/s" $ini
check 'a folder is no machine file' says 2 "$dir" "$MMVIEW" -x verify "$dir"
check 'a script that vanished is named' says 1 "$dir/gone" "$MMVIEW" -x "source $dir/gone" $ini

# --- pipes and signals ----------------------------------------------------------------------
yes 'show zoneinfo' | head -200 >"$dir/much.script"
early() { "$MMVIEW" -f "$dir/much.script" $ini | head -1 >/dev/null; return "${PIPESTATUS[0]}"; }
check 'a reader that leaves early ends it without a crash' says 1 'closed pipe' early
closed_output() { "$MMVIEW" -x verify $ini >&-; }
check 'a closed standard output is told' says 1 'does not take' closed_output
check 'closed standard input and error do no harm' sh -c "'$MMVIEW' -x verify $ini <&- 2>&- | grep -q ok"

# --- a terminal that goes away, a recording that is cut -------------------------------------------
start 100x30 --record="$dir/film.cast" $ini
wait_for 'quit' >/dev/null
keys Right Space
wait_for 'op [1-9]' >/dev/null
send_signal KILL
wait_for 'status=137' >/dev/null
whole_frames() {
	python3 -c "import json,sys; lines=open(sys.argv[1]).read().split('\n'); assert lines.pop()=='' and len(lines)>2
head=json.loads(lines[0]); assert head['version']==2
for l in lines[1:]: t,o,s=json.loads(l); assert o=='o'" "$1"
}
check 'a recording killed in the middle holds whole frames' whole_frames "$dir/film.cast"
start 100x30 --record=/dev/full $ini
check 'a recording onto a full disk is refused with a message' wait_for '/dev/full'
start 100x30 $ini
wait_for 'quit' >/dev/null
pid=$(pgrep -P "$(tm display-message -p '#{pane_pid}')")
tm kill-server
gone() { ! kill -0 "$pid" 2>/dev/null; }
check 'a closed terminal ends it' until_true gone

# --- control characters -----------------------------------------------------------------------------
no_escape() { ! grep -q "$esc" "$1"; }
quiet() { "$@" >"$dir/said" 2>&1 </dev/null; no_escape "$dir/said"; }
printf '[machine]\nname = a\033]0;owned\007b\ntitle = t\033[2J\n[firmware]\nram = 0x0-0xffffff x\033[31my\n[node 0]\nmemory = 0x0-0xffffff\n[\033[5m]\nk\033[1m = v\033[0m\n' >"$dir/evil.ini"
check 'a machine file with control characters sends none' quiet "$MMVIEW" -x 'show iomem' -x 'show dmesg' "$dir/evil.ini"
printf 'Linux version 6.12.0 \033[31m(x)\nCommand line: console=\033[2Jx \033]0;t\007\nBIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\033[1m\nBIOS-e820: [mem 0x0000000000100000-0x000000001fffffff] usable\nBIOS-e820: [mem 0x00000000fffc0000-0x00000000ffffffff] rese\033[5mrved\n' >"$dir/evil.log"
check 'nor does a boot log' quiet "$MMVIEW" --import "$dir/evil.log" -x 'show cmdline' -x 'show dmesg' -x 'show iomem'
mkdir -p "$dir/root/proc"
printf '00000000-0009ffff : System\033[31m RAM\n00100000-1fffffff : System RAM\n  01000000-01ffffff : Kernel\033[2J code\n' >"$dir/root/proc/iomem"
check 'nor do files of a system' quiet "$MMVIEW" --import "$dir/root" -x 'show iomem' -x 'show dmesg'
check 'nor does a path' quiet "$MMVIEW" -x verify "$dir/x${esc}[2Jy.ini"
check 'nor an option' quiet "$MMVIEW" --palette="a${esc}[2J"
check 'a command with a control character is refused' says 1 'control character' "$MMVIEW" -x "alloc as=a${esc}[2Jb" $ini
check 'nor is it shown' no_escape "$dir/said"
printf 'alloc as=a\033[2Jb\n' >"$dir/evil.script"
check 'a script with one is refused' says 1 'evil.script:1' "$MMVIEW" -f "$dir/evil.script" $ini
check 'and its text is not shown' no_escape "$dir/said"
printf '# tracer: nop\n x-1 [000] 1.0: mm_page_alloc: page=0 pfn=0x10\033[2J order=0 migratetype=0 gfp_flags=GFP_\033[1m\n' >"$dir/evil.trace"
check 'a trace shows none' quiet "$MMVIEW" -x "replay $dir/evil.trace" -x 'show events' $ini
start 100x30 "$dir/evil.ini"
wait_for 'unknown section' >/dev/null
untitled() { shows_not owned && [ "$(tm display-message -p '#{pane_title}')" != owned ]; }
check 'the terminal takes no title from it' untitled
