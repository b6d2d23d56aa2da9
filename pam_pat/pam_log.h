/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The module's lines in the system log, by pam_syslog(): facility authpriv. */
#pragma once

#include <security/pam_modules.h>
#include <stddef.h>

#include "common/wire.h"

void log_message(pam_handle_t *pamh, int priority, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * The one line about a request: "RESULT (WHY): token=… user=… …".  why may be NULL.  Never
 * writes the digest.
 */
void log_request(pam_handle_t *pamh, int priority, const char *result, const char *why,
	const struct pat_request *request);

/*
 * Copies text to out as one word: space, '\', '"' and all but printable ASCII become \xNN.  It is
 * cut to fit size bytes with the NUL, never inside a \xNN.
 */
void log_escape(char *out, size_t size, const char *text);
