/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The key tables, and what the two files that make them share. */
#ifndef MM_IO_CONFIG_TABLES_H
#define MM_IO_CONFIG_TABLES_H

#include "io/config_keys.h"

extern const struct config_key config_machine_keys[]; /* [machine], [arch] */
extern const struct config_key config_memory_keys[];  /* everything else */
extern const struct config_key config_state_keys[];   /* pages and caches of [state] */

extern const char *const config_zone_names[MAX_NR_ZONES];
extern const char *const config_migratetype_names[MIGRATE_TYPES];

/* Append @sep (when there is something before) and @more to a string. 0 or -ENOMEM. */
int config_append(char **field, const char *sep, const char *more);
/* The zone named by the next word. */
int config_zone(struct value *v, int *zone);

/* Lines of [state]. A cache's line lacks its name and its end. */
void config_put_runs(struct text *out, const struct desc *d);
void config_put_slab(struct text *out, const struct desc_slab *s);

#endif
