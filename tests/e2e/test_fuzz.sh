#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every fuzz target runs its seeds and what the fuzzers once found (tests/fuzz/TARGET/).
# shellcheck disable=SC1091
. "$(dirname "$0")/lib.sh"
b=$(dirname "$MMVIEW")
for target in tests/fuzz_*.c; do
	fuzzer=$(basename "$target" .c)
	for file in tests/fuzz/"${fuzzer#fuzz_}"/*; do
		check "$fuzzer: $(basename "$file")" env TMPDIR="$dir" "$b/$fuzzer" "$file"
	done
done
