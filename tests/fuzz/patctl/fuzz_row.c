/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A token as a patd describes it, which may be that of another machine. */
#include "patctl/client/token_record.h"
#include "tests/fuzz/dictionary.h"

static const char *const keys[] = { "Id", "Name", "Uid", "User", "State", "CreatedAt", "ExpiresAt",
	"RevokedAt", "LastUsedAt", "LastUsedService", "LastUsedFrom", "CreatedBy", "Services",
	"Sources", "Hours", "NotBefore", "MaxUses", "Uses", "RevokedUntil", "RevokedReason",
	"Rotations", "RotatedAt", "FormerUntil" };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_bytes bytes = { data, size };
	DBusMessage *reply = dbus_message_new_method_call("a.b", "/", "a.b", "c");
	struct row row;
	DBusMessageIter args;

	assert_non_null(reply);
	dbus_message_iter_init_append(reply, &args);
	fuzz_append_dictionary(&args, keys, COUNT(keys), &bytes);
	assert_true(dbus_message_iter_init(reply, &args));
	if (row_read(&args, &row)) {
		assert_true(pat_id_valid(row.id.text));
		assert_true(row.name && row.user && row.state && row.services && row.sources &&
			    row.hours && row.revoked_reason && row.last_used_service &&
			    row.last_used_from);
		row_clear(&row);
	}
	dbus_message_unref(reply);
	return 0;
}
