# ALLOC_NOFRAGMENT and the watermark boost: fewer fallbacks.
#
#   mmview -f ini/experiments/c-fragavoid.mm ini/pc-512m.ini
#
# Published (Gorman, Linux 5.0, thpfioscale): over 80 % fewer mm_page_alloc_extfrag.
# Ours is one task that reads files while a kernel allocates in bursts; there is no
# time, so kswapd runs every 32 operations. On pc-512m.ini that gives three quarters
# fewer; on pc-6g.ini none fewer: there the load keeps freeing kernel pages in all
# blocks, and page cache falls back into them whatever the policy. A machine with one zone above DMA shows
# the boost alone. The switches: 'set nofragment=off', 'set watermark_boost_factor=0'.
echo "(c) extfrag events, fragmentation avoidance off and on: at least 80 % fewer (Gorman)"
experiment fragavoid seed=1
