/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Messages on standard error: "patctl: ..." for people, or for programs JSON, an object a line with
 * "error", "message" and "advice".  A message of complain(), in patctl/base/text.h, has no word for
 * "error" of its own: as JSON it waits for the end of patctl, which knows the outcome.
 */
#pragma once

#include "patctl/base/outcome.h"

/* From now on messages are JSON. */
void complaints_as_json(void);

/* Prints a message.  error: a word for programs, NULL for a note.  advice: NULL if there is none.
 */
void complaint_print(const char *error, const char *message, const char *advice);

/* Prints what waits.  patctl ends with that outcome. */
void complaints_end(enum outcome outcome);
