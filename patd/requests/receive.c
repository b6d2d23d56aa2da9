/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is received: who asks, and whether it finds a place. */
#include "patd/requests/receive.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/socket.h>

#include "common/l10n.h"
#include "patd/requests/handlers.h"
#include "patd/requests/requests_private.h"
#include "patd/requests/turns.h"
#include "patd/util/log.h"

#define LOG_INTERVAL_US (UINT64_C(60) * 1000 * 1000)

/*
 * Who asks.  Over root.sock it is root.  patd-bus says who it is, and what polkit granted; that
 * never gives what polkit cannot grant.  False: nobody can be that, such as a root with another uid
 * than 0.
 */
static bool caller_of(const struct request_peer *peer, const struct request_caller *said,
	struct caller *ret_caller)
{
	*ret_caller = (struct caller) { .user = "root" };
	if (!peer->is_front)
		return true;
	ret_caller->by_front = true;
	ret_caller->uid = said->uid;
	/* What there are actions for, and nothing else. */
	ret_caller->granted = said->granted & ((1U << ACTIONS) - 1) & ~(1U << ACTION_NONE);
	if (said->uid == 0)
		return true;
	pat_field_cut(ret_caller->user, sizeof(ret_caller->user), said->user);
	return said->uid != UINT32_MAX && !pat_name_problem(said->user) &&
	       strcmp(said->user, "root") != 0;
}

/* Once a minute at most. */
static void refuse_malformed(struct request_peer *peer)
{
	struct requests *requests = peer->requests;
	const uint64_t now = turns_now_us();

	if (requests->logged_us == 0 || now - requests->logged_us >= LOG_INTERVAL_US) {
		requests->logged_us = now;
		log_warning("%s sent a malformed request; its connection is closed",
			peer->is_front ? "patd-bus" : "a client on root.sock");
	}
	request_peer_fail(peer);
}

/* The last close of one may block, as long as whoever made it wants. */
static void refuse_descriptors(struct request_peer *peer)
{
	log_error("patd-bus passed a descriptor, which it never does; its connection is closed");
	request_peer_fail(peer);
}

/* Of the peer's works with that serial; NULL: it has been answered. */
static struct work *find_work(struct request_peer *peer, uint64_t serial)
{
	struct work *work;

	for (work = LIST_FIRST(&peer->works); work; work = LIST_NEXT(work, of_peer))
		if (work->request.head.serial == serial)
			return work;
	return NULL;
}

/* At once: what is cancelled may be what it would have to wait for. */
static void cancel(struct request_peer *peer, const struct request *packet)
{
	const struct answer_head done = {
		.magic = ANSWER_MAGIC,
		.kind = ANSWER_DONE,
		.serial = packet->head.serial,
	};
	struct work *work = find_work(peer, packet->cancel.serial);

	if (work)
		work_free(work, false);
	(void)request_peer_send(peer, &done, sizeof(done), -1);
}

void receive_packet(struct request_peer *peer, const struct request *packet, size_t len)
{
	struct caller caller;
	struct work *work;
	bool known;
	int r;

	if (!request_check(packet, len)) {
		refuse_malformed(peer);
		return;
	}
	known = caller_of(peer, &packet->head.caller, &caller);
	if (packet->head.kind == REQUEST_CANCEL) {
		cancel(peer, packet);
		return;
	}
	work = work_new(peer, request_service(packet->head.kind), packet, len, &caller);
	if (!work) {
		request_peer_fail(peer);
		return;
	}
	if (!known) {
		work_turn_away(work, PAT_ERR_UNKNOWN_USER, N_("no user with this name can ask"));
		return;
	}
	if (peer->is_front && work->service->root_only) {
		work_turn_away(work, PAT_ERR_DENIED, N_("only root may do that, over root.sock"));
		return;
	}
	r = work_queues_add(&peer->queues, &work->queued);
	if (r == -EBUSY)
		work_turn_away(work, PAT_ERR_BUSY,
			N_("too many of your requests wait, or of all users'; try again"));
	else if (r < 0)
		request_peer_fail(peer); /* which frees it */
}

void receive_next(struct request_peer *peer)
{
	struct request packet;
	ssize_t n;

	if (!peer->is_front)
		peer->requests->root_read_us = turns_now_us();
	if (request_peer_passes_descriptors(peer)) {
		refuse_descriptors(peer);
		return;
	}
	/*
	 * Without room for descriptors.  MSG_TRUNC: the packet's true length, so that one too long
	 * is seen.
	 */
	n = recv(peer->fd, &packet, sizeof(packet), MSG_DONTWAIT | MSG_TRUNC);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		request_peer_fail(peer);
		return;
	}
	receive_packet(peer, &packet, (size_t)n);
	sodium_memzero(&packet, (size_t)n < sizeof(packet) ? (size_t)n : sizeof(packet));
}
