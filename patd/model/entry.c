/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns of an entry of the history, and the words for its events. */
#include "patd/model/entry.h"

static const struct field entry_fields[] = {
	FIELD(entry, "seq", seq, FIELD_NUMBER, INT64_MAX),
	FIELD(entry, "at", at, FIELD_NUMBER, INT64_MAX),
	FIELD(entry, "event", event, FIELD_NUMBER32, ENTRY_EVENTS - 1),
	FIELD(entry, "uid", uid, FIELD_NUMBER32, UINT32_MAX),
	FIELD(entry, "by_uid", by_uid, FIELD_NUMBER32, UINT32_MAX),
	FIELD(entry, "how", how, FIELD_NUMBER32, ENTRY_HOWS - 1),
	FIELD(entry, "result", result, FIELD_NUMBER32, PAT_VERDICTS - 1),
	FIELD(entry, "new_service", new_service, FIELD_BOOL, 1),
	FIELD(entry, "new_network", new_network, FIELD_BOOL, 1),
	FIELD(entry, "unrecorded", unrecorded, FIELD_NUMBER, INT64_MAX),
	FIELD(entry, "id", id, FIELD_ANY_ID, 0),
	FIELD(entry, "user", user, FIELD_ANY_NAME, 0),
	FIELD(entry, "name", name, FIELD_ANY_NAME, 0),
	FIELD(entry, "service", service, FIELD_ANY_NAME, 0),
	FIELD(entry, "rhost", rhost, FIELD_ANY_NAME, 0),
	FIELD(entry, "tty", tty, FIELD_ANY_NAME, 0),
	FIELD(entry, "detail", detail, FIELD_ANY_NAME, 0),
	FIELD(entry, "mac", mac, FIELD_MAC, 0),
	FIELD(entry, "command", command, FIELD_TEXT, 0),
	FIELD(entry, "process", process, FIELD_TEXT, 0),
	FIELD(entry, "answered", answered, FIELD_BOOL, 1),
	FIELD(entry, "answered_by", answered_by, FIELD_NUMBER32, UINT32_MAX),
};

const struct table entry_table = TABLE(entry, entry_fields);

static const struct field seal_fields[] = {
	FIELD(history_seal, NULL, first, FIELD_NUMBER, INT64_MAX),
	FIELD(history_seal, NULL, last, FIELD_NUMBER, INT64_MAX),
	FIELD(history_seal, NULL, before_first, FIELD_BYTES, 0),
	FIELD(history_seal, NULL, at_last, FIELD_BYTES, 0),
	FIELD(history_seal, NULL, mac, FIELD_MAC, 0),
};

const struct table seal_table = TABLE(history_seal, seal_fields);

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
	[ENTRY_CHANGED] = "changed",
	[ENTRY_SESSION_ENDED] = "session-ended",
};

static const char *const hows[ENTRY_HOWS] = {
	[ENTRY_PAM] = "pam",
	[ENTRY_ROOT] = "root",
	[ENTRY_BUS] = "bus",
	[ENTRY_OWNER] = "owner",
	[ENTRY_PASSWORD] = "password",
	[ENTRY_PATD] = "patd",
	[ENTRY_FLEET] = "fleet",
};

const char *entry_event_text(enum entry_event event)
{
	return events[event];
}

const char *entry_how_text(enum entry_how how)
{
	return hows[how];
}
