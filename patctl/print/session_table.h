/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions that tokens have opened, as a table. */
#pragma once

#include <stdbool.h>

#include "patctl/client/records.h"
#include "patctl/print/output_context.h"

/*
 * Prints the struct session_row on standard output, with headings if legend is set.  On a terminal
 * the table fits its width: columns are left out, and names are cut.
 */
void session_table_print(
	const struct records *sessions, const struct output_context *context, bool legend);

/* "sshd from 192.0.2.7, pid 4711, session c2", for a line about one.  The caller owns it. */
char *session_text(const struct session_row *session);
