/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The record that the system journal gets of an entry of the history. */
#include "patd/history/journal_record.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "patd/model/sources.h"

/* Kinds of message beyond those that an event makes by itself. */
enum {
	NEW_NETWORK = ENTRY_EVENTS, /* used, for the first time from there */
	REUSED,                     /* refused, as a secret that was replaced */
	EXPIRING,
	KINDS
};

/* The ids are those of systemd/patd.catalog. */
static const struct {
	const char *message_id;
	int priority;
} kinds[KINDS] = {
	[ENTRY_GENERATED] = { "bb84db6d14184c9fa20fc1807cda6deb", LOG_NOTICE },
	[ENTRY_USED] = { "a5ccae55bbe1489aabe1b87bba4f0264", LOG_INFO },
	[ENTRY_REFUSED] = { "6746b75c786e48f298cc2a3bceba5c80", LOG_NOTICE },
	[ENTRY_REVOKED] = { "3ad46db586df4a1aa340d852c379069f", LOG_NOTICE },
	[ENTRY_SUSPENDED] = { "15e04dc30d874a0abc357c21f428d9ae", LOG_NOTICE },
	[ENTRY_RESTORED] = { "d803a616241448e39995eb048c7fcc90", LOG_NOTICE },
	[ENTRY_ROTATED] = { "e6a6cb0289874c24a112a4d80e994fb7", LOG_NOTICE },
	[ENTRY_RENAMED] = { "09c4e4d29eb94788be840afcc77de6f0", LOG_NOTICE },
	[ENTRY_DELETED] = { "51b3eb5d2ce7458c8ca0fec7b188fe80", LOG_NOTICE },
	[ENTRY_DISABLED] = { "d6dcbabf3d23460c94f4e0b8086b89a4", LOG_NOTICE },
	[ENTRY_ENABLED] = { "95f2e8922e2646919291a38ec4886daf", LOG_NOTICE },
	[ENTRY_CHANGED] = { "b2b133a74c8a4ebe9e7c38fb1fbdbda1", LOG_NOTICE },
	[ENTRY_SESSION_ENDED] = { "8c144186b44541a8a9d62fba8d61d4e9", LOG_NOTICE },
	[NEW_NETWORK] = { "c19a1cfa9e6e4f3bbfaeea836e5263a0", LOG_WARNING },
	[REUSED] = { "fa1e9adcd5f2451496470adfd3180887", LOG_ALERT },
	[EXPIRING] = { "6d5dbccd53dd48718a7971d6b41886ba", LOG_NOTICE },
};

/* A token's very first use is new in every way: as far as is known here, nothing to warn of. */
static int priority_of(unsigned int kind, const struct entry *entry)
{
	return kind == NEW_NETWORK && entry->new_service ? LOG_NOTICE : kinds[kind].priority;
}

static unsigned int kind_of(const struct entry *entry, uint64_t expires_at)
{
	if (expires_at != 0)
		return EXPIRING;
	if (entry->event == ENTRY_REFUSED && entry->result == PAT_ROTATED)
		return REUSED;
	if (entry->event == ENTRY_USED && entry->new_network)
		return NEW_NETWORK;
	return entry->event;
}

__attribute__((format(printf, 2, 3))) static void put(
	struct journal_record *record, const char *format, ...)
{
	size_t room = sizeof(record->text) - record->used;
	va_list args;
	int n;

	va_start(args, format);
	/* clang 14 takes it for one never started. NOLINTNEXTLINE(clang-analyzer-valist.*) */
	n = vsnprintf(record->text + record->used, room, format, args);
	va_end(args);
	if (n > 0)
		record->used += (size_t)n < room ? (size_t)n : room - 1;
}

/* The field that was put since start, which ends here. */
static void end_field(struct journal_record *record, size_t start)
{
	record->fields[record->fields_n++] = (struct iovec) {
		.iov_base = record->text + start,
		.iov_len = record->used - start,
	};
	record->text[record->used++] = '\0';
}

/* escape: bytes, but for control characters, that get a backslash. */
static void put_text(struct journal_record *record, const char *text, const char *escape)
{
	bool good = !pat_name_problem(text);

	for (const char *c = text; *c != '\0'; c++) {
		if (!good && (*c < ' ' || *c > '~' || *c == '\\'))
			put(record, "\\x%02x", (unsigned char)*c);
		else
			put(record, "%s%c", strchr(escape, *c) ? "\\" : "", *c);
	}
}

static void put_quoted(struct journal_record *record, const char *text)
{
	put(record, "\"");
	put_text(record, text, "\"\\");
	put(record, "\"");
}

/* Without quotes where nobody could take it for more than one word. */
static void put_word(struct journal_record *record, const char *text)
{
	static const char unquoted[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				       "0123456789._:/@%+-";

	if (text[strspn(text, unquoted)] == '\0')
		put(record, "%s", text);
	else
		put_quoted(record, text);
}

static void put_subject(struct journal_record *record, const struct entry *entry)
{
	if (entry->id.text[0] != '\0') {
		put(record, "token %s ", entry->id.text);
		put_quoted(record, entry->name);
		put(record, " of ");
		put_word(record, entry->user);
	} else if (entry->user[0] != '\0') {
		put(record, "tokens of ");
		put_word(record, entry->user);
	} else {
		put(record, "all tokens");
	}
}

static void put_place(struct journal_record *record, const struct entry *entry)
{
	put(record, " for ");
	put_word(record, entry->service);
	put(record, "%s ", entry->new_service ? " (a new service)" : "");
	if (entry->rhost[0] == '\0') {
		put(record, "locally");
	} else if (strcmp(entry->rhost, SOURCES_UNKNOWN) == 0) {
		put(record, "from an unknown source");
	} else {
		put(record, "from ");
		put_word(record, entry->rhost);
	}
	put(record, "%s", entry->new_network ? " (a new network)" : "");
	if (entry->tty[0] != '\0') {
		put(record, " on ");
		put_word(record, entry->tty);
	}
}

/* Root's services ask for everybody: only another one who asks is worth a word. */
static void put_by(struct journal_record *record, const struct entry *entry)
{
	if (entry->how != ENTRY_PAM || entry->by_uid != 0)
		put(record, " by uid %" PRIu32 " (%s)", entry->by_uid, entry_how_text(entry->how));
}

/* More than the verdict says; "" if there is nothing. */
static const char *why_refused(const struct entry *entry)
{
	if (entry->result == PAT_ROTATED)
		return ", a secret that was replaced: somebody may have stolen it";
	if (entry->result != PAT_WRONG_SOURCE || entry->rhost[0] == '\0')
		return "";
	if (strcmp(entry->rhost, SOURCES_UNKNOWN) == 0)
		return ", the service does not report where logins come from";
	return sources_is_address(entry->rhost) ? "" : ", a host name instead of an address";
}

/* The command is quoted for a shell already: see patd/model/login_process.h. */
static void put_approval(struct journal_record *record, const struct entry *entry)
{
	put(record, ": %s", entry->command);
	if (entry->answered)
		put(record, "; %s by uid %" PRIu32,
			entry->result == PAT_DENIED ? "denied" : "approved", entry->answered_by);
	if (entry->process[0] != '\0')
		put(record, "; %s", entry->process);
}

static void put_what(struct journal_record *record, const struct entry *entry)
{
	put(record, ": %s", entry_event_text(entry->event));
	if (entry->service[0] != '\0')
		put_place(record, entry);
	put_by(record, entry);
	if (entry->event == ENTRY_REFUSED)
		put(record, ": %s%s", verdict_word(entry->result), why_refused(entry));
	if (entry->detail[0] != '\0') {
		put(record, entry->event == ENTRY_USED ? ": use " : ": ");
		put_quoted(record, entry->detail);
	}
	if (entry->command[0] != '\0')
		put_approval(record, entry);
	if (entry->unrecorded > 0)
		put(record, "; before it %" PRIu64 " came too fast to be recorded",
			entry->unrecorded);
}

static void put_expiring(struct journal_record *record, uint64_t expires_at)
{
	char text[64] = "";
	time_t t = (time_t)expires_at;
	struct tm tm;

	if (gmtime_r(&t, &tm) && strftime(text, sizeof(text), "%F %R UTC", &tm) > 0)
		put(record, ": expires on %s", text);
	else
		put(record, ": expires");
}

static void add_text(struct journal_record *record, const char *key, const char *text)
{
	size_t start = record->used;

	if (text[0] == '\0')
		return;
	put(record, "%s=", key);
	put_text(record, text, "");
	end_field(record, start);
}

static void add_number(struct journal_record *record, const char *key, uint64_t number)
{
	size_t start = record->used;

	put(record, "%s=%" PRIu64, key, number);
	end_field(record, start);
}

static void add_count(struct journal_record *record, const char *key, uint64_t number)
{
	if (number > 0)
		add_number(record, key, number);
}

static void add_message(
	struct journal_record *record, const struct entry *entry, uint64_t expires_at)
{
	size_t start = record->used;

	put(record, "MESSAGE=");
	record->message = record->text + record->used;
	put_subject(record, entry);
	if (expires_at != 0)
		put_expiring(record, expires_at);
	else
		put_what(record, entry);
	end_field(record, start);
}

/* The fields of what happened, as against a token that will expire. */
static void add_what(struct journal_record *record, const struct entry *entry)
{
	bool login = entry->event == ENTRY_USED || entry->event == ENTRY_REFUSED;

	add_count(record, "PAT_SEQ", entry->seq);
	add_number(record, "PAT_BY_UID", entry->by_uid);
	add_text(record, "PAT_HOW", entry_how_text(entry->how));
	add_text(record, "PAT_SERVICE", entry->service);
	add_text(record, "PAT_RHOST", entry->rhost);
	add_text(record, "PAT_TTY", entry->tty);
	add_text(record, "PAT_RESULT", login ? verdict_word(entry->result) : "");
	add_count(record, "PAT_NEW_SERVICE", entry->new_service);
	add_count(record, "PAT_NEW_NETWORK", entry->new_network);
	add_count(record, "PAT_UNRECORDED", entry->unrecorded);
	add_text(record, "PAT_DETAIL", entry->detail);
	add_text(record, "PAT_COMMAND", entry->command);
	add_text(record, "PAT_PROCESS", entry->process);
	if (entry->answered)
		add_number(record, "PAT_ANSWERED_BY", entry->answered_by);
}

void journal_record_make(const struct entry *entry, uint64_t expires_at, struct journal_record *ret)
{
	unsigned int kind = kind_of(entry, expires_at);
	const char *event = expires_at != 0 ? "expiring" : entry_event_text(entry->event);

	ret->used = 0;
	ret->fields_n = 0;
	ret->priority = priority_of(kind, entry);
	add_message(ret, entry, expires_at);
	add_text(ret, "MESSAGE_ID", kinds[kind].message_id);
	add_number(ret, "PRIORITY", (uint64_t)ret->priority);
	add_number(ret, "SYSLOG_FACILITY", LOG_FAC(LOG_AUTHPRIV));
	add_text(ret, "PAT_EVENT", event);
	add_text(ret, "PAT_TOKEN_ID", entry->id.text);
	add_text(ret, "PAT_TOKEN_NAME", entry->name);
	add_text(ret, "PAT_USER", entry->user);
	if (entry->id.text[0] != '\0')
		add_number(ret, "PAT_UID", entry->uid);
	if (expires_at != 0)
		add_number(ret, "PAT_EXPIRES_AT", expires_at);
	else
		add_what(ret, entry);
}
