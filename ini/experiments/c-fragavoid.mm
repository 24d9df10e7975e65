# ALLOC_NOFRAGMENT and the watermark boost: fewer fallbacks.
#
#   mmview -f ini/experiments/c-fragavoid.mm ini/pc-512m.ini
#
# Published (Gorman, Linux 5.0, thpfioscale): over 80 % fewer mm_page_alloc_extfrag.
# Ours is one task that reads files while a kernel allocates in bursts; there is no
# time, so kswapd runs every 32 operations. On pc-512m.ini that gives half as many;
# on pc-6g.ini there are more than before: after a boost kswapd reclaims page cache from
# all blocks, the load keeps freeing kernel pages there, and what comes next falls back
# into the holes. The paper's load has what ours lacks: slab that shrinks with the page
# cache, and a phase of huge page faults. The switches: 'set nofragment=off',
# 'set watermark_boost_factor=0'.
echo "(c) extfrag events, fragmentation avoidance off and on: at least 80 % fewer (Gorman)"
experiment fragavoid seed=1
