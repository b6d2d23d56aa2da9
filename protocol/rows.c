/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables of the rows that patd answers with. */
#include "protocol/rows.h"

#include <string.h>

#include "common/restriction.h"

/* A member whose name is its key in JSON. */
#define ROW(record, member, kind, max, property)                                                   \
	FIELD_SHOWN(record, #member, member, kind, max, property)

/* clang-format off */
/* The same, seconds since 1970 UTC, with another key. */
#define TIME(record, key, member_, property_)                                                      \
	{ .column = (key),                                                                         \
		.kind = FIELD_NUMBER,                                                              \
		.offset = offsetof(struct record, member_),                                        \
		.size = sizeof(uint64_t),                                                          \
		.max = INT64_MAX,                                                                  \
		.property = (property_),                                                           \
		.zero_is_none = true }
/* clang-format on */

#define TOKEN(member, kind, max, property) ROW(token_row, member, kind, max, property)
#define TOKEN_TIME(member, property) TIME(token_row, #member, member, property)

static const struct field before_restrictions[] = {
	TOKEN(id, FIELD_ID, 0, "Id"),
	TOKEN(name, FIELD_ANY_NAME, 0, "Name"),
	TOKEN(uid, FIELD_NUMBER32, UINT32_MAX, "Uid"),
	TOKEN(user, FIELD_ANY_NAME, 0, "User"),
	TOKEN(state, FIELD_NAME, 0, "State"),
	TOKEN_TIME(created_at, "CreatedAt"),
	TOKEN(created_by, FIELD_NUMBER32, UINT32_MAX, "CreatedBy"),
	TOKEN_TIME(expires_at, "ExpiresAt"),
};

static const struct field after_restrictions[] = {
	TOKEN(uses, FIELD_NUMBER, INT64_MAX, "Uses"),
	{ .column = "sessions",
		.kind = FIELD_NUMBER32,
		.offset = offsetof(struct token_row, sessions),
		.size = sizeof(((struct token_row *)0)->sessions),
		.max = UINT32_MAX,
		.property = "Sessions",
		.added_later = true },
	TOKEN_TIME(revoked_at, "RevokedAt"),
	TOKEN_TIME(revoked_until, "RevokedUntil"),
	TOKEN(revoked_reason, FIELD_TEXT, 0, "RevokedReason"),
	TOKEN(rotations, FIELD_NUMBER32, UINT32_MAX, "Rotations"),
	TOKEN_TIME(rotated_at, "RotatedAt"),
	TOKEN_TIME(former_until, "FormerUntil"),
	TOKEN_TIME(last_used_at, "LastUsedAt"),
	TOKEN(last_used_service, FIELD_TEXT, 0, "LastUsedService"),
	TOKEN(last_used_from, FIELD_TEXT, 0, "LastUsedFrom"),
	{ .column = "note",
		.kind = FIELD_TEXT,
		.offset = offsetof(struct token_row, note),
		.size = sizeof(((struct token_row *)0)->note),
		.property = "Note",
		.added_later = true },
	{ .column = "issuer",
		.kind = FIELD_TEXT,
		.offset = offsetof(struct token_row, issuer),
		.size = sizeof(((struct token_row *)0)->issuer),
		.property = "Issuer",
		.added_later = true },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TOKEN_FIELDS (COUNT(before_restrictions) + PAT_RESTRICTIONS + COUNT(after_restrictions))

static struct field restriction_field(enum pat_restriction r)
{
	static const struct {
		enum field_kind kind;
		uint64_t max;
	} fields[] = {
		[RESTRICTION_LIST] = { FIELD_TEXT, 0 },
		[RESTRICTION_TEXT] = { FIELD_TEXT, 0 },
		[RESTRICTION_TIME] = { FIELD_NUMBER, INT64_MAX },
		[RESTRICTION_COUNT] = { FIELD_NUMBER, INT64_MAX },
		[RESTRICTION_FLAG] = { FIELD_BOOL, 1 },
	};
	const enum restriction_kind kind = restrictions[r].kind;

	return (struct field) {
		.column = restrictions[r].name,
		.kind = fields[kind].kind,
		.offset = offsetof(struct token_row, limits) + limit_places[r].offset,
		.size = limit_places[r].size,
		.max = fields[kind].max,
		.property = restrictions[r].property,
		.list = kind == RESTRICTION_LIST,
		.added_later = restrictions[r].added_later,
		.zero_is_none = RESTRICTION_IS_NUMBER(kind),
	};
}

const struct table *token_row_table(void)
{
	/* Filled by the first call, which is made before there are threads. */
	static struct field fields[TOKEN_FIELDS];
	static struct table table = { fields, TOKEN_FIELDS, sizeof(struct token_row) };
	struct field *to = fields;

	if (fields[0].property)
		return &table;
	memcpy(to, before_restrictions, sizeof(before_restrictions));
	to += COUNT(before_restrictions);
	for (enum pat_restriction r = 0; r < PAT_RESTRICTIONS; r++)
		*to++ = restriction_field(r);
	memcpy(to, after_restrictions, sizeof(after_restrictions));
	return &table;
}

#define ENTRY(member, kind, max, property) ROW(entry_row, member, kind, max, property)
/* clang-format off */
#define ADDED_ENTRY(member_, kind_, max_, property_)                                               \
	{ .column = #member_,                                                                      \
		.kind = (kind_),                                                                   \
		.offset = offsetof(struct entry_row, member_),                                     \
		.size = sizeof(((struct entry_row *)0)->member_),                                  \
		.max = (max_),                                                                     \
		.property = (property_),                                                           \
		.added_later = true }
/* clang-format on */

static const struct field entry_fields[] = {
	ENTRY(seq, FIELD_NUMBER, INT64_MAX, "Seq"),
	TIME(entry_row, "at", at, "At"),
	ENTRY(event, FIELD_NAME, 0, "Event"),
	ENTRY(id, FIELD_ANY_ID, 0, "Token"),
	ENTRY(name, FIELD_ANY_NAME, 0, "Name"),
	ENTRY(user, FIELD_ANY_NAME, 0, "User"),
	ENTRY(uid, FIELD_NUMBER32, UINT32_MAX, "Uid"),
	ENTRY(by_uid, FIELD_NUMBER32, UINT32_MAX, "ByUid"),
	ENTRY(how, FIELD_NAME, 0, "How"),
	ENTRY(service, FIELD_ANY_NAME, 0, "Service"),
	FIELD_SHOWN(entry_row, "from", rhost, FIELD_ANY_NAME, 0, "From"),
	ENTRY(tty, FIELD_ANY_NAME, 0, "Tty"),
	ENTRY(result, FIELD_ANY_NAME, 0, "Result"),
	ENTRY(new_service, FIELD_BOOL, 1, "NewService"),
	ENTRY(new_network, FIELD_BOOL, 1, "NewNetwork"),
	ENTRY(unrecorded, FIELD_NUMBER, INT64_MAX, "Unrecorded"),
	ENTRY(detail, FIELD_ANY_NAME, 0, "Detail"),
	ADDED_ENTRY(command, FIELD_TEXT, 0, "Command"),
	ADDED_ENTRY(process, FIELD_TEXT, 0, "Process"),
	ADDED_ENTRY(answered, FIELD_BOOL, 1, "Answered"),
	ADDED_ENTRY(answered_by, FIELD_NUMBER32, UINT32_MAX, "AnsweredBy"),
};

const struct table entry_row_table = TABLE(entry_row, entry_fields);

#define APPROVAL(key, member, kind, max, property)                                                 \
	FIELD_SHOWN(approval, key, member, kind, max, property)

static const struct field approval_fields[] = {
	APPROVAL("id", id, FIELD_NAME, 0, "Id"),
	APPROVAL("token", token, FIELD_ID, 0, "Token"),
	APPROVAL("name", name, FIELD_ANY_NAME, 0, "Name"),
	APPROVAL("user", user, FIELD_ANY_NAME, 0, "User"),
	APPROVAL("uid", uid, FIELD_NUMBER32, UINT32_MAX, "Uid"),
	APPROVAL("service", service, FIELD_ANY_NAME, 0, "Service"),
	APPROVAL("from", rhost, FIELD_ANY_NAME, 0, "From"),
	APPROVAL("tty", tty, FIELD_ANY_NAME, 0, "Tty"),
	APPROVAL("command", process.command, FIELD_TEXT, 0, "Command"),
	APPROVAL("directory", process.directory, FIELD_TEXT, 0, "Directory"),
	APPROVAL("pid", process.pid, FIELD_NUMBER32, UINT32_MAX, "Pid"),
	APPROVAL("start_time", process.start_time, FIELD_NUMBER, UINT64_MAX, "StartTime"),
	APPROVAL("started_by_uid", process.uid, FIELD_NUMBER32, UINT32_MAX, "StartedByUid"),
	APPROVAL("parent", process.parent, FIELD_TEXT, 0, "Parent"),
	APPROVAL("parent_pid", process.parent_pid, FIELD_NUMBER32, UINT32_MAX, "ParentPid"),
	TIME(approval, "at", asked_at, "At"),
	TIME(approval, "until", ends_at, "Until"),
};

const struct table approval_table = TABLE(approval, approval_fields);

static const struct field disabled_fields[] = {
	ROW(disabled_row, user, FIELD_ANY_NAME, 0, "User"),
	TIME(disabled_row, "disabled_at", at, "At"),
	ROW(disabled_row, by_uid, FIELD_NUMBER32, UINT32_MAX, "ByUid"),
	ROW(disabled_row, reason, FIELD_TEXT, 0, "Reason"),
};

const struct table disabled_row_table = TABLE(disabled_row, disabled_fields);

static const struct field source_fields[] = {
	ROW(source_row, from, FIELD_NAME, 0, "From"),
	ROW(source_row, service, FIELD_ANY_NAME, 0, "Service"),
	TIME(source_row, "at", at, "At"),
};

const struct table source_row_table = TABLE(source_row, source_fields);

#define SESSION(member, kind, max, property) ROW(session_row, member, kind, max, property)

static const struct field session_fields[] = {
	SESSION(number, FIELD_NUMBER, INT64_MAX, "Number"),
	SESSION(token, FIELD_ID, 0, "Token"),
	SESSION(name, FIELD_ANY_NAME, 0, "Name"),
	SESSION(user, FIELD_ANY_NAME, 0, "User"),
	SESSION(uid, FIELD_NUMBER32, UINT32_MAX, "Uid"),
	SESSION(service, FIELD_ANY_NAME, 0, "Service"),
	SESSION(from, FIELD_NAME, 0, "From"),
	SESSION(tty, FIELD_ANY_NAME, 0, "Tty"),
	SESSION(pid, FIELD_NUMBER32, UINT32_MAX, "Pid"),
	SESSION(logind, FIELD_ANY_NAME, 0, "Session"),
	TIME(session_row, "opened_at", opened_at, "OpenedAt"),
	SESSION(ending, FIELD_BOOL, 1, "Ending"),
};

const struct table session_row_table = TABLE(session_row, session_fields);

#define ISSUER(member, kind, max) FIELD(fleet_issuer_row, #member, member, kind, max)

static const struct field fleet_issuer_fields[] = {
	ISSUER(name, FIELD_NAME, 0),
	ISSUER(number, FIELD_NUMBER, INT64_MAX),
	ISSUER(last, FIELD_NUMBER, INT64_MAX),
	TIME(fleet_issuer_row, "beat_at", beat_at, NULL),
	ISSUER(complete, FIELD_BOOL, 1),
	ISSUER(tokens, FIELD_NUMBER, INT64_MAX),
	ISSUER(standing, FIELD_NAME, 0),
};

const struct table fleet_issuer_row_table = TABLE(fleet_issuer_row, fleet_issuer_fields);

static const struct field fleet_host_fields[] = {
	FIELD(fleet_host_row, "host", host, FIELD_NAME, 0),
	TIME(fleet_host_row, "seen_at", seen_at, NULL),
	FIELD(fleet_host_row, "issuer", issuer, FIELD_ANY_NAME, 0),
	FIELD(fleet_host_row, "number", number, FIELD_NUMBER, INT64_MAX),
	{ .column = "last",
		.kind = FIELD_NUMBER,
		.offset = offsetof(struct fleet_host_row, last),
		.size = sizeof(uint64_t),
		.max = INT64_MAX,
		.zero_is_none = true },
};

const struct table fleet_host_row_table = TABLE(fleet_host_row, fleet_host_fields);

static const struct field setting_fields[] = {
	ROW(setting_row, key, FIELD_TEXT, 0, "Key"),
	ROW(setting_row, value, FIELD_TEXT, 0, "Value"),
	ROW(setting_row, source, FIELD_TEXT, 0, "Source"),
};

const struct table setting_row_table = TABLE(setting_row, setting_fields);

const void *token_row_restriction(const struct token_row *row, enum pat_restriction restriction)
{
	return (const char *)&row->limits + limit_places[restriction].offset;
}
