/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Position on the Hilbert curve and back, one quadrant per step: see hilbert.h. */
#include "hilbert.h"

/* Turn a quadrant of side @s so that the curve goes on in it. */
static void rotate(int s, int *x, int *y, int rx, int ry)
{
	int t;

	if (ry)
		return;
	if (rx) {
		*x = s - 1 - *x;
		*y = s - 1 - *y;
	}
	t = *x;
	*x = *y;
	*y = t;
}

void hilbert_xy(int side, u64 d, int *x, int *y)
{
	*x = *y = 0;
	for (int s = 1; s < side; s *= 2) {
		int rx = (int)(d / 2 & 1), ry = (int)((d ^ (u64)rx) & 1);

		rotate(s, x, y, rx, ry);
		*x += s * rx;
		*y += s * ry;
		d /= 4;
	}
}

u64 hilbert_d(int side, int x, int y)
{
	u64 d = 0;

	for (int s = side / 2; s > 0; s /= 2) {
		int rx = (x & s) > 0, ry = (y & s) > 0;

		d += (u64)s * (u64)s * (u64)((3 * rx) ^ ry);
		x &= s - 1;
		y &= s - 1;
		rotate(s, &x, &y, rx, ry);
	}
	return d;
}
