/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Hilbert curve: numbers 0 .. side * side - 1 laid out on a square so that
 * what is near in memory is near on the screen. Pure.
 */
#ifndef MM_UI_HILBERT_H
#define MM_UI_HILBERT_H

#include "base/types.h"

/* @side is a power of two; @d below side * side. */
void hilbert_xy(int side, u64 d, int *x, int *y);
u64 hilbert_d(int side, int x, int y);

#endif
