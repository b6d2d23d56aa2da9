/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Telling patd that a session opens and closes. */
#include "pam_pat/pam_session.h"

#include <errno.h>
#include <stdlib.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/token_format.h"
#include "common/wire.h"
#include "pam_pat/ask.h"
#include "pam_pat/grant.h"
#include "pam_pat/module_options.h"
#include "pam_pat/notice.h"
#include "pam_pat/own_process.h"
#include "pam_pat/pam_log.h"
#include "pam_pat/request.h"

#define DATA "pam_pat_session"

/* Milliseconds that the end of a session waits for patd. */
#define CLOSE_TIMEOUT_MAX 1000U

static const char *socket_path(const struct pat_options *options)
{
	return options->socket != NULL ? options->socket : PAT_RUNTIME_DIR "/" PAT_ROOT_SOCKET;
}

static void forget(pam_handle_t *pamh, void *session, int error_status)
{
	(void)pamh;
	(void)error_status;
	free(session);
}

/* For session_close(), which then looks nothing up.  The handle owns it. */
static int keep(pam_handle_t *pamh, const struct pat_session *session)
{
	struct pat_session *copy = malloc(sizeof(*copy));

	if (copy == NULL)
		return -ENOMEM;
	*copy = *session;
	if (pam_set_data(pamh, DATA, copy, forget) == PAM_SUCCESS)
		return 0;
	free(copy);
	return -ENOMEM;
}

/* NULL, or why there is no such request. */
static const char *request_read(pam_handle_t *pamh, const char *id, struct pat_request *request)
{
	const void *name = NULL;
	int r;

	if (!pat_id_valid(id))
		return "PAT_TOKEN_ID is not the id of a token";
	pat_field_cut(request->id, sizeof(request->id), id);
	if (!request_place(pamh, request))
		return "it has no service";
	if (grant_user(pamh, request))
		return NULL;
	(void)pam_get_item(pamh, PAM_USER, &name);
	if (name == NULL)
		return "it has no user";
	r = request_user(pamh, name, request, NULL);
	if (r == -ENOENT)
		return "unknown user";
	return r < 0 ? "the user cannot be looked up" : NULL;
}

static int session_read(
	pam_handle_t *pamh, const struct pat_request *request, struct pat_session *ret)
{
	struct pat_session session = {
		.magic = PAT_SESSION_MAGIC,
		.event = PAT_SESSION_OPENS,
		.uid = request->uid,
		.pid = (uint32_t)getpid(),
	};
	const char *logind = pam_getenv(pamh, "XDG_SESSION_ID");
	int r = process_start_time(&session.start_time);

	if (r < 0)
		return r;
	pat_field_cut(session.id, sizeof(session.id), request->id);
	pat_field_cut(session.user, sizeof(session.user), request->user);
	pat_field_cut(session.service, sizeof(session.service), request->service);
	pat_field_cut(session.rhost, sizeof(session.rhost), request->rhost);
	pat_field_cut(session.tty, sizeof(session.tty), request->tty);
	/* One that does not fit is no id of logind's; cut short it could be that of another. */
	(void)pat_field_set(session.logind, sizeof(session.logind), logind != NULL ? logind : "");
	*ret = session;
	return 0;
}

/* NULL, and patd's reply; or why there is none. */
static const char *record(pam_handle_t *pamh, const struct pat_options *options, const char *id,
	struct pat_request *request, struct pat_reply *ret_reply)
{
	const char *why = request_read(pamh, id, request);
	struct pat_session session;
	int r;

	if (why != NULL)
		return why;
	if (session_read(pamh, request, &session) < 0)
		return "proc(5) does not say when this process started";
	if (keep(pamh, &session) < 0)
		return "out of memory";
	r = ask_session(pamh, socket_path(options), options->timeout, &session, ret_reply);
	return r < 0 ? ask_problem(r) : NULL;
}

int session_open(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct pat_request request = { .magic = PAT_REQUEST_MAGIC };
	const char *id = grant_get(pamh), *why;
	const struct verdict *verdict;
	struct pat_options options;
	struct pat_reply reply;

	if (id == NULL || geteuid() != 0)
		return PAM_SUCCESS;
	if (options_parse(pamh, argc, argv, &options) < 0)
		return PAM_PERM_DENIED;
	why = record(pamh, &options, id, &request, &reply);
	if (why != NULL) {
		log_request(pamh, LOG_ERR, "session refused", why, &request);
		return PAM_PERM_DENIED;
	}
	if (reply.verdict == PAT_ACCEPTED) {
		if (options.debug)
			log_request(pamh, LOG_DEBUG, "session recorded", NULL, &request);
		return PAM_SUCCESS;
	}
	verdict = verdict_row(reply.verdict);
	log_request(pamh, verdict->priority, "session refused", verdict->word, &request);
	if (!options_are_silent(&options, flags))
		notice_show(pamh, &reply, (uint64_t)time(NULL), options.notice);
	return PAM_PERM_DENIED;
}

int session_close(pam_handle_t *pamh, int argc, const char **argv)
{
	struct pat_options options;
	struct pat_session session;
	const void *kept = NULL;
	struct pat_reply reply;
	int r;

	if (pam_get_data(pamh, DATA, &kept) != PAM_SUCCESS || geteuid() != 0 ||
		options_parse(pamh, argc, argv, &options) < 0)
		return PAM_SUCCESS;
	session = *(const struct pat_session *)kept;
	session.event = PAT_SESSION_CLOSES;
	if (options.timeout > CLOSE_TIMEOUT_MAX)
		options.timeout = CLOSE_TIMEOUT_MAX;
	r = ask_session(pamh, socket_path(&options), options.timeout, &session, &reply);
	if (r < 0)
		log_message(pamh, LOG_NOTICE, "end of session not recorded (%s): token=%s",
			ask_problem(r), session.id);
	return PAM_SUCCESS;
}
