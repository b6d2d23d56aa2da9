/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes records to the system journal, in a thread of its own. */
#include "patd/history/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <syslog.h>

/* The line of this file is of no use to who reads of a token. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "patd/history/journal_record.h"
#include "patd/util/log.h"
#include "patd/util/worker.h"

struct journal {
	struct worker *worker;
	bool native; /* by its own protocol, which has fields */
	unsigned int waiting;
	uint64_t dropped;
};

/* A record that waits to be written. */
struct notice {
	struct job job;
	struct journal *journal;
	struct entry entry;
	uint64_t expires_at;
	bool written;
};

/* By the priority of a record. */
static void (*const write_line[])(const char *format, ...) = {
	[LOG_ALERT] = log_error,
	[LOG_WARNING] = log_warning,
	[LOG_NOTICE] = log_notice,
	[LOG_INFO] = log_info,
};

static void write_record(struct job *job)
{
	struct notice *notice = (struct notice *)job;
	struct journal_record record;

	journal_record_make(&notice->entry, notice->expires_at, &record);
	if (!notice->journal->native || sd_journal_sendv(record.fields, record.fields_n) < 0)
		write_line[record.priority]("%s", record.message);
	notice->written = true;
}

static void log_dropped(struct journal *journal)
{
	log_error("the journal was too slow: %" PRIu64
		  " messages about tokens are missing from it; see patctl log",
		journal->dropped);
	journal->dropped = 0;
}

static void done(struct job *job)
{
	struct notice *notice = (struct notice *)job;
	struct journal *journal = notice->journal;

	/* patd is ending. */
	if (!notice->written)
		write_record(job);
	free(notice);
	journal->waiting--;
	if (journal->waiting == 0 && journal->dropped > 0)
		log_dropped(journal);
}

int journal_new(sd_event *event, struct journal **ret_journal)
{
	struct journal *journal = calloc(1, sizeof(*journal));
	int r;

	if (!journal)
		return -ENOMEM;
	journal->native = log_is_journal();
	r = worker_new(event, JOURNAL_WAITING_MAX, &journal->worker);
	if (r < 0) {
		free(journal);
		return r;
	}
	*ret_journal = journal;
	return 0;
}

void journal_free(struct journal *journal)
{
	if (!journal)
		return;
	worker_free(journal->worker);
	free(journal);
}

static void submit(struct journal *journal, const struct entry *entry, uint64_t expires_at)
{
	struct notice *notice = malloc(sizeof(*notice));

	if (notice)
		*notice = (struct notice) {
			.job = { .run = write_record, .done = done },
			.journal = journal,
			.entry = *entry,
			.expires_at = expires_at,
		};
	if (notice && worker_submit(journal->worker, &notice->job) == 0) {
		journal->waiting++;
		return;
	}
	free(notice);
	journal->dropped++;
}

void journal_entry(struct journal *journal, const struct entry *entry)
{
	submit(journal, entry, 0);
}

void journal_expiring(struct journal *journal, const struct token *token, uint64_t expires_at)
{
	struct entry entry = { .id = token->id, .uid = token->uid };

	pat_field_cut(entry.user, sizeof(entry.user), token->user);
	pat_field_cut(entry.name, sizeof(entry.name), token->name);
	submit(journal, &entry, expires_at);
}
