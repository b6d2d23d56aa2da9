/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The hosts that a fleet token is good on, as a list of patterns of * and ? with commas between
 * them: "web*,db1".  Case does not count, as it does not in host names.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes the list to ret_list in its canonical spelling: in lower case, without blanks, sorted by
 * bytes, without a pattern twice.  NULL, or what is wrong with it, for a person; static.  At least
 * one pattern, each of 1 to 63 letters, digits, "-", ".", "_", "*" and "?" of ASCII.  Text that
 * does not fit in size bytes as it is given is too long.
 */
const char *hosts_parse(const char *text, char *ret_list, size_t size);

/* Whether a canonical list has the host, in any case.  None has one that is too long. */
bool hosts_match(const char *list, const char *host);

/* Whether every host that the canonical list has is in outer, too: see patterns_within(). */
bool hosts_within(const char *list, const char *outer);
