/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words for the source of a login, and why no --from has it. */
#pragma once

#include <stdbool.h>

/*
 * As patd answers and records it: see patd/rules/login_source.h.  An empty source is local; so is
 * the word, which is what lists and --from have.
 */
enum source_kind {
	SOURCE_LOCAL,
	SOURCE_UNKNOWN,
	SOURCE_ADDRESS,
	SOURCE_NAME, /* of a host */
};

enum source_kind source_kind(const char *from);

/* Whether a list of patterns, with commas between them, has the word. */
bool source_list_has(const char *list, const char *word);

/*
 * Services of programs that ask for clients on a network and were seen not to tell PAM from where;
 * NULL at the end.
 */
extern const char *const source_silent_services[];

/*
 * Why no --from has the source that a service reported, translated; the caller owns it.  NULL: one
 * may have it, as it is local or an address.
 */
char *source_problem(const char *service, const char *from);
