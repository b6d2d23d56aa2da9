/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is taken for a request, a session or a reply keeps every rule of its header, at its very
 * size. */
#include "common/wire.h"
#include "tests/fuzz/fuzz.h"

/* NUL-terminated, and NUL to the end. */
static void assert_field(const char *field, size_t size)
{
	for (size_t i = strnlen(field, size - 1); i < size; i++)
		assert_int_equal(field[i], 0);
}

static void try_request(const uint8_t *data, size_t size)
{
	struct pat_request request = { 0 };

	memcpy(&request, data, size < sizeof(request) ? size : sizeof(request));
	if (!pat_request_check(&request, size))
		return;
	assert_int_equal(size, sizeof(request));
	assert_int_equal(request.magic, PAT_REQUEST_MAGIC);
	assert_field(request.id, sizeof(request.id));
	assert_field(request.user, sizeof(request.user));
	assert_field(request.service, sizeof(request.service));
	assert_field(request.rhost, sizeof(request.rhost));
	assert_field(request.tty, sizeof(request.tty));
	assert_true(request.user[0] != '\0' && request.service[0] != '\0');
	assert_int_equal(request.account & ~(uint32_t)PAT_ACCOUNT_ALL, 0);
}

static void try_session(const uint8_t *data, size_t size)
{
	struct pat_session session = { 0 };

	memcpy(&session, data, size < sizeof(session) ? size : sizeof(session));
	if (!pat_session_check(&session, size))
		return;
	assert_int_equal(size, sizeof(session));
	assert_int_equal(session.magic, PAT_SESSION_MAGIC);
	assert_between(session.event, PAT_SESSION_OPENS, PAT_SESSION_CLOSES);
	assert_true(session.pid != 0);
	assert_field(session.id, sizeof(session.id));
	assert_field(session.user, sizeof(session.user));
	assert_field(session.service, sizeof(session.service));
	assert_field(session.rhost, sizeof(session.rhost));
	assert_field(session.tty, sizeof(session.tty));
	assert_field(session.logind, sizeof(session.logind));
	assert_true(session.user[0] != '\0' && session.service[0] != '\0');
}

static void try_reply(const uint8_t *data, size_t size)
{
	struct pat_reply reply = { 0 };

	memcpy(&reply, data, size < sizeof(reply) ? size : sizeof(reply));
	if (!pat_reply_check(&reply, size))
		return;
	assert_int_equal(size, sizeof(reply));
	assert_int_equal(reply.magic, PAT_REPLY_MAGIC);
	assert_between(reply.verdict, 0, PAT_VERDICTS - 1);
	assert_true(reply.replaced_until == 0 || reply.verdict == PAT_ACCEPTED);
	assert_true(reply.expires_at == 0 || reply.verdict == PAT_ACCEPTED ||
		    reply.verdict == PAT_EXPIRED || reply.verdict == PAT_ASKED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_request(data, size);
	try_session(data, size);
	try_reply(data, size);
	return 0;
}
