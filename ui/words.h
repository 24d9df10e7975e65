/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trace events in plain words, and the kinds that the log sorts them into. */
#ifndef MM_UI_WORDS_H
#define MM_UI_WORDS_H

#include "base/trace.h"

enum event_kind { EK_ALL, EK_ALLOC, EK_BLOCKS, EK_COMPACTION, EK_RECLAIM, EK_HOTPLUG, EK_SLAB, EK_BOOT, EK_KERNEL, NR_EVENT_KINDS };

const char *event_kind_name(enum event_kind k);
/* NR_EVENT_KINDS when there is no such kind. */
enum event_kind event_kind_find(const char *name);
/* EK_KERNEL is for messages; no event is of it. */
enum event_kind event_kind_of(enum trace_type t);
/* What an event of this type means: one or two sentences. */
const char *event_meaning(enum trace_type t);
/* The first page that the event is about; false: it is about none. */
bool event_page(const struct trace_event *e, pfn_t *pfn);

#endif
