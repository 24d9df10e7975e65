#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# make install puts everything below DESTDIR, the installed program finds its
# machines and lessons, and make uninstall leaves nothing behind.
# shellcheck disable=SC1091
. "$(dirname "$0")/lib.sh"
b=$(dirname "$MMVIEW")
to=$dir/to
# -o: what is built is taken as it is; MAKEFLAGS of an outer make would confuse it.
unset MAKEFLAGS MFLAGS MAKELEVEL
installs() { make -s B="$b" -o all DESTDIR="$to" PREFIX=/opt/mm "$@"; }
installed=$to/opt/mm

check "make install works" installs install
for f in bin/mmview share/mmview/machines/pc-6g.ini share/mmview/machines/lessons/04-zone.lesson \
	share/man/man1/mmview.1 share/man/man5/mmview.ini.5 share/man/man5/mmview-lesson.5 \
	share/bash-completion/completions/mmview share/zsh/site-functions/_mmview; do
	check "$f is installed" test -s "$installed/$f"
done
check "every machine file is installed" test "$(find ini -name '*.ini' | wc -l)" = \
	"$(find "$installed/share/mmview/machines" -name '*.ini' | wc -l)"
from_elsewhere() { (cd "$dir" && MMVIEW_DATADIR=$installed/share/mmview "$installed/bin/mmview" "$@"); }
check "an installed machine is found by name" from_elsewhere -x verify pc-6g.ini
check "so are the lessons" from_elsewhere --lesson
echo kept >"$installed/share/mmview/machines/mine.ini"
check "make uninstall works" installs uninstall
check "a user's own machine file stays" test -s "$installed/share/mmview/machines/mine.ini"
rm -f "$installed/share/mmview/machines/mine.ini"
check "make uninstall works again" installs uninstall
check "nothing of ours is left" test -z "$(find "$to" -type f)"
