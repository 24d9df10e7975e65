/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a file or a system's root folder to a booted machine: see open.c. */
#ifndef MM_IO_OPEN_H
#define MM_IO_OPEN_H

#include "boot/system.h"

struct machine;

/* As machine_open() of mmview.h, booting up to @upto only. */
struct machine *machine_open_at(const char *path, enum boot_stage upto, struct mm_error *err);
/* machine_reboot() of sim/machine.h, and a machine that was imported gets its free lists again. */
int machine_reopen(struct machine *m, enum boot_stage upto, struct mm_error *err);
/* Import @root (see io/import.h) and boot it; notes are appended to @notes (may be NULL). */
struct machine *machine_import(const char *root, enum boot_stage upto, struct text *notes, struct mm_error *err);
/* The same only to look at: without history, which costs more than the rest. */
struct machine *machine_import_look(const char *root, struct text *notes, struct mm_error *err);

#endif
