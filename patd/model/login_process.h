/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The process that asks PAM, as texts for a person who decides about it, and for the history.
 *
 * A command is its words as a shell would take them, so that no word can pass for two, nor a
 * character for another: what is not printable, and what could deceive a reader, is written as
 * $'\x1b'.
 */
#pragma once

#include <stdint.h>

#include "common/wire.h"

/* Bytes, without the NUL. */
#define PROCESS_COMMAND_MAX 1023
#define PROCESS_PARENT_MAX 255
#define PROCESS_DIRECTORY_MAX 511
#define PROCESS_TEXT_MAX 1023

#define PROCESS_CUT " [...]" /* at the end of what is not all */

struct process {
	uint32_t pid, uid, parent_pid;
	uint64_t start_time; /* see struct pat_process */
	char command[PROCESS_COMMAND_MAX + 1];
	char parent[PROCESS_PARENT_MAX + 1]; /* the command of the process that started it */
	char directory[PROCESS_DIRECTORY_MAX + 1];
};

/* The process that passed pat_process_check(). */
void process_read(const struct pat_process *from, struct process *ret);

/* All but the command, as one line of the history: "pid 4711 of uid 1000 in /home/a, …". */
void process_describe(const struct process *process, char ret_text[static PROCESS_TEXT_MAX + 1]);
