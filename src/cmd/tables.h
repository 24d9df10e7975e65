/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of rows that command.c joins; one per cmd_*.c file. */
#ifndef MM_CMD_TABLES_H
#define MM_CMD_TABLES_H

#include "cmd/command.h"

/* Each returns its rows and stores their number in *nr. */
const struct command *cmd_alloc_table(int *nr);
const struct command *cmd_show_table(int *nr);
const struct command *cmd_page_table(int *nr);
const struct command *cmd_run_table(int *nr);
const struct command *cmd_session_table(int *nr);
const struct command *cmd_set_table(int *nr);
const struct command *cmd_hotplug_table(int *nr);
const struct command *cmd_slab_table(int *nr);
const struct command *cmd_memblock_table(int *nr);
const struct command *cmd_boot_table(int *nr);
const struct command *cmd_vm_table(int *nr);
const struct command *cmd_pool_table(int *nr);
const struct command *cmd_proc_table(int *nr);
const struct command *cmd_file_table(int *nr);
const struct command *cmd_experiment_table(int *nr);

struct machine;
/* cmd_pool.c: huge pages of processes that are gone go back to their pools. */
void pools_reap(struct machine *m);

#endif
