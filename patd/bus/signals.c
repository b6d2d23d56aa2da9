/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals about tokens: at once for changes, queued for uses. */
#include "patd/bus/signals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/bus.h"
#include "common/cleanup.h"
#include "patd/bus/bus_message.h"
#include "patd/bus/expiry_timer.h"
#include "patd/bus/history_signal.h"
#include "patd/bus/token_view.h"
#include "patd/util/log.h"

#define QUEUE_US (UINT64_C(1000) * 1000) /* between two signals of a token's use, at least */
#define QUEUE_MAX 1024U                  /* tokens used in that time; for more there is no signal */
#define QUEUE_A_TURN 32U                 /* tokens in one turn of the loop */

/* With so much on its way to the bus, queued signals wait for a while. */
#define OUTGOING_MUCH (2L * 1024 * 1024)
#define CONGESTED_US (UINT64_C(10) * 1000)

/* The bus takes nothing any more: its clients see patd again when it does. */
#define OUTGOING_MAX (16L * 1024 * 1024)

/* Tokens that were used, or whose state a change of many tokens affected, each once. */
struct change_queue {
	struct change {
		struct pat_id id;
		bool used;
	} changes[QUEUE_MAX];
	unsigned int n;
};

/* The properties that change otherwise than by use. */
static const char *const lifecycle[] = { "Name", "State", "RevokedAt", "RevokedUntil",
	"RevokedReason", "Rotations", "RotatedAt", "FormerUntil", NULL };

struct signals {
	struct tokens *tokens;
	struct clients *clients;
	struct expiry_timer *expiry_timer;
	struct history_signal *history;
	DBusConnection *connection;
	/* Changes are collected until next_us; then they are due, and of them n emitted are sent.
	 */
	struct change_queue gathered, due;
	unsigned int emitted;
	uint64_t next_us;
	sd_event_source *timer;
	struct token_listener listener;
};

/* To all who may see the token.  Takes signal over; NULL: out of memory. */
static void send_to_subscribers(
	struct signals *signals, const struct token *token, DBusMessage *signal)
{
	cleanup_message DBusMessage *owned = signal;
	struct client *client = NULL;

	while ((client = clients_subscribed(signals->clients, client, token->uid, token->user)))
		client_send(client, owned ? dbus_message_copy(owned) : NULL);
	/* It ends in a "Disconnected", and then patd connects again. */
	if (dbus_connection_get_outgoing_size(signals->connection) > OUTGOING_MAX)
		dbus_connection_close(signals->connection);
}

static DBusMessage *added_signal(struct signals *signals, const struct token *token)
{
	struct bus_path path = bus_token_path(&token->id);
	const char *text = path.text;
	cleanup_message DBusMessage *signal =
		dbus_message_new_signal(PAT_BUS_PATH, BUS_OBJECT_MANAGER, "InterfacesAdded");
	DBusMessageIter to;

	if (!signal)
		return NULL;
	dbus_message_iter_init_append(signal, &to);
	if (!dbus_message_iter_append_basic(&to, DBUS_TYPE_OBJECT_PATH, &text) ||
		!token_view_append_interfaces(signals->tokens, &to, token))
		return NULL;
	return TAKE(signal);
}

static DBusMessage *removed_signal(const struct token *token)
{
	const char *const names[] = { PAT_BUS_TOKEN };
	const char *const *interfaces = names;
	struct bus_path path = bus_token_path(&token->id);
	const char *text = path.text;

	return message_signal(PAT_BUS_PATH, BUS_OBJECT_MANAGER, "InterfacesRemoved",
		DBUS_TYPE_OBJECT_PATH, &text, DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &interfaces, 1,
		DBUS_TYPE_INVALID);
}

static DBusMessage *changed_signal(
	struct signals *signals, const struct token *token, const char *const *properties)
{
	const char *interface = PAT_BUS_TOKEN;
	struct bus_path path = bus_token_path(&token->id);
	cleanup_message DBusMessage *signal =
		dbus_message_new_signal(path.text, DBUS_INTERFACE_PROPERTIES, "PropertiesChanged");
	struct token_view view;
	DBusMessageIter to, invalidated;

	if (!signal)
		return NULL;
	token_view_fill(signals->tokens, token, &view);
	dbus_message_iter_init_append(signal, &to);
	if (!dbus_message_iter_append_basic(&to, DBUS_TYPE_STRING, &interface) ||
		!reply_append(&to, token_view_properties(), properties, &view) ||
		!dbus_message_iter_open_container(&to, DBUS_TYPE_ARRAY, "s", &invalidated) ||
		!dbus_message_iter_close_container(&to, &invalidated))
		return NULL;
	return TAKE(signal);
}

static DBusMessage *used_signal(const struct token *token)
{
	const char *service = token->last_used_service;
	struct bus_path path = bus_token_path(&token->id);

	return message_signal(path.text, PAT_BUS_TOKEN, "Used", DBUS_TYPE_UINT64,
		&token->last_used_at, DBUS_TYPE_STRING, &service, DBUS_TYPE_INVALID);
}

static struct change *find_change(struct change_queue *queue, const struct pat_id *id)
{
	for (unsigned int i = 0; i < queue->n; i++)
		if (memcmp(queue->changes[i].id.text, id->text, PAT_ID_LEN) == 0)
			return &queue->changes[i];
	return NULL;
}

/* For a later turn of the loop: a login waits for its verdict, or the token is one of many. */
static void enqueue(struct signals *signals, const struct token *token, bool used)
{
	struct change_queue *queue = &signals->gathered;
	struct change *change = find_change(queue, &token->id);

	if (change) {
		change->used = change->used || used;
		return;
	}
	if (queue->n == QUEUE_MAX)
		return;
	queue->changes[queue->n++] = (struct change) { token->id, used };
	if (signals->due.n == 0 &&
		(sd_event_source_set_time(signals->timer, signals->next_us) < 0 ||
			sd_event_source_set_enabled(signals->timer, SD_EVENT_ONESHOT) < 0))
		log_error("cannot set a timer; no signal is sent for uses");
}

static void emit(struct signals *signals, const struct change *change)
{
	static const struct caller root = { .user = "root" };
	static const char *const use[] = { "State", "Uses", "FormerUntil", "LastUsedAt",
		"LastUsedService", "LastUsedFrom", NULL };
	struct refusal ignored;
	struct token token;

	if (tokens_find(signals->tokens, &root, change->id.text, &token, &ignored) != PAT_OK)
		return;
	send_to_subscribers(
		signals, &token, changed_signal(signals, &token, change->used ? use : lifecycle));
	if (change->used)
		send_to_subscribers(signals, &token, used_signal(&token));
}

static bool congested(struct signals *signals)
{
	return dbus_connection_get_outgoing_size(signals->connection) > OUTGOING_MUCH;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct signals *signals = userdata;
	uint64_t now, next;
	int r = sd_event_now(sd_event_source_get_event(source), CLOCK_MONOTONIC, &now);

	(void)usec;
	if (r < 0)
		return r;
	if (signals->due.n == 0) {
		signals->next_us = now + QUEUE_US;
		signals->due = signals->gathered;
		signals->gathered.n = 0;
		signals->emitted = 0;
	}
	for (unsigned int i = 0;
		i < QUEUE_A_TURN && signals->emitted < signals->due.n && !congested(signals); i++)
		emit(signals, &signals->due.changes[signals->emitted++]);
	if (signals->emitted == signals->due.n)
		signals->due.n = 0;
	if (signals->due.n == 0 && signals->gathered.n == 0)
		return 0;
	if (signals->due.n == 0)
		next = signals->next_us;
	else
		next = congested(signals) ? now + CONGESTED_US : 0;
	r = sd_event_source_set_time(source, next);
	return r < 0 ? r : sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static void on_event(enum token_event event, const struct token *token, void *userdata)
{
	struct signals *signals = userdata;

	/* A new token, or a restored one. */
	if (event == TOKEN_GENERATED || event == TOKEN_CHANGED)
		expiry_timer_consider(
			signals->expiry_timer, tokens_next_deadline(signals->tokens, token));
	if (!signals->connection ||
		!clients_subscribed(signals->clients, NULL, token->uid, token->user))
		return;
	switch (event) {
	case TOKEN_GENERATED:
		send_to_subscribers(signals, token, added_signal(signals, token));
		break;
	case TOKEN_CHANGED:
		send_to_subscribers(signals, token, changed_signal(signals, token, lifecycle));
		break;
	case TOKEN_BULK_CHANGED:
		enqueue(signals, token, false);
		break;
	case TOKEN_USED:
		enqueue(signals, token, true);
		break;
	case TOKEN_DELETED:
		send_to_subscribers(signals, token, removed_signal(token));
		break;
	}
}

static void on_entry(const struct entry *entry, void *userdata)
{
	struct signals *signals = userdata;

	history_signal_consider(signals->history, entry);
}

void signals_restart(struct signals *signals)
{
	expiry_timer_restart(signals->expiry_timer);
}

void signals_attach(struct signals *signals, DBusConnection *connection)
{
	signals->connection = connection;
	signals->gathered.n = 0;
	signals->due.n = 0;
	(void)sd_event_source_set_enabled(signals->timer, SD_EVENT_OFF);
}

void signals_free(struct signals *signals)
{
	if (!signals)
		return;
	tokens_unlisten(signals->tokens, &signals->listener);
	expiry_timer_free(signals->expiry_timer);
	history_signal_free(signals->history);
	sd_event_source_disable_unref(signals->timer);
	free(signals);
}

DEFINE_CLEANUP(signals_free, signals)

int signals_new(sd_event *event, struct tokens *tokens, struct clients *clients,
	struct signals **ret_signals)
{
	cleanup_with(signals_free) struct signals *signals = calloc(1, sizeof(*signals));
	int r;

	if (!signals)
		return -ENOMEM;
	signals->tokens = tokens;
	signals->clients = clients;
	r = sd_event_add_time(
		event, &signals->timer, CLOCK_MONOTONIC, UINT64_MAX, 1000, on_timer, signals);
	if (r < 0)
		return r;
	r = history_signal_new(event, clients, &signals->history);
	if (r < 0)
		return r;
	r = expiry_timer_new(event, tokens, &signals->expiry_timer);
	if (r < 0)
		return r;
	signals->listener = (struct token_listener) {
		.token = on_event,
		.entry = on_entry,
		.userdata = signals,
	};
	tokens_listen(tokens, &signals->listener);
	*ret_signals = TAKE(signals);
	return 0;
}
