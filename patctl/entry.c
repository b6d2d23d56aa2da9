#include "patctl/entry.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "patctl/text.h"
#include "patctl/timestamp.h"

static const struct field fields[] = {
	{ "Seq", FIELD_UINT64, offsetof(struct entry, seq) },
	{ "At", FIELD_UINT64, offsetof(struct entry, at) },
	{ "Event", FIELD_TEXT, offsetof(struct entry, event) },
	{ "Token", FIELD_TEXT, offsetof(struct entry, token) },
	{ "Name", FIELD_TEXT, offsetof(struct entry, name) },
	{ "User", FIELD_TEXT, offsetof(struct entry, user) },
	{ "Uid", FIELD_UINT32, offsetof(struct entry, uid) },
	{ "ByUid", FIELD_UINT32, offsetof(struct entry, by_uid) },
	{ "How", FIELD_TEXT, offsetof(struct entry, how) },
	{ "Service", FIELD_TEXT, offsetof(struct entry, service) },
	{ "From", FIELD_TEXT, offsetof(struct entry, from) },
	{ "Tty", FIELD_TEXT, offsetof(struct entry, tty) },
	{ "Result", FIELD_TEXT, offsetof(struct entry, result) },
	{ "NewService", FIELD_BOOL, offsetof(struct entry, new_service) },
	{ "NewNetwork", FIELD_BOOL, offsetof(struct entry, new_network) },
	{ "Unrecorded", FIELD_UINT64, offsetof(struct entry, unrecorded) },
	{ "Detail", FIELD_TEXT, offsetof(struct entry, detail) },
};

const struct shape entry_shape = {
	.fields = fields,
	.n = sizeof(fields) / sizeof(fields[0]),
	.size = sizeof(struct entry),
};

static char *tell_time(const struct entry *entry, const struct look *look)
{
	char stamp[TIMESTAMP_TEXT_MAX];

	if (look->people)
		timestamp_format_local(entry->at, stamp);
	else
		timestamp_format_utc(entry->at, stamp);
	return text_format("%s", stamp);
}

/* Padded, so that what follows stands in a column. */
static char *tell_event(const struct entry *entry, const struct look *look)
{
	cleanup_text char *safe = text_safe(entry->event);
	cleanup_text char *padded = text_format("%-9s", safe);

	return terminal_coloured(look->palette, entry->event, padded);
}

static char *tell_subject(const struct entry *entry)
{
	cleanup_text char *name = text_safe(entry->name), *token = text_safe(entry->token),
			  *user = text_safe(entry->user);

	if (*entry->token != '\0')
		return text_format("%s (%s) of %s", name, token, user);
	return *user != '\0' ? text_format("all tokens of %s", user)
			     : text_format("the tokens of everybody");
}

/* ", sshd from 192.0.2.7 on ssh", of a login. */
static char *tell_login(const struct entry *entry)
{
	cleanup_text char *service = text_safe(entry->service), *from = text_safe(entry->from),
			  *tty = text_safe(entry->tty);

	return text_format("%s%s%s%s%s%s", *service ? ", " : "", service, *from ? " from " : "",
		from, *tty ? " on " : "", tty);
}

/* ", by its owner", of what is no login. */
static char *tell_by(const struct entry *entry, const struct look *look)
{
	static const struct {
		const char *how, *text;
	} hows[] = {
		{ "pam", "" },
		{ "root", ", by root" },
		{ "owner", ", by its owner" },
		{ "patd", ", by patd, as patd.conf says" },
	};
	cleanup_text char *user = NULL;

	for (size_t i = 0; i < sizeof(hows) / sizeof(hows[0]); i++)
		if (strcmp(entry->how, hows[i].how) == 0)
			return text_format("%s", hows[i].text);
	user = look_user(look, entry->by_uid);
	return text_format(", by %s", user);
}

/* ": why" */
static char *tell_why(const struct entry *entry)
{
	cleanup_text char *result = text_safe(entry->result), *detail = text_safe(entry->detail);
	const bool renamed = strcmp(entry->event, "renamed") == 0;

	if (strcmp(entry->event, "refused") == 0)
		return text_format(": %s", result);
	return text_format("%s%s", *detail == '\0' ? "" : renamed ? ", before: " : ": ", detail);
}

static char *tell_new(const struct entry *entry, const struct look *look)
{
	const char *what = entry->new_network && entry->new_service ? " (new network and service)"
			   : entry->new_network                     ? " (new network)"
			   : entry->new_service                     ? " (new service)"
								    : "";

	return *what ? terminal_coloured(look->palette, TERMINAL_NEW, what) : text_format("%s", "");
}

char *entry_line(const struct entry *entry, const struct look *look)
{
	cleanup_text char *time = tell_time(entry, look), *event = tell_event(entry, look),
			  *subject = tell_subject(entry), *login = tell_login(entry),
			  *by = tell_by(entry, look), *why = tell_why(entry),
			  *new = tell_new(entry, look), *lost = NULL;

	lost = entry->unrecorded > 0
		       ? text_format(" (%" PRIu64 " before it came too fast to be kept)",
				 entry->unrecorded)
		       : text_format("%s", "");
	return text_format("%s  %s  %s%s%s%s%s%s", time, event, subject, login, by, why, new, lost);
}
