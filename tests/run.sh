#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Run test programs (cmocka, speaking TAP) and test scripts (speaking TAP too),
# show what fails, and close with one line: N passed, N failed, N skipped.
#
#   tests/run.sh PROGRAM...
passed=0 failed=0 skipped=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT
for t in "$@"; do
	name=$(basename "$t")
	start=$(date +%s)
	CMOCKA_MESSAGE_OUTPUT=TAP "$t" >"$out" 2>&1
	status=$?
	p=$(grep -c '^ok ' "$out")
	f=$(grep -c '^not ok ' "$out")
	s=$(grep -c -i "^\(not \)\{0,1\}ok .*# skip" "$out")
	sn=$(grep -c -i '^not ok .*# skip' "$out")
	p=$((p - s + sn))
	f=$((f - sn))
	# A crash, a leak report or a missing plan is a failure too.
	if [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then
		f=1
	fi
	if [ "$((p + f + s))" -eq 0 ]; then
		f=1
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	printf '  %-28s %4d passed' "$name" "$p"
	[ "$s" -eq 0 ] || printf ', %d skipped' "$s"
	[ "$f" -eq 0 ] || printf ', %d FAILED (exit status %d)' "$f" "$status"
	printf '   %ds\n' "$(($(date +%s) - start))"
	[ "$s" -eq 0 ] || grep -i 'skip:' "$out" | sort -u | head -3 | sed 's/^/      /'
	[ "$f" -eq 0 ] || sed 's/^/      /' "$out" | grep -v '^      ok ' | tail -60
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
