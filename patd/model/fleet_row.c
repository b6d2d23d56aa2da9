/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows and heartbeats as signed bytes, and what an issuer may say in them. */
#include "patd/model/fleet_row.h"

#include <sodium.h>
#include <string.h>

#include "common/lifetime.h"
#include "patd/model/fleet_name.h"

/* The order of a table is part of the format. */
static const struct field row_fields[] = {
	FIELD(fleet_row, "issuer", issuer, FIELD_NAME, 0),
	FIELD(fleet_row, "number", number, FIELD_NUMBER, INT64_MAX),
	FIELD(fleet_row, "kind", kind, FIELD_NUMBER32, FLEET_ROW_REVOCATION),
	FIELD(fleet_row, "id", id, FIELD_ID, 0),
	FIELD(fleet_row, "user", user, FIELD_ANY_NAME, 0),
	FIELD(fleet_row, "name", name, FIELD_ANY_NAME, 0),
	FIELD(fleet_row, "verifier", verifier, FIELD_BYTES, 0),
	FIELD(fleet_row, "created_at", created_at, FIELD_NUMBER, PAT_EXPIRES_MAX),
	FIELD(fleet_row, "created_by_root", created_by_root, FIELD_BOOL, 1),
	FIELD(fleet_row, "expires_at", expires_at, FIELD_NUMBER, PAT_EXPIRES_MAX),
	FIELD(fleet_row, "services", limits.services, FIELD_TEXT, 0),
	FIELD(fleet_row, "sources", limits.sources, FIELD_TEXT, 0),
	FIELD(fleet_row, "hours", limits.hours, FIELD_TEXT, 0),
	FIELD(fleet_row, "not_before", limits.not_before, FIELD_NUMBER, PAT_EXPIRES_MAX),
	FIELD(fleet_row, "max_uses", limits.max_uses, FIELD_NUMBER, INT64_MAX),
	FIELD(fleet_row, "confirm", limits.confirm, FIELD_BOOL, 1),
	FIELD(fleet_row, "hosts", limits.hosts, FIELD_TEXT, 0),
	FIELD(fleet_row, "revoked_at", revoked_at, FIELD_NUMBER, PAT_EXPIRES_MAX),
	FIELD(fleet_row, "revoked_until", revoked_until, FIELD_NUMBER, PAT_EXPIRES_MAX),
	FIELD(fleet_row, "revoked_reason", revoked_reason, FIELD_TEXT, 0),
	FIELD(fleet_row, "restored_at", restored_at, FIELD_NUMBER, PAT_EXPIRES_MAX),
	FIELD(fleet_row, "rotations", rotations, FIELD_NUMBER32, UINT32_MAX),
	FIELD(fleet_row, "rotated_at", rotated_at, FIELD_NUMBER, PAT_EXPIRES_MAX),
	FIELD(fleet_row, "former_verifier", former_verifier, FIELD_BYTES, 0),
	FIELD(fleet_row, "former_until", former_until, FIELD_NUMBER, PAT_EXPIRES_MAX),
};

const struct table fleet_row_table = TABLE(fleet_row, row_fields);

static const struct field beat_fields[] = {
	FIELD(fleet_beat, "issuer", issuer, FIELD_NAME, 0),
	FIELD(fleet_beat, "at", at, FIELD_NUMBER, PAT_EXPIRES_MAX),
	FIELD(fleet_beat, "last", last, FIELD_NUMBER, INT64_MAX),
	FIELD(fleet_beat, "rows", rows, FIELD_BYTES, 0),
};

const struct table fleet_beat_table = TABLE(fleet_beat, beat_fields);

_Static_assert(FLEET_SIGNATURE_LEN == crypto_sign_BYTES, "the signature is Ed25519's");
_Static_assert(FLEET_PUBLIC_KEY_LEN == crypto_sign_PUBLICKEYBYTES, "and so is the key");

static const char row_magic[FLEET_MAGIC_LEN + 1] = "PATROW01";
static const char beat_magic[FLEET_MAGIC_LEN + 1] = "PATBEAT1";

static size_t write_record(const char *magic, const struct table *table, const void *record,
	uint8_t ret[static FLEET_SIGNED_MAX])
{
	memcpy(ret, magic, FLEET_MAGIC_LEN);
	return FLEET_MAGIC_LEN + row_pack(table, record, ret + FLEET_MAGIC_LEN);
}

size_t fleet_row_write(const struct fleet_row *row, uint8_t ret[static FLEET_SIGNED_MAX])
{
	return write_record(row_magic, &fleet_row_table, row, ret);
}

size_t fleet_beat_write(const struct fleet_beat *beat, uint8_t ret[static FLEET_SIGNED_MAX])
{
	return write_record(beat_magic, &fleet_beat_table, beat, ret);
}

/* Into *ret_record, which is all zeros if the bytes are no such record in its one spelling. */
static bool read_record(const char *magic, const struct table *table, const uint8_t *bytes,
	size_t len, void *ret_record)
{
	uint8_t again[FLEET_SIGNED_MAX];
	size_t signed_len;

	memset(ret_record, 0, table->size);
	if (len < FLEET_MAGIC_LEN + FLEET_SIGNATURE_LEN || len > FLEET_SIGNED_MAX)
		return false;
	signed_len = len - FLEET_SIGNATURE_LEN;
	if (memcmp(bytes, magic, FLEET_MAGIC_LEN) == 0 &&
		row_unpack(table, bytes + FLEET_MAGIC_LEN, signed_len - FLEET_MAGIC_LEN,
			ret_record) == signed_len - FLEET_MAGIC_LEN &&
		write_record(magic, table, ret_record, again) == signed_len &&
		memcmp(again, bytes, signed_len) == 0)
		return true;
	memset(ret_record, 0, table->size);
	return false;
}

bool fleet_row_read(const uint8_t *bytes, size_t len, struct fleet_row *ret_row)
{
	struct fleet_row row;

	if (!read_record(row_magic, &fleet_row_table, bytes, len, &row) || fleet_row_problem(&row))
		return false;
	*ret_row = row;
	return true;
}

bool fleet_beat_read(const uint8_t *bytes, size_t len, struct fleet_beat *ret_beat)
{
	struct fleet_beat beat;

	if (!read_record(beat_magic, &fleet_beat_table, bytes, len, &beat) ||
		!fleet_name_valid(beat.issuer) || beat.at == 0)
		return false;
	*ret_beat = beat;
	return true;
}

static bool is_canonical(const struct limits *limits, enum pat_restriction restriction)
{
	const struct limit_place *place = &limit_places[restriction];
	const char *member = (const char *)limits + place->offset;
	struct restriction_value value = { 0 };
	struct limits again = { 0 };

	if (!RESTRICTION_IS_WRITTEN(restrictions[restriction].kind))
		return true; /* the table has its maximum */
	value.text = member;
	return limits_set(&again, restriction, &value) == NULL &&
	       strcmp(member, (const char *)&again + place->offset) == 0;
}

static const char *restrictions_problem(const struct limits *limits)
{
	for (enum pat_restriction i = 0; i < PAT_RESTRICTIONS; i++)
		if (!is_canonical(limits, i))
			return "a restriction is not written as patd writes it";
	if (limits->until[0] != '\0' || limits->until_id[0] != '\0')
		return "it is bound to something of another machine";
	return NULL;
}

static const char *token_problem(const struct fleet_row *row)
{
	if (row->name[0] == '\0' || row->created_at == 0)
		return "the token has no name or no time";
	if (!fleet_user_valid(row->user))
		return "its user is none";
	if (row->revoked_at == 0 && (row->revoked_until != 0 || row->revoked_reason[0] != '\0'))
		return "it is not revoked, and says why or until when";
	/* Who revokes it after that needs a later time. */
	if (row->restored_at >= PAT_EXPIRES_MAX)
		return "it was restored when no time is left";
	if (row->revoked_until != 0 && row->revoked_until < row->revoked_at)
		return "it was revoked until before that";
	if (row->rotations == 0 &&
		(row->rotated_at != 0 || row->former_until != 0 ||
			!sodium_is_zero(row->former_verifier, sizeof(row->former_verifier))))
		return "it was not rotated, and has a former secret";
	return restrictions_problem(&row->limits);
}

/* What a row of that kind may have. */
static struct fleet_row without_token(const struct fleet_row *row)
{
	struct fleet_row rest = {
		.number = row->number,
		.kind = row->kind,
		.id = row->id,
	};

	memcpy(rest.issuer, row->issuer, sizeof(rest.issuer));
	if (row->kind == FLEET_ROW_REVOCATION) {
		rest.revoked_at = row->revoked_at;
		memcpy(rest.revoked_reason, row->revoked_reason, sizeof(rest.revoked_reason));
	}
	return rest;
}

static const char *mark_problem(const struct fleet_row *row)
{
	const struct fleet_row rest = without_token(row);
	uint8_t said[FLEET_SIGNED_MAX], allowed[FLEET_SIGNED_MAX];
	const size_t len = fleet_row_write(row, said);

	if (fleet_row_write(&rest, allowed) != len || memcmp(said, allowed, len) != 0)
		return "it says of a token what a row of its kind does not say";
	return restrictions_problem(&row->limits);
}

const char *fleet_row_problem(const struct fleet_row *row)
{
	if (!fleet_name_valid(row->issuer))
		return "its issuer has no valid name";
	if (row->number == 0)
		return "it has no number";
	if (!pat_id_valid(row->id.text))
		return "it has no valid id";
	switch (row->kind) {
	case FLEET_ROW_TOKEN:
		return token_problem(row);
	case FLEET_ROW_DELETED:
		return mark_problem(row);
	case FLEET_ROW_REVOCATION:
		return row->revoked_at == 0 ? "it revokes nothing" : mark_problem(row);
	default:
		return "it is of no known kind";
	}
}

/* The hold ends when the issuer says so itself; until then nothing that it says lifts it. */
static void apply_revocation(const struct fleet_row *row, struct token *token)
{
	if (token->held && row->revoked_at == 0)
		return;
	token->held = false;
	token->revoked_at = row->revoked_at;
	token->revoked_until = row->revoked_until;
	memcpy(token->revoked_reason, row->revoked_reason, sizeof(token->revoked_reason));
}

void fleet_row_apply(const struct fleet_row *row, struct token *token)
{
	apply_revocation(row, token);
	memcpy(token->issuer, row->issuer, sizeof(token->issuer));
	token->number = row->number;
	token->id = row->id;
	memcpy(token->user, row->user, sizeof(token->user));
	memcpy(token->name, row->name, sizeof(token->name));
	memcpy(token->verifier, row->verifier, sizeof(token->verifier));
	token->created_at = row->created_at;
	token->created_by = row->created_by_root ? 0 : token->uid;
	token->expires_at = row->expires_at;
	token->limits = row->limits;
	token->restored_at = row->restored_at;
	token->rotations = row->rotations;
	token->rotated_at = row->rotated_at;
	memcpy(token->former_verifier, row->former_verifier, sizeof(token->former_verifier));
	token->former_until = row->former_until;
}

void fleet_row_of(const struct token *token, struct fleet_row *ret_row)
{
	*ret_row = (struct fleet_row) {
		.number = token->number,
		.kind = FLEET_ROW_TOKEN,
		.id = token->id,
		.created_at = token->created_at,
		.created_by_root = token->created_by == 0 || token->created_by != token->uid,
		.expires_at = token->expires_at,
		.limits = token->limits,
		.revoked_at = token->revoked_at,
		.revoked_until = token->revoked_until,
		.restored_at = token->restored_at,
		.rotations = token->rotations,
		.rotated_at = token->rotated_at,
		.former_until = token->former_until,
	};
	memcpy(ret_row->issuer, token->issuer, sizeof(ret_row->issuer));
	memcpy(ret_row->user, token->user, sizeof(ret_row->user));
	memcpy(ret_row->name, token->name, sizeof(ret_row->name));
	memcpy(ret_row->verifier, token->verifier, sizeof(ret_row->verifier));
	memcpy(ret_row->revoked_reason, token->revoked_reason, sizeof(ret_row->revoked_reason));
	memcpy(ret_row->former_verifier, token->former_verifier, sizeof(ret_row->former_verifier));
}
