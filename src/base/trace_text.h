/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line of a kernel trace as text: what tracefs, trace-cmd report and perf
 * script print for the kmem tracepoints of pages.
 *
 * Models: include/trace/events/kmem.h (TP_printk, 6.12); older spellings too
 * (decimal pfns).
 */
#ifndef MM_BASE_TRACE_TEXT_H
#define MM_BASE_TRACE_TEXT_H

#include "base/types.h"

enum trace_line_type {
	TL_NONE,        /* nothing of ours: a comment, another event, noise */
	TL_GARBLED,     /* one of our events without its fields */
	TL_ALLOC,       /* mm_page_alloc */
	TL_FREE,        /* mm_page_free */
	TL_FREE_BATCHED, /* mm_page_free_batched */
	TL_ZONE_LOCKED, /* mm_page_alloc_zone_locked */
	TL_EXTFRAG,     /* mm_page_alloc_extfrag */
	TL_PCPU_DRAIN,  /* mm_page_pcpu_drain */
	NR_TRACE_LINES
};

struct trace_line {
	enum trace_line_type type;
	pfn_t pfn;        /* NO_PFN: the allocation failed */
	unsigned order;
	int migratetype;  /* the kernel's number; -1: not told */
	int cpu;          /* -1: not told */
	char task[32];    /* "bash-1234", "" unknown */
	char gfp[512];    /* the text after gfp_flags=; "" none */
};

/* Read @text up to its newline or end. Return: out->type. */
enum trace_line_type trace_line_parse(const char *text, struct trace_line *out);
/* The kernel's name of the tracepoint; NULL for TL_NONE and TL_GARBLED. */
const char *trace_line_name(enum trace_line_type t);

#endif
