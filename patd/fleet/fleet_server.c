/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fleet's server: its connection, and the question that is under way. */
#include "patd/fleet/fleet_server.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "patd/fleet/fleet_private.h"
#include "patd/util/log.h"

#define PATIENCE_US (UINT64_C(60) * 1000 * 1000)

static void end_peer(struct fleet_server *server)
{
	turn_end(&server->ending);
	fleet_peer_free(server->peer);
	server->peer = NULL;
	server->question = NULL;
	server->waits_for_disk = false;
	server->greeted = false;
	tokens_fleet_lose_claims(server->tokens);
}

static void on_ending(void *userdata)
{
	end_peer(userdata);
}

static void send_answer(struct fleet_server *server)
{
	fleet_peer_send(
		server->peer, &server->answer.head, server->answer.body, server->answer_size);
}

static void conclude(struct fleet_server *server)
{
	server->question = NULL;
	server->waits_for_disk = false;
	fleet_peer_answered(server->peer);
}

/* Sends the answer, or leaves it to on_sync(). */
static void deliver(struct fleet_server *server)
{
	switch (sync_state(server->sync, server->point)) {
	case SYNC_WAITING:
		server->waits_for_disk = true;
		return;
	case SYNC_FAILED:
		fleet_refuse(server, "changes cannot be put on disk: see the log of patd", true);
		break;
	case SYNC_DONE:
		break;
	}
	send_answer(server);
	conclude(server);
}

static void serve(struct fleet_server *server)
{
	int r;

	if (sync_paused(server->sync))
		return;
	r = fleet_answer(server);
	if (r == -EAGAIN)
		return;
	if (r == -EPROTO) {
		fleet_peer_refuse(server->peer, "sent a message that makes no sense");
		return;
	}
	if (r == 0 && fleet_answer_waits_for_disk(server)) {
		server->point = sync_point(server->sync);
		deliver(server);
		return;
	}
	if (r == 0)
		send_answer(server);
	conclude(server);
}

/* After each sync, and when the database is there again. */
static void on_sync(void *userdata)
{
	struct fleet_server *server = userdata;

	if (!server->question)
		return;
	if (server->waits_for_disk)
		deliver(server);
	else
		serve(server);
}

static void on_question(const struct fleet_message *question, void *userdata)
{
	struct fleet_server *server = userdata;

	server->question = question;
	serve(server);
}

static void on_drained(void *userdata)
{
	fleet_telling_resume(userdata);
}

static void on_ended(void *userdata)
{
	struct fleet_server *server = userdata;

	server->greeted = false;
	if (turn_want(&server->ending) < 0)
		log_error(
			"out of memory; a connection of patd-fleet stays open until the next one");
}

static int on_connect(sd_event_source *source, int listening, uint32_t revents, void *userdata)
{
	static const struct fleet_peer_calls calls = { on_question, on_drained, on_ended,
		PATIENCE_US };
	struct fleet_server *server = userdata;
	int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	int r;

	(void)source;
	(void)revents;
	if (fd < 0)
		return 0;
	end_peer(server);
	r = fleet_peer_new(server->event, fd, &calls, server, &server->peer);
	if (r < 0)
		log_error("cannot serve patd-fleet: out of memory");
	return 0;
}

void fleet_server_renew(struct fleet_server *server)
{
	if (server)
		end_peer(server);
}

bool fleet_server_connected(const struct fleet_server *server)
{
	return server->greeted;
}

const struct fleet_reports *fleet_server_reports(const struct fleet_server *server)
{
	return server->reports;
}

void fleet_server_free(struct fleet_server *server)
{
	if (!server)
		return;
	fleet_telling_end(server);
	sync_unlisten(server->sync, on_sync, server);
	end_peer(server);
	sd_event_source_disable_unref(server->listening);
	fleet_reports_free(server->reports);
	sd_event_unref(server->event);
	free(server);
}

DEFINE_CLEANUP(fleet_server_free, fleet_server)

int fleet_server_new(sd_event *event, int listening_fd, struct tokens *tokens, struct sync *sync,
	struct fleet_server **ret_server)
{
	cleanup_with(fleet_server_free) struct fleet_server *server = calloc(1, sizeof(*server));
	int r;

	if (!server)
		return -ENOMEM;
	server->event = sd_event_ref(event);
	server->tokens = tokens;
	server->sync = sync;
	turn_begin(&server->ending, event, on_ending, server);
	server->reports = fleet_reports_new();
	if (!server->reports)
		return -ENOMEM;
	r = sync_listen(sync, on_sync, server);
	if (r < 0)
		return r;
	r = fleet_telling_begin(server);
	if (r < 0)
		return r;
	r = sd_event_add_io(event, &server->listening, listening_fd, EPOLLIN, on_connect, server);
	if (r < 0)
		return r;
	*ret_server = TAKE(server);
	return 0;
}
