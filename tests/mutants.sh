#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Does the suite notice? Central lines are broken one at a time, in a copy that is
# linked in front of the library, and the tests named beside each must then fail.
#
#   tests/mutants.sh [WORD]      only those whose description has WORD
#
# Needs a built tree (make tests). Exit status 1 when a mutant lives.
cd "$(dirname "$0")/.." || exit 2
b=${B:-build}
m=$b/mutants
mkdir -p "$m"
only=${1-}
alive=0 nr=0

# The objects that every test is linked with (see the Makefile).
mapfile -t helpers < <(for c in tests/*.c; do
	case $c in tests/test_* | tests/bench* | tests/fuzz* | tests/gen* | tests/check_kernel.c) ;;
	*) echo "$b/obj/${c%.c}.o" ;; esac
done)

# mutant DESCRIPTION FILE SED-EXPRESSION TEST...
mutant() {
	local what=$1 file=$2 change=$3 t
	shift 3
	[[ $what == *"$only"* ]] || return
	nr=$((nr + 1))
	sed "$change" "$file" >"$m/mutant.c"
	if cmp -s "$file" "$m/mutant.c"; then
		echo "  STALE    $what: nothing of $file changed"
		alive=$((alive + 1))
		return
	fi
	if ! gcc -std=gnu11 -D_GNU_SOURCE -Isrc -I"$(dirname "$file")" -O1 -g -w -c "$m/mutant.c" -o "$m/mutant.o"; then
		echo "  STALE    $what: does not compile"
		alive=$((alive + 1))
		return
	fi
	for t in "$@"; do
		gcc -o "$m/test" "$b/obj/tests/$t.o" "$m/mutant.o" "${helpers[@]}" "$b/libui.a" "$b/libmmview.a" \
			-lcmocka -linih -lm -lncursesw -ltinfo || exit 2
		if ! timeout 120 "$m/test" >"$m/log" 2>&1; then
			echo "  killed   $what (by $t)"
			return
		fi
	done
	echo "  ALIVE    $what"
	alive=$((alive + 1))
}

mutant 'buddy: largest order is one less' src/zone/buddy.c 's/max = map->max_order, o/max = map->max_order - 1, o/' test_buddy
mutant 'buddy: the wrong end of a list' src/zone/buddy.c 's/page_list_add_tail(map, &area->list\[mt\], b->h)/page_list_add(map, \&area->list[mt], b->h)/' test_buddy test_conform test_bootreplay
mutant 'buddy: pages of a flush are counted twice' src/zone/buddy_bulk.c 's/^\t\tx += step;/\t\tx += 2 * step;/' test_pcp test_buddy test_conform
mutant 'buddy: a block that moves between types is counted twice' src/zone/buddy.c 's/account_freepages(env, z, (s64)(1LL << b->order), mt)/account_freepages(env, z, (s64)(2LL << b->order), mt)/' test_buddy test_page_isolation test_page_alloc
mutant 'pcp: half a batch' src/zone/pcp.c 's/max_int(batch >> order, 2)/max_int(batch >> order, 1) \/ 2/' test_pcp test_conform
mutant 'pcp: high grows without its limit' src/zone/pcp.c 's/min_int(high + batch, pcp->high_max)/high + batch/' test_pcp test_conform
mutant 'watermark: low is min' src/alloc/watermark.c 's/\[WMARK_LOW\] = z->watermark\[WMARK_MIN\] + step/[WMARK_LOW] = z->watermark[WMARK_MIN]/' test_watermark
mutant 'fallback: from the wrong type' src/alloc/fallback.c 's/return fallbacks\[mt\]\[i\]/return fallbacks[mt][0]/' test_page_alloc test_conform
mutant 'compaction: the migration scanner skips a page' src/alloc/compaction_migrate.c 's/s->low_pfn < s->end_pfn; s->low_pfn++/s->low_pfn < s->end_pfn; s->low_pfn += 2/' test_compaction test_conform_migrate
mutant 'compaction: the free scanner stays where it was' src/alloc/compaction_free.c 's/^\tcc->free_pfn = at;/\t;/' test_compaction test_conform_migrate
mutant 'memblock: neighbours of other nodes merge' src/phys/memblock.c 's/region_end(a) == b->base && a->nid == b->nid/region_end(a) == b->base/' test_memblock test_memblock_random
mutant 'memblock: neighbours do not merge' src/phys/memblock.c 's/return region_end(a) == b->base/return region_end(a) + 1 == b->base/' test_memblock
mutant 'hotplug: the span of a zone keeps a page' src/hotplug/online_pages.c 's/left.end - zone->zone_start_pfn;/left.end - zone->zone_start_pfn + 1;/' test_memory_hotplug test_hotplug_golden
mutant 'history: undo stops one short' src/sim/history.c '/^int history_undo/,/^}/s/h->entry\[i\].start/h->entry[i].start + 1/' test_history
mutant 'checkpoint: the shadow is forgotten' src/sim/checkpoint.c 's/memcpy(c->shadow + (size_t)d->item.*/;/' test_history
mutant 'parser: a quote does not group' src/cmd/command.c "s/quote = quote ? 0 : \*p;/quote = 0;/" test_command
mutant 'config: a range ends one byte early' src/io/config_value.c '/^int value_range/,/^}/s/+ 1/+ 0/' test_config
mutant 'slab: an object taken is not counted' src/slab/slub.c 's/^\tslab->inuse++;/\t;/' test_slub
mutant 'ui: a cell begins at its neighbour' ui/axis.c '/^pfn_t axis_pfn/,/^}/s/cell - a->seg\[i\].cell/cell + 1 - a->seg[i].cell/' test_ui_axis
echo "$nr mutants, $alive alive"
[ "$alive" -eq 0 ]
