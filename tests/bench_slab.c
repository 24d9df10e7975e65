/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kmalloc/kfree pairs of the model against malloc/free of the C library, same sizes,
 * same run. Prints nanoseconds per pair and the ratio; exits 1 when one is above 2.
 *
 * Two patterns: free what was just allocated, and a window of 64 objects of which
 * the oldest is freed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "slab_fixture.h"

#define PAIRS  4000000
#define ROUNDS 5
#define WINDOW 64
#define LIMIT  2.0

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static double libc_pair(size_t size, int window)
{
	void *held[WINDOW] = { NULL };
	double t = now_ns();

	for (int i = 0; i < PAIRS; i++) {
		void **slot = &held[i & (window - 1)];

		free(*slot);
		*slot = malloc(size);
		__asm__ volatile("" : : "r"(*slot) : "memory");
	}
	for (int i = 0; i < window; i++)
		free(held[i]);
	return (now_ns() - t) / PAIRS;
}

static double model_pair(struct slab_state *st, size_t size, int window)
{
	u64 held[WINDOW] = { 0 };
	double t = now_ns();

	for (int i = 0; i < PAIRS; i++) {
		u64 *slot = &held[i & (window - 1)];

		kfree(st, *slot, NULL);
		*slot = kmalloc(st, size, GFP_KERNEL);
	}
	for (int i = 0; i < window; i++)
		kfree(st, held[i], NULL);
	return (now_ns() - t) / PAIRS;
}

/* The best of some rounds: a shared machine only ever adds time. */
static int compare(struct slab_state *st, size_t size, int window)
{
	double libc = 1e9, model = 1e9;

	for (int i = 0; i < ROUNDS; i++) {
		double a = libc_pair(size, window), b = model_pair(st, size, window);

		libc = a < libc ? a : libc;
		model = b < model ? b : model;
	}
	printf("kmalloc/kfree %5zu bytes, %2d held: %6.1f ns, malloc/free %6.1f ns, ratio %.2f\n", size, window,
	       model, libc, model / libc);
	return model / libc > LIMIT;
}

int main(void)
{
	static const size_t sizes[] = { 8, 64, 100, 256, 1000, 4096 };
	struct slab_machine *m = slab_machine_new("x86_64", 1, 256, 1);
	int slow = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		slow |= compare(m->st, sizes[i], 1);
		slow |= compare(m->st, sizes[i], WINDOW);
	}
	slab_machine_free(m);
	return slow;
}
