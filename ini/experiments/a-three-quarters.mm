# Three quarters of every 2 MiB are free, and yet no huge page is.
#
#   mmview -f ini/experiments/a-three-quarters.mm ini/pc-512m.ini
#
# All memory is filled with movable pages; of every four neighbours one stays, at
# random. Published: unusable index of order 9 is 1000, compaction restores
# contiguity. Ours differs where blocks of the boot hold no page of the experiment.
echo "(a) three quarters of every 2 MiB freed: unusable index 1000 before, contiguity restored by compaction"
experiment three-quarters seed=1
