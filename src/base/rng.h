/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Seeded random numbers (splitmix64): the same seed gives the same machine on
 * every host.
 */
#ifndef MM_BASE_RNG_H
#define MM_BASE_RNG_H

#include "base/types.h"

struct rng {
	u64 state;
};

static inline void rng_seed(struct rng *r, u64 seed) { r->state = seed; }

static inline u64 rng_next(struct rng *r)
{
	u64 z = (r->state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* A number in [0, n); @n must not be 0. (Multiply-shift: bias below 2^-32.) */
static inline u64 rng_below(struct rng *r, u64 n)
{
	if (n >> 32)
		return rng_next(r) % n;
	return ((rng_next(r) >> 32) * n) >> 32;
}

/* True with @percent percent probability. */
static inline bool rng_percent(struct rng *r, u32 percent)
{
	return rng_below(r, 100) < percent;
}

#endif
