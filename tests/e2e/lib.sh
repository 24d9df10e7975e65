# SPDX-License-Identifier: GPL-2.0-or-later
# Driving the real program in a real terminal: a private tmux server per test
# script. Each check prints a TAP line.
#
#   start COLSxROWS ARG...   run mmview with ARGs      keys KEY...     tmux key names
#   type TEXT                literal text              screen          what is on it
#   wait_for TEXT            until the screen has it   check NAME CMD  one TAP line
#   until_true CMD           until it succeeds
MMVIEW=${MMVIEW:-build/mmview}
dir=$(mktemp -d)
sock=$dir/tmux0
starts=0
count=0
failures=0

tm() { tmux -u -S "$sock" -f /dev/null "$@" 2>/dev/null; }

finish() {
	tm kill-server
	rm -rf "$dir"
	echo "1..$count"
	[ "$failures" -eq 0 ]
}
trap 'finish; exit $failures' EXIT

# The program runs below a shell, so that the terminal can be looked at after its end.
start() {
	size=$1
	shift
	tm kill-server
	starts=$((starts + 1))
	sock=$dir/tmux$starts
	tm new-session -d -x "${size%x*}" -y "${size#*x}" -e LANG=C.UTF-8 -e LC_ALL=C.UTF-8 \
		-e COLORTERM=truecolor -e ENV= -e XDG_CONFIG_HOME=/dev/null sh
	tm set -g default-terminal tmux-256color >/dev/null
	tm set -g status off >/dev/null
	tm set -g escape-time 0 >/dev/null
	tm resize-window -x "${size%x*}" -y "${size#*x}" 2>/dev/null
	# dash takes no PS1 from the environment when root runs it.
	tm send-keys -l "PS1='PROMPT> '"
	tm send-keys Enter
	wait_for '^PROMPT>'
	tm send-keys -l "clear; $MMVIEW $*; echo status=\$?"
	tm send-keys Enter
}

keys() {
	for k in "$@"; do
		tm send-keys "$k"
		sleep 0.05
	done
}
type_text() { tm send-keys -l "$1"; }
screen() { tm capture-pane -p; }
resize() {
	tm resize-window -x "${1%x*}" -y "${1#*x}"
	sleep 0.3
}
# A click at column and row (from 1), as a terminal with SGR mouse sends it.
click() { tm send-keys -l "$(printf '\033[<0;%d;%dM\033[<0;%d;%dm' "$1" "$2" "$1" "$2")"; }
wheel_up() { tm send-keys -l "$(printf '\033[<64;%d;%dM' "$1" "$2")"; }

# Until a condition holds. A minute is a loaded computer's patience, not an expectation.
until_true() {
	i=0
	while [ "$i" -lt 600 ]; do
		"$@" && return 0
		sleep 0.1
		i=$((i + 1))
	done
	return 1
}
shows() { screen | grep -q -- "$1"; }
shows_line() { screen | grep -qx -- "$1"; }
shows_not() { ! shows "$1"; }
wait_for() { until_true shows "$1"; }
wait_gone() { until_true shows_not "$1"; }
# Until the screen stops changing.
settle() {
	last=
	i=0
	while [ "$i" -lt 40 ]; do
		now=$(screen)
		[ "$now" = "$last" ] && return 0
		last=$now
		sleep 0.15
		i=$((i + 1))
	done
}

# A signal to the program in the terminal.
send_signal() {
	pane=$(tm display-message -p '#{pane_pid}')
	pkill "-$1" -P "$pane"
}

check() {
	name=$1
	shift
	count=$((count + 1))
	if "$@" >/dev/null 2>&1; then
		echo "ok $count - $name"
	else
		failures=$((failures + 1))
		echo "not ok $count - $name"
		screen 2>/dev/null | sed 's/^/# /'
	fi
}
# The terminal is as it was: shell prompt, cursor shown, echo on, no mouse reports, main screen.
terminal_is_sane() {
	wait_for 'status=' || return 1
	[ "$(tm display-message -p '#{alternate_on} #{cursor_flag} #{mouse_any_flag}')" = "0 1 0" ] || return 1
	tm send-keys -l 'stty -a | grep -c " echo "'
	tm send-keys Enter
	until_true shows_line 1
}
