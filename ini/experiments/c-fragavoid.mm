# ALLOC_NOFRAGMENT and the watermark boost: fewer fallbacks.
#
#   mmview -f ini/experiments/c-fragavoid.mm ini/pc-6g.ini
#
# Published (Gorman 2018, Linux 5.0): over 90 % fewer mm_page_alloc_extfrag from blocks
# smaller than a pageblock. The load is that of his benchmark, thpfioscale: files of
# 64 KiB, 150 % of memory in all, are created and read by four threads, so that page
# cache, inodes and buffers mix; then 75 % of memory is asked for as huge pages.
#
# Four runs: without, with NOFRAGMENT, and with the boost by two rules. Linux 5.0 boosts
# at every fallback, 6.12.117 only where it tries to claim a pageblock; a movable request
# that takes a single page leaves no trace in the watermarks, and that is most of them.
# The switches: 'set nofragment=off', 'set watermark_boost_factor=0', 'set boost_steal=on'.
#
# A machine of 6 GiB takes about half a minute. His note holds here, too: large machines
# take too long to fragment.
echo "(c) fallbacks that mix a pageblock, fragmentation avoidance off and on: over 90 % fewer (Gorman)"
experiment fragavoid seed=1
