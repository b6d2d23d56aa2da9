/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The record of a history entry in the system journal: a line for people, and fields for
 * programs (systemd.journal-fields(7)).
 *
 *     PAT_EVENT, PAT_SEQ, PAT_TOKEN_ID, PAT_TOKEN_NAME, PAT_USER, PAT_UID, PAT_BY_UID, PAT_HOW,
 *     PAT_SERVICE, PAT_RHOST, PAT_TTY, PAT_RESULT, PAT_NEW_SERVICE, PAT_NEW_NETWORK,
 *     PAT_UNRECORDED, PAT_DETAIL: as in struct entry; what is empty is left out
 *     PAT_EXPIRES_AT: of a token that expires soon, in seconds UTC
 *
 * Names, hosts and the like were chosen by others.  Where one has what a terminal or a reader
 * could be deceived by (see common/name.h), those bytes are written as \xNN; in the line it is
 * also in quotes, unless it is a plain word.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "patd/model/entry.h"

#define JOURNAL_FIELDS_MAX 28
/* Each text stands in the line and in its field, each of its bytes as \xNN at worst. */
#define JOURNAL_TEXT_MAX (2 * 4 * sizeof(struct entry) + 2048)

struct journal_record {
	int priority;        /* as of syslog(3) */
	const char *message; /* the line, without a newline */
	struct iovec fields[JOURNAL_FIELDS_MAX];
	int fields_n;
	size_t used; /* of text, which all the above points into */
	char text[JOURNAL_TEXT_MAX];
};

/*
 * Of what happened; or, if expires_at is not 0, of a token that will expire then, of which the
 * entry has but id, name, user and uid.
 */
void journal_record_make(
	const struct entry *entry, uint64_t expires_at, struct journal_record *ret);
