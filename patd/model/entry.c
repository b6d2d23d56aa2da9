/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns of an entry of the history, and the words for its events. */
#include "patd/model/entry.h"

/* A column that is called as its member is. */
#define ENTRY(member, kind, max, property_)                                                        \
	{                                                                                          \
		.column = #member, FIELD(entry, member, kind, max), .property = (property_)        \
	}

static const struct field entry_fields[] = {
	ENTRY(seq, FIELD_NUMBER, INT64_MAX, "Seq"),
	ENTRY(at, FIELD_NUMBER, INT64_MAX, "At"),
	ENTRY(event, FIELD_NUMBER32, ENTRY_EVENTS - 1, "Event"),
	ENTRY(uid, FIELD_NUMBER32, UINT32_MAX, "Uid"),
	ENTRY(by_uid, FIELD_NUMBER32, UINT32_MAX, "ByUid"),
	ENTRY(how, FIELD_NUMBER32, ENTRY_HOWS - 1, "How"),
	ENTRY(result, FIELD_NUMBER32, PAT_VERDICTS - 1, "Result"),
	ENTRY(new_service, FIELD_BOOL, 1, "NewService"),
	ENTRY(new_network, FIELD_BOOL, 1, "NewNetwork"),
	ENTRY(unrecorded, FIELD_NUMBER, INT64_MAX, "Unrecorded"),
	ENTRY(id, FIELD_ANY_ID, 0, "Token"),
	ENTRY(user, FIELD_ANY_NAME, 0, "User"),
	ENTRY(name, FIELD_ANY_NAME, 0, "Name"),
	ENTRY(service, FIELD_ANY_NAME, 0, "Service"),
	ENTRY(rhost, FIELD_ANY_NAME, 0, "From"),
	ENTRY(tty, FIELD_ANY_NAME, 0, "Tty"),
	ENTRY(detail, FIELD_ANY_NAME, 0, "Detail"),
	ENTRY(mac, FIELD_MAC, 0, NULL),
};

const struct table entry_table = { entry_fields, sizeof(entry_fields) / sizeof(entry_fields[0]),
	sizeof(struct entry) };

static const struct field seal_fields[] = {
	{ FIELD(history_seal, first, FIELD_NUMBER, INT64_MAX) },
	{ FIELD(history_seal, last, FIELD_NUMBER, INT64_MAX) },
	{ FIELD(history_seal, before_first, FIELD_BYTES, 0) },
	{ FIELD(history_seal, at_last, FIELD_BYTES, 0) },
	{ FIELD(history_seal, mac, FIELD_MAC, 0) },
};

const struct table seal_table = { seal_fields, sizeof(seal_fields) / sizeof(seal_fields[0]),
	sizeof(struct history_seal) };

static const char *const events[ENTRY_EVENTS] = {
	[ENTRY_GENERATED] = "generated",
	[ENTRY_USED] = "used",
	[ENTRY_REFUSED] = "refused",
	[ENTRY_REVOKED] = "revoked",
	[ENTRY_SUSPENDED] = "suspended",
	[ENTRY_RESTORED] = "restored",
	[ENTRY_ROTATED] = "rotated",
	[ENTRY_RENAMED] = "renamed",
	[ENTRY_DELETED] = "deleted",
	[ENTRY_DISABLED] = "disabled",
	[ENTRY_ENABLED] = "enabled",
};

static const char *const hows[ENTRY_HOWS] = {
	[ENTRY_PAM] = "pam",
	[ENTRY_ROOT] = "root",
	[ENTRY_OWNER] = "owner",
	[ENTRY_PASSWORD] = "password",
	[ENTRY_PATD] = "patd",
};

const char *entry_event_text(enum entry_event event)
{
	return events[event];
}

const char *entry_how_text(enum entry_how how)
{
	return hows[how];
}
