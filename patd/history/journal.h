/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writes what happens to tokens to the system journal, in a thread of its own: a journal that
 * hangs holds up no login.  See patd/history/journal_record.h for the fields.
 *
 * Where patd's standard error is not the journal, each is a line there, as those of
 * patd/util/log.h.
 */
#pragma once

#include <stdint.h>
#include <systemd/sd-event.h>

#include "patd/model/entry.h"
#include "patd/model/token.h"

struct journal;

/* What waits when this many do is dropped, and how many were is logged when none waits. */
#define JOURNAL_WAITING_MAX 1024U

int journal_new(sd_event *event, struct journal **ret_journal);
/* Writes what still waits.  NULL is allowed. */
void journal_free(struct journal *journal);

void journal_entry(struct journal *journal, const struct entry *entry);
/* That the token expires then. */
void journal_expiring(struct journal *journal, const struct token *token, uint64_t expires_at);
