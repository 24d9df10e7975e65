#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The pictures of README, drawn by the running program: each line below is typed
# at it in a terminal of the given size, then `shot` writes what is on the screen.
#
#   tests/screenshots.sh FOLDER [NAME]
set -u
# shellcheck disable=SC1091
. "$(dirname "$0")/e2e/lib.sh"
trap 'tm kill-server; rm -rf "$dir"' EXIT
folder=$1
only=${2-}
mkdir -p "$folder"

# picture NAME COLSxROWS "OPTIONS MACHINE" LINE...   (a line "keys: K..." is keys, else a command)
picture() {
	local name=$1 size=$2 args=$3 line svg
	shift 3
	[ -z "$only" ] || [ "$only" = "$name" ] || return 0
	svg=$dir/$name.svg
	start "$size" "$args"
	settle
	for line in "$@"; do
		case $line in
		keys:*) read -ra k <<<"${line#keys:}"; keys "${k[@]}" ;;
		*) keys Escape; type_text ":$line"; keys Enter ;;
		esac
		settle
	done
	type_text ":shot $svg"
	keys Enter
	for _ in $(seq 50); do [ -s "$svg" ] && break; sleep 0.1; done
	keys q
	rsvg-convert "$svg" -o "$folder/$name.png"
	echo "$folder/$name.png"
}

article=ini/article-arm64.ini
busy="run random ops=3000 seed=1"
picture map-dark-120x40 120x40 "--palette=dark --lang=en $article" "$busy" "goto 0x49000000"
picture map-light-120x40 120x40 "--palette=light --lang=en $article" "$busy" "goto 0x49000000"
picture map-dark-80x24 80x24 "--palette=dark --lang=en $article" "$busy"
picture map-light-80x24 80x24 "--palette=light --lang=en $article" "$busy"
picture map-dark-200x60 200x60 "--palette=dark --lang=en $article" "$busy" "goto 0x49000000"
picture boot-120x40 120x40 "--palette=dark --lang=en $article" "view boot"
picture fresh-120x40 120x40 "--palette=dark --lang=en $article"
picture alloc-120x40 120x40 "--palette=dark --lang=en $article" "order 5" "keys: a a a" "keys: '" "keys: Enter Enter"
picture buddy-120x40 120x40 "--palette=dark --lang=en $article" "$busy" "view buddy"
picture zones-120x40 120x40 "--palette=dark --lang=en ini/server-2node.ini" "view zones"
picture blocks-120x40 120x40 "--palette=dark --lang=en ini/hotplug.ini" "view blocks"
picture page-120x40 120x40 "--palette=dark --lang=en $article" "alloc order=3 as=a" "keys: '" "view page"
picture slab-120x40 120x40 "--palette=dark --lang=en ini/pc-512m.ini" "view slab"
picture owners-120x40 120x40 "--palette=dark --lang=en $article" "$busy" "view owners"
picture log-120x40 120x40 "--palette=dark --lang=en $article" "$busy" "view log"
picture lesson-zh-120x40 120x40 "--palette=dark --lang=zh --lesson=zone" "keys: ]"
picture scale-200x60 200x60 "--palette=dark --lang=en ini/scale-4p.ini" "run random ops=2000 seed=1"
picture two-200x60 200x60 "--palette=light --lang=en $article ini/pc-512m.ini" "$busy"
