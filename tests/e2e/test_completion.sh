#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Tab in a real bash and a real zsh: options, their values, commands, what `show`
# shows, machines here and installed; in bash lessons.
# shellcheck disable=SC1091
. "$(dirname "$0")/lib.sh"
MMVIEW=$(realpath "$MMVIEW")
docs=$(dirname "$MMVIEW")/doc
mkdir -p "$dir/bin" "$dir/data" "$dir/zsh"
ln -s "$MMVIEW" "$dir/bin/mmview"
ln -s "$PWD/ini" "$dir/data/machines"
cp "$docs/_mmview" "$dir/zsh/"

check "bash reads its completion" bash -n "$docs/mmview.bash"

# An interactive shell whose prompt is "PROMPT> " and that finds our program.
shell() {
	tm kill-server
	starts=$((starts + 1))
	sock=$dir/tmux$starts
	tm new-session -d -x 100 -y 40 -e LC_ALL=C.UTF-8 -e PS1='PROMPT> ' -e MMVIEW_DATADIR="$dir/data" -e HOME="$dir" \
		-e PATH="$dir/bin:$PATH" "$@"
	wait_for 'PROMPT>'
}
# What is typed, Tab, and the line that must stand there then.
completes() {
	keys C-u C-l
	wait_gone "PROMPT> [a-z]" >/dev/null
	type_text "$1"
	wait_for "PROMPT> $1" || return 1
	keys Tab
	wait_for "PROMPT> $2"
}
try() {
	check "$1 completes an option" completes 'mmview --imp' 'mmview --import'
	check "$1 completes a colour" completes 'mmview --palette=deu' 'mmview --palette=deuteranopia'
	check "$1 completes a command" completes 'mmview -x soft' 'mmview -x soft_offline'
	check "$1 completes what is shown" completes "mmview -x 'show buddy" "mmview -x 'show buddyinfo"
	check "$1 completes a machine that is here" completes 'mmview ini/pc-6' 'mmview ini/pc-6g.ini'
	check "$1 completes an installed machine" completes 'mmview server-2' 'mmview server-2node.ini'
}

lesson() {
	PATH=$dir/bin:$PATH bash -c ". $docs/mmview.bash; COMP_WORDS=(mmview --lesson = 04); COMP_CWORD=3; _mmview
		echo \"\${COMPREPLY[0]}\"" | grep -qx 04-zone
}
check "bash completes a lesson" lesson
shell bash --norc --noprofile
type_text ". $docs/mmview.bash"
keys Enter
try bash
keys C-u C-d

if command -v zsh >/dev/null; then
	check "zsh reads its completion" zsh -n "$docs/_mmview"
	shell zsh -f
	type_text "fpath=($dir/zsh \$fpath); autoload -U compinit; compinit -u -d $dir/dump; print READY"
	keys Enter
	wait_for '^READY'
	try zsh
else
	count=$((count + 1))
	echo "ok $count - zsh # SKIP skip: zsh is not installed"
fi
