/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Telling patd-bus which sessions to end. */
#include "patd/requests/ending.h"

#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/pack.h"
#include "patd/requests/requests_private.h"
#include "patd/requests/token_rows.h"
#include "patd/requests/turns.h"
#include "patd/util/log.h"
#include "protocol/packet.h"

#define START_INTERVAL_US UINT64_C(1000000)

static void send_session(struct request_peer *peer, const struct session *session)
{
	struct {
		struct answer_head head;
		uint8_t body[ROW_SIZE_MAX(struct session_row)];
	} event = { .head = { .magic = ANSWER_MAGIC, .kind = ANSWER_SESSION } };
	struct session_row row;
	size_t size;

	session_row_fill(session, &row);
	size = sizeof(event.head) + row_pack(&session_row_table, &row, event.body);
	(void)request_peer_send(peer, &event, size, -1);
}

/* Its socket is systemd's, which starts it for whoever connects.  It follows when it is there. */
static int start_front(const char *socket_path)
{
	cleanup_close int fd = packet_connect_at_once(socket_path);

	/* -EAGAIN: so many wait for it that it is being started. */
	return fd < 0 && fd != -EAGAIN ? fd : 0;
}

void ending_send(struct requests *requests, const struct session *session)
{
	struct request_peer *peer;
	bool sent = false;
	int r;

	for (peer = LIST_FIRST(&requests->peers); peer; peer = LIST_NEXT(peer, entry)) {
		if (!peer->is_front || !peer->follows_all || peer->failed)
			continue;
		send_session(peer, session);
		sent = true;
	}
	if (sent)
		return;
	/* One connection starts it, however many are to be ended. */
	if (requests->front_started_us != 0 &&
		turns_now_us() - requests->front_started_us < START_INTERVAL_US)
		return;
	requests->front_started_us = turns_now_us();
	r = start_front(requests->context.user_socket);
	if (r < 0)
		log_warning("sessions that are to be ended stay open: patd-bus, which ends them, "
			    "cannot be started: %s",
			strerror(-r));
}

static void send_to(const struct session *session, void *userdata)
{
	send_session(userdata, session);
}

void ending_send_all(struct request_peer *peer)
{
	if (peer->is_front && peer->follows_all)
		tokens_list_ending_sessions(peer->requests->context.tokens, send_to, peer);
}
