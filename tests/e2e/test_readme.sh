#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Whatever README, its Chinese sister and the man pages tell people to type, works:
# every `mmview ...` line of their ```sh blocks and EXAMPLES is run (with the built
# program), what opens the screen is opened and left, every file and make target
# that is named exists.
# shellcheck disable=SC1091
. "$(dirname "$0")/lib.sh"
MMVIEW=$(realpath "$MMVIEW")
docs=$(dirname "$MMVIEW")/doc

runs() { (eval "$1") </dev/null; }
# README's commands write below build/; here they write into a folder of the test.
command_of() {
	sed -e "s#build/tour#$dir/tour#g" -e "s#^\(build/\)\{0,1\}mmview#$MMVIEW#" <<<"$1"
}

for file in README.md ui/README.zh.md; do
	while IFS= read -r line; do
		check "$file: $line" runs "$(command_of "$line")"
	done < <(awk '/^```sh$/ { on = 1; next } /^```/ { on = 0 } on' "$file")
	while IFS= read -r path; do
		check "$file links to $path" test -e "$(dirname "$file")/$path"
	done < <(grep -o '](\([^)]*\))' "$file" | tr -d '()' | sed 's/^]//' | sort -u)
	mapfile -t opening < <(grep -o '`build/mmview [^`]*`' "$file" | tr -d '`' | grep -v -e ' -x ' -e '--check' | sort -u)
	for line in "${opening[@]}"; do
		start 120x40 "${line#build/mmview}"
		check "$file: $line opens" wait_for 'quit'
		keys q
		check "$file: $line closes" wait_for 'status=0'
	done
	for target in $(grep -o 'make [a-z-]*' "$file" | sort -u | cut -d' ' -f2); do
		check "$file: make $target exists" grep -q "^$target:" Makefile
	done
	for test in $(grep -o 'test_[a-z_]*\*\{0,1\}\.c' "$file" | sort -u); do
		check "$file: tests/$test exists" compgen -G "tests/$test"
	done
	for source in $(grep -o 'src/[a-z]*/[a-z_*]*\(\.c\)\{0,1\}' "$file" | sort -u); do
		check "$file: $source exists" compgen -G "$source"
	done
done

# The example machine file of README boots.
awk '/^```ini$/ { on = 1; next } /^```/ { on = 0 } on' README.md >"$dir/readme.ini"
check "README's machine file boots" "$MMVIEW" --check "$dir/readme.ini"
check "and passes verify" "$MMVIEW" -x verify "$dir/readme.ini"

for page in "$docs/mmview.1" "$docs/mmview.ini.5" "$docs/mmview-lesson.5"; do
	name=$(basename "$page")
	check "$name is clean troff" test -z "$(LC_ALL=C.UTF-8 groff -man -Tutf8 -ww -z "$page" 2>&1)"
	while IFS= read -r line; do
		check "$name: $line" runs "$(command_of "$line")"
	done < <(sed -n '/^\.SH EXAMPLES/,/^\.SH SEE/p' "$page" | sed 's/\\-/-/g' | grep '^mmview ')
done

# Options: the program's --help, its man page and both completions name the same.
for option in $("$MMVIEW" --help | grep -o -- '--[a-z][a-z-]*' | sort -u); do
	check "mmview.1 explains $option" grep -q -- "$(sed 's/-/\\\\-/g' <<<"$option")" "$docs/mmview.1"
	check "bash completes $option" grep -q -- "$option" "$docs/mmview.bash"
	check "zsh completes $option" grep -q -- "$option" "$docs/_mmview"
done
# Commands: each of `help` stands in the man page.
for command in $("$MMVIEW" -x help ini/pc-512m.ini | sed -n 's/^  \([a-z_]*\).*/\1/p' | sort -u); do
	check "mmview.1 explains $command" grep -q "^.fB$command.fR" "$docs/mmview.1"
done

# Completion in bash, as the shell does it.
complete_bash() {
	want=$1
	shift
	bash -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mmview; printf "%s\n" "${COMPREPLY[@]}"' \
		"$docs/mmview.bash" "$@" | grep -qx -- "$want"
}
check "bash completes the first word" complete_bash alloc mmview -x al
check "bash completes an option" complete_bash --import mmview --im
check "bash completes a machine file" complete_bash ini/pc-6g.ini mmview ini/pc-6
