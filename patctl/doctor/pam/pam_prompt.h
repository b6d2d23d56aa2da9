/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Modules that ask for a password though pam_pat.so has asked: where it has left none, which is so
 * after a token, and some of them also where there is one.  pam_freerdp2,
 * pam_x2go and pam_barada were tried on Debian 12; pam_mysql and pam_shishi, which need a server,
 * and pam_tacplus and pam_kwallet were read; all others were tried on Debian 12 and 13.
 */
#pragma once

#include "patctl/doctor/pam/pam_stack.h"

/* Of a line: why it asks, and what keeps it from asking. */
struct prompt {
	bool asks;
	/* With both, the one takes the place of the other: */
	const char *add;    /* an argument that keeps it from asking; NULL: none does */
	const char *remove; /* an argument with which it asks; NULL: there is none */
};

/*
 * Whether the line asks for a password.  has_password: there is what was typed at the prompt of
 * pam_pat.so, and it is a password.
 */
struct prompt prompt_of(const struct stack_line *line, bool has_password);

/*
 * Whether a line of the type session asks for the password that the same module did not get when
 * the user authenticated, as long as there is something to open by it.
 */
struct prompt prompt_of_session(const struct stack_line *line);
