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
check 'a folder to save to is refused' says 1 'is a folder' "$MMVIEW" -x "save $dir" $ini
check 'a folder is no script' says 1 'cannot be read' "$MMVIEW" -f "$dir" $ini
check 'nor one to source' says 1 'cannot be read' "$MMVIEW" -x "source $dir" $ini
check 'nor a trace' says 1 'cannot be read' "$MMVIEW" -x "replay $dir" $ini
check 'a list onto a full disk is told' says 1 'does not take' sh -c "'$MMVIEW' --check $ini >/dev/full"
ln -s "$dir/session" "$dir/link"
check 'a link can be saved through' says 0 'saved' "$MMVIEW" -x 'alloc as=x' -x "save $dir/link" $ini
check 'and stays a link' test -L "$dir/link"
check 'to the new session' grep -q 'alloc as=x' "$dir/session"
check 'a device is written, not replaced' says 0 'saved' "$MMVIEW" -x "save /dev/null" $ini
check 'and is still one' test -c /dev/null
piped() { "$MMVIEW" -x 'alloc as=y' -x 'save /dev/stdout' $ini | cat; }
check 'a session can go down a pipe' says 0 '^alloc as=y' piped
# Who was killed while saving, and had our number: its file is in nobody's way.
left_over() { bash -c 'echo half >"$2/again.new-$$"; exec "$0" -x "save $2/again" "$1"' "$MMVIEW" $ini "$dir"; }
check 'what a killed process left is no obstacle' says 0 'saved' left_over
check 'and is gone' test -z "$(find "$dir" -name 'again.new*')"
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
running() { pid=$(pgrep -P "$(tm display-message -p '#{pane_pid}')"); }
gone() { ! kill -0 "$pid" 2>/dev/null; }
start 100x30 --record="$dir/film.cast" $ini
wait_for 'quit' >/dev/null
keys Right Space
wait_for 'op [1-9]' >/dev/null
running
send_signal KILL
until_true gone
whole_frames() {
	python3 -c "import json,sys; lines=open(sys.argv[1]).read().split('\n'); assert lines.pop()=='' and len(lines)>2
head=json.loads(lines[0]); assert head['version']==2
for l in lines[1:]: t,o,s=json.loads(l); assert o=='o'" "$1"
}
check 'a recording killed in the middle holds whole frames' whole_frames "$dir/film.cast"
start 100x30 --record=/dev/full $ini
check 'a recording onto a full disk is refused with a message' wait_for '/dev/full'
program=$MMVIEW
MMVIEW="ulimit -f 80; $program" # blocks of 512 bytes: some frames
start 100x30 --record="$dir/full.cast" $ini
MMVIEW=$program
wait_for 'recording to' >/dev/null
keys Space
check 'a disk that fills up during a recording is told at once' wait_for 'could not be written any further'
keys Space q
check 'and again when the screen is left' wait_for 'mmview: the recording could not be written'
check 'with a status that says so' wait_for 'status=1'
check 'the recording up to then plays' whole_frames "$dir/full.cast"

# Killed at any moment while it saves again and again: a file that is there is a whole one.
for i in 1 2 3 4 5 6 7 8; do printf 'run random ops=50 seed=%d\nsave %s\n' $i "$dir/kept"; done >"$dir/saving.script"
yes "save $dir/kept" | head -5000 >>"$dir/saving.script"
whole_session() { tail -n 1 "$dir/kept" | grep -q . && "$MMVIEW" -x "source $dir/kept" -x verify $ini; }
for round in 1 2 3; do
	rm -f "$dir/kept"
	"$MMVIEW" -f "$dir/saving.script" $ini >/dev/null 2>&1 &
	until_true test -s "$dir/kept"
	kill -KILL $!
	wait $! 2>/dev/null
	check "a session file is whole after SIGKILL, round $round" whole_session
done
rm -f "$dir"/kept.new-*
start 100x30 $ini
wait_for 'quit' >/dev/null
running
tm kill-server
check 'a closed terminal ends it' until_true gone

# --- a system that is only looked at, and that goes away -----------------------------------------------
"$MMVIEW" -x 'run random ops=1000 seed=1' -x "export $dir/looked" $ini >/dev/null
state_of() { find "$1" -mindepth 1 -printf '%p %s %m %i %T@ %C@\n' | sort; }
before=$(state_of "$dir/looked")
check 'an exported system is imported' says 0 ok "$MMVIEW" --import "$dir/looked" -x verify
unchanged() { [ "$before" = "$(state_of "$dir/looked")" ]; }
check 'and no file of it has changed' unchanged
chmod -R a-w "$dir/looked"
before=$(state_of "$dir/looked")
if [ "$(id -u)" = 0 ]; then
	check 'a folder that nobody may write to is imported by nobody' says 0 ok as_user "$MMVIEW" --import "$dir/looked" -x verify
fi
start 100x30 --live -d 100 "$dir/looked"
check 'it is watched' wait_for 'live: every'
mv "$dir/looked" "$dir/elsewhere"
check 'a system that vanishes is told' wait_for 'is not there any more'
mv "$dir/elsewhere" "$dir/looked"
check 'and seen again when it is back' wait_for 'live: every'
keys a f
keys q
check 'watching ends' wait_for 'status=0'
check 'and has changed no file' unchanged
chmod -R u+w "$dir/looked"

# --- control characters -----------------------------------------------------------------------------
# Neither ESC nor what terminals take for it, U+0080 to U+009F, nor half a character.
no_escape() { ! grep -q "$esc" "$1" && ! LC_ALL=C grep -qP '\xc2[\x80-\x9f]' "$1" && iconv -f UTF-8 "$1"; }
quiet() { "$@" >"$dir/said" 2>&1 </dev/null; no_escape "$dir/said"; }
printf '[machine]\nname = a\033]0;owned\007b\ntitle = t\033[2J\n[firmware]\nram = 0x0-0xffffff x\033[31my\n[node 0]\nmemory = 0x0-0xffffff\n[\033[5m]\nk\033[1m = v\033[0m\n' >"$dir/evil.ini"
check 'a machine file with control characters sends none' quiet "$MMVIEW" -x 'show iomem' -x 'show dmesg' "$dir/evil.ini"
printf 'Linux version 6.12.0 \033[31m(x)\nCommand line: console=\033[2Jx \033]0;t\007\nBIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\033[1m\nBIOS-e820: [mem 0x0000000000100000-0x000000001fffffff] usable\nBIOS-e820: [mem 0x00000000fffc0000-0x00000000ffffffff] rese\033[5mrved\n' >"$dir/evil.log"
check 'nor does a boot log' quiet "$MMVIEW" --import "$dir/evil.log" -x 'show cmdline' -x 'show dmesg' -x 'show iomem'
mkdir -p "$dir/root/proc"
printf '00000000-0009ffff : System\033[31m RAM\n00100000-1fffffff : System RAM\n  01000000-01ffffff : Kernel\033[2J code\n' >"$dir/root/proc/iomem"
check 'nor do files of a system' quiet "$MMVIEW" --import "$dir/root" -x 'show iomem' -x 'show dmesg'
check 'nor does a path' quiet "$MMVIEW" -x verify "$dir/x${esc}[2Jy.ini"
c1=$(printf '\302\233')
printf '[machine]\nname = a%s2Jb\ntitle = \233\377\n[firmware]\nram = 0x0-0xffffff\n[node 0]\nmemory = 0x0-0xffffff\n' "$c1" >"$dir/c1.ini"
check 'the second set of control characters is none either' quiet "$MMVIEW" -x 'show dmesg' -x 'show cmdline' "$dir/c1.ini"
sed "s/console/${c1}2J/; s/usable/usable$c1/" "$dir/evil.log" >"$dir/c1.log"
check 'nor in a boot log' quiet "$MMVIEW" --import "$dir/c1.log" -x 'show cmdline' -x 'show dmesg' -x 'show iomem'
check 'a command with one is refused' says 1 'control character' "$MMVIEW" -x "alloc as=a${c1}2Jb" $ini
check 'an unknown option is not shown as it is' quiet "$MMVIEW" "--x${esc}[2J"
cp $ini "$dir/y${esc}[2J.ini"
check 'nor the name of a file that is well' quiet "$MMVIEW" --check "$dir/y${esc}[2J.ini"
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
