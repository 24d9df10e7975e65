/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lessons: narrated tours of a machine, in plain files that a teacher can write.
 *
 *    # a comment
 *    title: From firmware to memblock
 *    title.zh: 从固件到 memblock
 *    machine: ../article-arm64.ini
 *    ---
 *    text: What the first step says. Lines that begin with
 *       blanks go on; an empty line begins a new paragraph.
 *    text.zh: 第一步
 *    do: goto 0x40000000
 *    do: zoom whole
 *    ---
 *    text: The second step ...
 *
 * A step begins with "---". Its `do:` lines are commands as after ':' (of the
 * screen or of the machine); they run when the step opens. Going to a step boots
 * the machine anew and runs the commands of all steps up to it, so a reader may
 * poke at everything and nothing is lost.
 */
#ifndef MM_UI_LESSON_H
#define MM_UI_LESSON_H

#include <stdio.h>
#include "base/error.h"

struct lesson;

/* @name: a path, or the name of a lesson that came with mmview ("buddy"). NULL and *err. */
struct lesson *lesson_open(const char *name, struct mm_error *err);
void lesson_free(struct lesson *l);
int lesson_steps(const struct lesson *l);
/* @lang: "en" or "zh"; what is not translated comes in English. Owned by the lesson. */
const char *lesson_title(const struct lesson *l, const char *lang);
const char *lesson_text(const struct lesson *l, int step, const char *lang);
/* Command @i of @step; NULL past the last. */
const char *lesson_command(const struct lesson *l, int step, int i);

/* Print names and titles of the lessons that came along. 0 or -errno. */
int lesson_list(FILE *to);
/* The machine file of lesson @name. 0, or -errno with *err. */
int lesson_machine(const char *name, char *path, size_t size, struct mm_error *err);

#endif
