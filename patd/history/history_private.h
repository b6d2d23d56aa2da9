/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the history share among themselves. */
#pragma once

#include "patd/history/history.h"
#include "patd/history/notes.h"

struct history {
	struct database *database;
	struct statements *rows;
	const struct key *key;
	struct notes *notes;
	struct history_seal seal;    /* its end: as of the open transaction, and with all notes */
	struct history_seal before;  /* the same before the open transaction, if that changed it */
	struct history_seal written; /* in the database, as of the open transaction */
	struct history_seal committed; /* the same as of the last one that was committed */
	bool changed;                  /* seal was, in the open transaction */
	bool notes_written;            /* all of them were, in the open transaction */
	bool altered;                  /* there was no valid seal at the start */
	unsigned int losses; /* how often entries that a check may have seen were undone */
};

/* Whether the seal is one that patd wrote. */
bool history_sealed(const struct history *history, const struct history_seal *seal);

/* Makes seal the end of the history, as part of the open transaction. */
void history_change(struct history *history, const struct history_seal *seal);
