/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server of requests: its connections, and what it is told of. */
#include "patd/requests/requests.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "patd/requests/followers.h"
#include "patd/requests/handlers.h"
#include "patd/requests/receive.h"
#include "patd/requests/requests_private.h"
#include "patd/requests/turns.h"
#include "patd/util/abandon.h"

#define FRONTS_MAX 4U /* one, and those before it that are not closed yet */
#define ROOTS_MAX 64U
/* What may wait: of strangers, by way of patd-bus; root's wait in its sockets. */
static const struct queue_bounds front_bounds = { 4096, 128, (size_t)8 * 1024 * 1024 };
static const struct queue_bounds root_bounds = { 4096, 4096, (size_t)64 * 1024 * 1024 };

/* After each sync, and when changes are possible again. */
static void on_sync(void *userdata)
{
	works_release(userdata);
	secrets_delete_undelivered(userdata);
	turns_want(userdata);
}

/* Takes fd over.  NULL: there are too many, or there is no memory. */
static struct request_peer *add_peer(struct requests *requests, int fd, bool front)
{
	unsigned int *count = front ? &requests->fronts : &requests->roots;
	static const struct peer_calls calls = { receive_next, turns_want };
	struct request_peer *peer;

	if (*count == (front ? FRONTS_MAX : ROOTS_MAX)) {
		/* What came with it may block its close. */
		abandon_fd(fd);
		return NULL;
	}
	if (request_peer_new(requests, &calls, requests->event, fd, front,
		    front ? &front_bounds : &root_bounds, &peer) < 0)
		return NULL;
	LIST_INSERT_HEAD(&requests->peers, peer, entry);
	++*count;
	return peer;
}

/* Takes the connection fd of root over, whose first packet has been received. */
static void take(int fd, const void *packet, size_t len, void *userdata)
{
	struct requests *requests = userdata;
	struct request_peer *peer = add_peer(requests, fd, false);

	if (!peer)
		return;
	receive_packet(peer, packet, len);
	requests->root_read_us = turns_now_us();
	turns_want(requests);
}

static int on_connect(sd_event_source *source, int listening, uint32_t revents, void *userdata)
{
	int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)source;
	(void)revents;
	if (fd >= 0)
		(void)add_peer(userdata, fd, true);
	return 0;
}

void requests_set_policy(struct requests *requests, const struct policy_set *policy)
{
	requests->policy = policy;
	followers_restart(requests->followers);
}

void requests_free(struct requests *requests)
{
	struct request_peer *peer;

	if (!requests)
		return;
	login_server_set_others(requests->context.login_server, NULL);
	followers_free(requests->followers);
	sync_unlisten(requests->context.sync, on_sync, requests);
	while ((peer = LIST_FIRST(&requests->peers)))
		turns_close(peer);
	sd_event_source_disable_unref(requests->listener);
	turn_end(&requests->turn);
	sd_event_source_disable_unref(requests->pause);
	sd_event_unref(requests->event);
	free(requests);
}

DEFINE_CLEANUP(requests_free, requests)

int requests_new(sd_event *event, int front_fd, const struct requests_context *context,
	struct requests **ret_requests)
{
	cleanup_with(requests_free) struct requests *requests = calloc(1, sizeof(*requests));
	const struct login_others others = { take, serve_verdict, requests };
	int r;

	if (!requests)
		return -ENOMEM;
	requests->event = sd_event_ref(event);
	requests->context = *context;
	LIST_INIT(&requests->peers);
	TAILQ_INIT(&requests->held);
	TAILQ_INIT(&requests->verifying);
	login_server_set_others(context->login_server, &others);
	r = sync_listen(context->sync, on_sync, requests);
	if (r < 0)
		return r;
	r = turns_begin(requests);
	if (r < 0)
		return r;
	r = sd_event_add_io(event, &requests->listener, front_fd, EPOLLIN, on_connect, requests);
	if (r < 0)
		return r;
	r = followers_new(requests, &requests->followers);
	if (r < 0)
		return r;
	*ret_requests = TAKE(requests);
	return 0;
}
