# LLFree's benchmark frag: does replacing pages give huge pages back?
#
#   mmview -f ini/experiments/d-frag.mm ini/pc-512m.ini
#
# Memory is filled, half of it freed at random, then a tenth of the rest is replaced
# an iteration. One digit is one 2 MiB block: 0 empty, 9 full. Published: Linux'
# buddy allocator stays as it is, LLFree recovers. Ours is the former.
echo "(d) LLFree's frag: a tenth of the pages replaced an iteration; whole blocks hardly come back with a buddy allocator"
experiment frag seed=1 iterations=20
