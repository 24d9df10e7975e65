# How few unmovable pages spoil how many huge pages.
#
#   mmview -f ini/experiments/e-pollution.mm ini/pc-512m.ini
#
# A part u of all pages cannot move. Strewn over memory they spoil 1-(1-u)^512 of the
# 2 MiB blocks; 'set mobility=off' shows that curve, grouping keeps them together
# (Contiguitas tells how it fails after weeks: here nothing is freed, so it holds).
echo "(e) 2 MiB blocks with an unmovable page, against 1-(1-u)^512 and with grouping (Contiguitas)"
experiment pollution seed=1
