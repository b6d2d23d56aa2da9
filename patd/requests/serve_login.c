/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Logins that patd-bus passes on from user.sock, decided by the login server. */
#include <sodium.h>

#include "common/l10n.h"
#include "patd/requests/handlers.h"
#include "patd/requests/requests_private.h"

/* Only root logs others in, and has root.sock for it. */
enum progress serve_login(struct work *work)
{
	struct requests *requests = work->peer->requests;
	struct pat_request request;

	if (work->caller.uid == 0)
		return work_refuse_for(
			work, PAT_ERR_DENIED, N_("a login service of root asks over root.sock"));
	request = work->request.verify;
	/* It may wait for its verdict for long. */
	sodium_memzero(&work->request.verify, sizeof(work->request.verify));
	work->cookie = ++requests->cookie;
	work_move(work, &requests->verifying);
	/* Its verdict may come within this call, after which the work has gone. */
	work_queues_remove(&work->peer->queues, &work->queued);
	login_server_verify(
		requests->context.login_server, work->caller.uid, &request, work->cookie);
	sodium_memzero(&request, sizeof(request));
	return WORK_ANSWERED;
}

void serve_verdict(uint64_t cookie, const struct pat_reply *reply, void *userdata)
{
	struct requests *requests = userdata;
	struct work *work;

	/* Who asked may have gone. */
	for (work = TAILQ_FIRST(&requests->verifying); work; work = TAILQ_NEXT(work, entry))
		if (work->cookie == cookie) {
			(void)work_done(work, reply, sizeof(*reply), -1);
			return;
		}
}
