/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Filling and checking the fields of requests and replies. */
#include "common/wire.h"

#include <string.h>

void pat_field_cut(char *field, size_t size, const char *text)
{
	size_t len = strnlen(text, size - 1);

	memcpy(field, text, len);
	memset(field + len, 0, size - len);
}

bool pat_field_set(char *field, size_t size, const char *text)
{
	if (strnlen(text, size) == size) {
		memset(field, 0, size);
		return false;
	}
	pat_field_cut(field, size, text);
	return true;
}

static bool field_check(const char *field, size_t size)
{
	size_t len = strnlen(field, size);
	unsigned char rest = 0;

	for (size_t i = len; i < size; i++)
		rest |= (unsigned char)field[i];
	return len < size && rest == 0;
}

bool pat_request_check(const struct pat_request *request, size_t len)
{
	return len == sizeof(*request) && request->magic == PAT_REQUEST_MAGIC &&
	       field_check(request->id, sizeof(request->id)) && pat_id_valid(request->id) &&
	       field_check(request->user, sizeof(request->user)) && request->user[0] != '\0' &&
	       field_check(request->service, sizeof(request->service)) &&
	       request->service[0] != '\0' && field_check(request->rhost, sizeof(request->rhost)) &&
	       field_check(request->tty, sizeof(request->tty)) &&
	       (request->account & ~(uint32_t)PAT_ACCOUNT_ALL) == 0;
}

/* The bytes after the first len are NUL, so that no memory of the sender is sent with them. */
static bool bytes_check(const char *bytes, size_t size, size_t len)
{
	unsigned char rest = 0;

	for (size_t i = len; i < size; i++)
		rest |= (unsigned char)bytes[i];
	return len <= size && rest == 0;
}

bool pat_process_check(const struct pat_process *process, size_t len)
{
	return len == sizeof(*process) && process->magic == PAT_PROCESS_MAGIC &&
	       process->pid != 0 && process->command_cut <= 1 && process->parent_cut <= 1 &&
	       bytes_check(process->command, sizeof(process->command), process->command_len) &&
	       bytes_check(process->parent, sizeof(process->parent), process->parent_len) &&
	       field_check(process->directory, sizeof(process->directory));
}

bool pat_session_check(const struct pat_session *session, size_t len)
{
	return len == sizeof(*session) && session->magic == PAT_SESSION_MAGIC &&
	       (session->event == PAT_SESSION_OPENS || session->event == PAT_SESSION_CLOSES) &&
	       session->pid != 0 && field_check(session->id, sizeof(session->id)) &&
	       pat_id_valid(session->id) && field_check(session->user, sizeof(session->user)) &&
	       session->user[0] != '\0' &&
	       field_check(session->service, sizeof(session->service)) &&
	       session->service[0] != '\0' && field_check(session->rhost, sizeof(session->rhost)) &&
	       field_check(session->tty, sizeof(session->tty)) &&
	       field_check(session->logind, sizeof(session->logind));
}

static bool expires_at_check(const struct pat_reply *reply)
{
	if (reply->verdict == PAT_ASKED)
		return reply->expires_at >= 1 && reply->expires_at <= PAT_CONFIRM_MAX;
	return reply->expires_at == 0 || reply->verdict == PAT_ACCEPTED ||
	       reply->verdict == PAT_EXPIRED;
}

bool pat_reply_check(const struct pat_reply *reply, size_t len)
{
	return len == sizeof(*reply) && reply->magic == PAT_REPLY_MAGIC &&
	       reply->verdict < PAT_VERDICTS &&
	       (reply->replaced_until == 0 || reply->verdict == PAT_ACCEPTED) &&
	       expires_at_check(reply);
}
