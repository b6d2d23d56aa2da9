/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns of the table fleet_issuer. */
#include "patd/model/fleet_ledger.h"

static const struct field fields[] = {
	FIELD(fleet_ledger, "name", issuer, FIELD_NAME, 0),
	FIELD(fleet_ledger, "number", number, FIELD_NUMBER, INT64_MAX),
	FIELD(fleet_ledger, "rows", rows, FIELD_BYTES, 0),
	FIELD(fleet_ledger, "last", last, FIELD_NUMBER, INT64_MAX),
	FIELD(fleet_ledger, "beat_at", beat_at, FIELD_NUMBER, INT64_MAX),
	FIELD(fleet_ledger, "beat_key", beat_key, FIELD_TEXT, 0),
	FIELD(fleet_ledger, "complete", complete, FIELD_BOOL, 1),
	FIELD(fleet_ledger, "mac", mac, FIELD_MAC, 0),
};

const struct table fleet_ledger_table = TABLE(fleet_ledger, fields);
