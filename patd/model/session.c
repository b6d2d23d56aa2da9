/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The columns of a session. */
#include "patd/model/session.h"

static const struct field session_fields[] = {
	FIELD(session, "number", number, FIELD_NUMBER, INT64_MAX),
	FIELD(session, "boot", boot, FIELD_NAME, 0),
	FIELD(session, "pid", pid, FIELD_NUMBER32, UINT32_MAX),
	FIELD(session, "start_time", start_time, FIELD_NUMBER, INT64_MAX),
	FIELD(session, "token", token, FIELD_ID, 0),
	FIELD(session, "name", name, FIELD_NAME, 0),
	FIELD(session, "uid", uid, FIELD_NUMBER32, UINT32_MAX),
	FIELD(session, "user", user, FIELD_NAME, 0),
	FIELD(session, "service", service, FIELD_ANY_NAME, 0),
	FIELD(session, "rhost", rhost, FIELD_ANY_NAME, 0),
	FIELD(session, "tty", tty, FIELD_ANY_NAME, 0),
	FIELD(session, "logind", logind, FIELD_ANY_NAME, 0),
	FIELD(session, "opened_at", opened_at, FIELD_NUMBER, INT64_MAX),
	FIELD(session, "ending", ending, FIELD_BOOL, 1),
};

const struct table session_table = TABLE(session, session_fields);
