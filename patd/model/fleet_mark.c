/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns of a row that is no token. */
#include "patd/model/fleet_mark.h"

#include "patd/model/fleet_row.h"

static const struct field fields[] = {
	FIELD(fleet_mark, "issuer", issuer, FIELD_NAME, 0),
	FIELD(fleet_mark, "id", id, FIELD_ID, 0),
	FIELD(fleet_mark, "number", number, FIELD_NUMBER, INT64_MAX),
	FIELD(fleet_mark, "kind", kind, FIELD_NUMBER32, FLEET_ROW_REVOCATION),
	FIELD(fleet_mark, "revoked_at", revoked_at, FIELD_NUMBER, INT64_MAX),
	FIELD(fleet_mark, "revoked_reason", revoked_reason, FIELD_TEXT, 0),
	FIELD(fleet_mark, "row_hash", row_hash, FIELD_BYTES, 0),
	FIELD(fleet_mark, "mac", mac, FIELD_MAC, 0),
};

const struct table fleet_mark_table = TABLE(fleet_mark, fields);
