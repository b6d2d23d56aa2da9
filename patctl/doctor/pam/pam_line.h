/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lines of PAM's files, pam.conf(5), as libpam takes them apart: lines that end in a
 * backslash go on, "#" begins a comment, words end at blanks, and [several words] are one.
 */
#pragma once

#include <security/_pam_types.h>
#include <stdbool.h>
#include <stdio.h>

struct pam_lines {
	FILE *file;
	unsigned int read; /* lines of the file so far */
};

/*
 * 1: *ret is the next line that is not empty, which the caller owns, and *ret_number that of its
 * beginning.  0: there is none.  -EBADMSG: the file ends where a line goes on.
 */
int pam_line_next(struct pam_lines *lines, char **ret, unsigned int *ret_number);

/* Cuts the next word off *rest, which becomes NULL after the last.  NULL: there is none. */
char *pam_word_next(char **rest);

/* The action for a module's answer; a positive number is a jump over so many lines. */
enum pam_action {
	ACTION_IGNORE = 0,
	ACTION_OK = -1,
	ACTION_DONE = -2,
	ACTION_BAD = -3,
	ACTION_DIE = -4,
	ACTION_RESET = -5,
	ACTION_UNSET = -6
};

#define PAM_CODES _PAM_RETURN_VALUES

/*
 * The actions of a control, by the module's answer; control is "required" or the text in brackets.
 * False if libpam does not understand it: then every answer is bad.
 */
bool pam_control_parse(const char *control, int actions[static PAM_CODES]);

/* "auth_err"; "unknown" if it is no code.  Static. */
const char *pam_code_name(int code);
