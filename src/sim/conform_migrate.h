/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of compaction and offlining against the model: see conform_migrate.c. */
#ifndef MM_SIM_CONFORM_MIGRATE_H
#define MM_SIM_CONFORM_MIGRATE_H

#include "base/error.h"
#include "base/text.h"

/*
 * Replay the record in @dir (before.txt, pages-before.txt, moves.txt, config.txt,
 * after.txt) and compare moves, scanners and the state after. 0: all equal;
 * -EUCLEAN: something differs, the report says what; other -errno: unreadable.
 */
int conform_migrate_dir(const char *dir, struct text *out, struct mm_error *err);

#endif
