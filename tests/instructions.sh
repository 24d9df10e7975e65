#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Instruction counts under callgrind, compared with tests/data/instructions.txt:
# more than 3 % above fails. Counts are of one compiler and C library; after a
# change that is meant, or with another compiler, --update writes them anew.
#
#   tests/instructions.sh build/bench_scale [--update]
set -u
bench=$1
table=tests/data/instructions.txt
new=$(mktemp)
trap 'rm -f "$new"' EXIT
bad=0
if ! command -v valgrind >/dev/null; then
	echo "instruction counts: skipped: valgrind is not installed (apt-get install valgrind)"
	exit 0
fi
for c in boot-512m boot-4p random record frame frame-4p; do
	n=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null "$bench" "$c" 2>&1 | sed -n 's/.*Collected : //p')
	old=$(sed -n "s/^$c //p" "$table" 2>/dev/null)
	echo "$c ${n:-0}" >>"$new"
	awk -v c="$c" -v n="${n:-0}" -v o="${old:-0}" 'BEGIN {
		d = o ? 100 * (n - o) / o : 0
		printf "  %-12s %14d  was %14d  %+6.2f %%%s\n", c, n, o, d, (!n || d > 3 ? "  TOO MANY" : "")
		exit (!n || d > 3) }' || bad=1
done
if [ "${2-}" = --update ]; then
	cp "$new" "$table"
	exit 0
fi
exit $bad
