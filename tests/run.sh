#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Run test programs (cmocka, speaking TAP) and test scripts (speaking TAP too),
# as many at a time as there are cpus, show what fails, and close with one line:
# N passed, N failed, N skipped.
#
#   tests/run.sh PROGRAM...        JOBS=1: one at a time; RUN=COMMAND starts programs
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# One program; its counts go to the results, its line to the screen.
run_one() {
	local t=$1 name out status start p f s sn
	name=$(basename "$t")
	out=$results/$name.out
	start=$(date +%s)
	# shellcheck disable=SC2086
	CMOCKA_MESSAGE_OUTPUT=TAP ${RUN-} "$t" >"$out" 2>&1
	status=$?
	p=$(grep -c '^ok ' "$out")
	f=$(grep -c '^not ok ' "$out")
	s=$(grep -c -i "^\(not \)\{0,1\}ok .*# skip" "$out")
	sn=$(grep -c -i '^not ok .*# skip' "$out")
	p=$((p - s + sn))
	f=$((f - sn))
	# A crash, a leak report or a missing plan is a failure too.
	if [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then f=1; fi
	if [ "$((p + f + s))" -eq 0 ]; then f=1; fi
	echo "$p $f $s" >"$results/$name.count"
	{
		printf '  %-28s %4d passed' "$name" "$p"
		[ "$s" -eq 0 ] || printf ', %d skipped' "$s"
		[ "$f" -eq 0 ] || printf ', %d FAILED (exit status %d)' "$f" "$status"
		printf '   %ds\n' "$(($(date +%s) - start))"
		[ "$s" -eq 0 ] || grep -i 'skip:' "$out" | sort -u | head -3 | sed 's/^/      /'
		[ "$f" -eq 0 ] || sed 's/^/      /' "$out" | grep -v '^      ok ' | tail -60
	} >"$results/$name.said"
	cat "$results/$name.said"
}
export -f run_one
export results

# The scripts first: they wait more than they compute.
scripts=() programs=()
for t in "$@"; do
	case $t in
	*.sh) scripts+=("$t") ;;
	*) programs+=("$t") ;;
	esac
done
printf '%s\0' "${scripts[@]}" "${programs[@]}" |
	xargs -0 -n 1 -P "${JOBS:-$(($(nproc) + 1))}" bash -c 'run_one "$1"' run_one
cat "$results"/*.count | awk -v want=$# '
	{ p += $1; f += $2; s += $3 }
	END { if (NR != want) f += want - NR; printf "%d passed, %d failed, %d skipped\n", p, f, s; exit f > 0 }'
