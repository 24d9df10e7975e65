/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the files of the boot log parser: the state of one parse, the tables
 * of line rules, and how to append to a list.
 */
#ifndef MM_IO_BOOTLOG_INTERNAL_H
#define MM_IO_BOOTLOG_INTERNAL_H

#include "io/bootlog.h"
#include "io/scan.h"

enum log_section { SEC_NONE, SEC_ZONES, SEC_MOVABLE, SEC_EARLY, SEC_EARLY_PFN };

struct log_parse {
	struct bootlog *log;
	struct text *notes;
	bool withhold;
	u32 line;                 /* number of the current line, from 1 */
	enum log_section section; /* which list of indented lines we are in */
	bool zones_seen;          /* "Zone ranges:" was printed: what follows is the answer */
	u32 nr_noted;
};

/* A line that starts (after blanks) with @prefix is read by @fn, which gets what follows. */
struct log_rule {
	const char *prefix;
	void (*fn)(struct log_parse *p, const char *s);
};

/* NULL-terminated tables, tried in this order. */
extern const struct log_rule bootlog_map_rules[];
extern const struct log_rule bootlog_resv_rules[];
extern const struct log_rule bootlog_node_rules[];
extern const struct log_rule bootlog_other_rules[];
extern const struct log_rule bootlog_misc_rules[];

/* A line that begins with a number, where kernels before 3.5 list node ranges. */
void bootlog_early_pfns(struct log_parse *p, const char *s);

/* bootlog_other.c: ") Start 0x0 End 0xfffffff" behind a number; "0 Memory: 0x0-0x40000000" behind "Node " (false: not it). */
void bootlog_parisc_range(struct log_parse *p, const char *s);
bool bootlog_ppc_node_memory(struct log_parse *p, const char *s);

/*
 * Copy @len bytes of a line to @dst (room for @max + 1) without colours, CR and
 * NUL; other control bytes become blanks, blanks at the end go.
 */
void bootlog_clean_line(char *dst, size_t max, const char *src, size_t len);

/* The line looked known but makes no sense: counted, the first ones noted. */
void log_bad(struct log_parse *p, const char *why);
/* start < end, else log_bad(). */
bool log_range_ok(struct log_parse *p, phys_t start, phys_t end);
bool log_nid_ok(struct log_parse *p, int nid);

/* Room for one more element of @size bytes; NULL: list full or no memory (noted). */
void *log_list_add(struct log_parse *p, void **list, size_t *nr, size_t *cap, size_t size);
#define LOG_ADD(p, name)                                                              \
	log_list_add(p, (void **)&(p)->log->name, &(p)->log->nr_##name, &(p)->log->cap_##name, \
		     sizeof(*(p)->log->name))

#endif
