/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PAM services, as a list of shell patterns with commas between them: "sudo,sshd,postgresql*".
 * Names are compared as they are: case counts, as it does in /etc/pam.d.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes the list to ret_list in its canonical spelling: without blanks, sorted by bytes,
 * without a pattern twice.  NULL, or what is wrong with it, for a person; static.  At least one
 * pattern, each of 1 to PAT_SERVICE_MAX printable ASCII characters but comma, slash and blank,
 * that sqlite3_strglob() takes as meant ("[" has its "]", and no "!" after it).  Text that does
 * not fit in size bytes as it is given is too long.
 */
const char *services_parse(const char *text, char *ret_list, size_t size);

/* Whether a canonical list has the service.  "" has none, and none has one that is too long. */
bool services_match(const char *list, const char *service);

/*
 * Whether every service that the canonical list has is in outer, one of the two, too.  False where
 * that is not certain: a pattern is within its equal, and within one that is a text and a star.
 */
bool services_within(const char *list, const char *outer);
