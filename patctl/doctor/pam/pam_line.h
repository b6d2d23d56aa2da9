/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lines of PAM's files, pam.conf(5), as libpam takes them apart: lines that end in a
 * backslash go on, "#" begins a comment, words end at blanks, and [several words] are one.
 */
#ifndef PATCTL_DOCTOR_PAM_PAM_LINE_H
#define PATCTL_DOCTOR_PAM_PAM_LINE_H

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

/* Cuts the next word off *rest, which then is what follows, NULL after the last.  NULL: none. */
char *pam_word_next(char **rest);

/* What is done about a module's answer; a jump over so many lines is a positive number. */
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
 * actions, by what the module answers, of a control: "required" or what stood in brackets.  One
 * that libpam does not understand makes every answer bad; false then.
 */
bool pam_control_parse(const char *control, int actions[static PAM_CODES]);

/* "auth_err"; "unknown" for what is no code.  Static. */
const char *pam_code_name(int code);

#endif
