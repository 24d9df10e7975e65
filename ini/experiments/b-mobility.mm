# Grouping pages by mobility: how much of memory is left for huge pages.
#
#   mmview -f ini/experiments/b-mobility.mm ini/pc-512m.ini
#
# Published (Gorman, Whitcroft): 1 % of memory without grouping, 40 % with it. Ours
# frees all movable memory at the end, so more is left in both cases; the ratio is
# what to look at. The switch itself is 'set mobility=off'.
echo "(b) memory that can be had as huge pages, grouping by mobility off and on: 1 % against 40 % (Gorman)"
experiment mobility seed=1
