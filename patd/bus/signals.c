#include "patd/bus/signals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/bus.h"
#include "patd/bus/expiry_timer.h"
#include "patd/bus/history_signal.h"
#include "patd/bus/interface.h"
#include "patd/bus/token_view.h"
#include "patd/util/log.h"

#define NEWS_US (UINT64_C(1000) * 1000) /* between two reports of a token's use, at least */
#define NEWS_MAX 1024U                  /* tokens used in that time; of more nothing is told */
#define NEWS_A_TURN 32U                 /* told in one turn of the loop */

/* With so much on its way to the bus, what need not be told now waits for a while. */
#define OUTGOING_MUCH (2L * 1024 * 1024)
#define CONGESTED_US (UINT64_C(10) * 1000)

/* A bus that takes nothing any more; its clients see patd again when it does. */
#define OUTGOING_MAX (16L * 1024 * 1024)

/* Tokens that were used, or whose state was affected by a word about many, each once. */
struct change_queue {
	struct piece {
		struct pat_id id;
		bool used;
	} pieces[NEWS_MAX];
	unsigned int n;
};

/* The properties that change in a token's life, other than by use. */
static const char *const life[] = { "Name", "State", "RevokedAt", "RevokedUntil", "RevokedReason",
	"Rotations", "RotatedAt", "FormerUntil", NULL };

struct signals {
	sd_event *event;
	struct tokens *tokens;
	struct clients *clients;
	struct ends *ends;
	struct history_signal *history;
	DBusConnection *connection;
	/* Gathered meanwhile; and due, of which the first told have been told. */
	struct change_queue gathered, due;
	unsigned int told;
	uint64_t next_us; /* when the gathered ones become due, at the earliest */
	sd_event_source *timer;
	struct token_listener listener;
};

/* To all who may see the token.  Takes signal over; NULL: out of memory. */
static void send_to_followers(
	struct signals *signals, const struct token *token, DBusMessage *signal)
{
	struct client *client = NULL;

	while ((client = clients_following(signals->clients, client, token->uid, token->user)))
		client_send(client, signal ? dbus_message_copy(signal) : NULL);
	if (signal)
		dbus_message_unref(signal);
	/* It ends in a "Disconnected", and then patd connects again. */
	if (dbus_connection_get_outgoing_size(signals->connection) > OUTGOING_MAX)
		dbus_connection_close(signals->connection);
}

static DBusMessage *finish(DBusMessage *signal, bool complete)
{
	if (!signal || complete)
		return signal;
	dbus_message_unref(signal);
	return NULL;
}

static void tell_added(struct signals *signals, const struct token *token)
{
	struct bus_path path = bus_token_path(&token->id);
	const char *text = path.text;
	DBusMessage *signal =
		dbus_message_new_signal(PAT_BUS_PATH, BUS_OBJECT_MANAGER, "InterfacesAdded");
	DBusMessageIter to;
	bool complete = false;

	if (signal) {
		dbus_message_iter_init_append(signal, &to);
		complete = dbus_message_iter_append_basic(&to, DBUS_TYPE_OBJECT_PATH, &text) &&
			   token_view_append_interfaces(signals->tokens, &to, token);
	}
	send_to_followers(signals, token, finish(signal, complete));
}

static void tell_removed(struct signals *signals, const struct token *token)
{
	const char *const names[] = { PAT_BUS_TOKEN };
	const char *const *interfaces = names;
	struct bus_path path = bus_token_path(&token->id);
	const char *text = path.text;
	DBusMessage *signal =
		dbus_message_new_signal(PAT_BUS_PATH, BUS_OBJECT_MANAGER, "InterfacesRemoved");
	bool complete = signal && dbus_message_append_args(signal, DBUS_TYPE_OBJECT_PATH, &text,
					  DBUS_TYPE_ARRAY, DBUS_TYPE_STRING, &interfaces, 1,
					  DBUS_TYPE_INVALID);

	send_to_followers(signals, token, finish(signal, complete));
}

static void tell_changed(
	struct signals *signals, const struct token *token, const char *const *properties)
{
	const char *interface = PAT_BUS_TOKEN;
	struct bus_path path = bus_token_path(&token->id);
	DBusMessage *signal =
		dbus_message_new_signal(path.text, DBUS_INTERFACE_PROPERTIES, "PropertiesChanged");
	struct token_view view;
	DBusMessageIter to, invalidated;
	bool complete = false;

	token_view_fill(signals->tokens, token, &view);
	if (signal) {
		dbus_message_iter_init_append(signal, &to);
		complete =
			dbus_message_iter_append_basic(&to, DBUS_TYPE_STRING, &interface) &&
			reply_append_some(&to, token_view_properties(), properties, &view) &&
			dbus_message_iter_open_container(&to, DBUS_TYPE_ARRAY, "s", &invalidated) &&
			dbus_message_iter_close_container(&to, &invalidated);
	}
	send_to_followers(signals, token, finish(signal, complete));
}

static void tell_used(struct signals *signals, const struct token *token)
{
	static const char *const properties[] = { "State", "Uses", "FormerUntil", "LastUsedAt",
		"LastUsedService", "LastUsedFrom", NULL };
	dbus_uint64_t at = token->last_used_at;
	const char *service = token->last_used_service;
	struct bus_path path = bus_token_path(&token->id);
	DBusMessage *signal = dbus_message_new_signal(path.text, PAT_BUS_TOKEN, "Used");
	bool complete = signal && dbus_message_append_args(signal, DBUS_TYPE_UINT64, &at,
					  DBUS_TYPE_STRING, &service, DBUS_TYPE_INVALID);

	tell_changed(signals, token, properties);
	send_to_followers(signals, token, finish(signal, complete));
}

static struct piece *find_piece(struct change_queue *change_queue, const struct pat_id *id)
{
	for (unsigned int i = 0; i < change_queue->n; i++)
		if (memcmp(change_queue->pieces[i].id.text, id->text, PAT_ID_LEN) == 0)
			return &change_queue->pieces[i];
	return NULL;
}

/* Never here and now, where somebody waits for the verdict, or it is one of many. */
static void gather(struct signals *signals, const struct token *token, bool used)
{
	struct change_queue *change_queue = &signals->gathered;
	struct piece *piece = find_piece(change_queue, &token->id);

	if (piece) {
		piece->used = piece->used || used;
		return;
	}
	if (change_queue->n == NEWS_MAX)
		return;
	change_queue->pieces[change_queue->n++] = (struct piece) { token->id, used };
	if (signals->due.n == 0 &&
		(sd_event_source_set_time(signals->timer, signals->next_us) < 0 ||
			sd_event_source_set_enabled(signals->timer, SD_EVENT_ONESHOT) < 0))
		log_error("cannot set a timer; uses are not told on the bus");
}

static void tell_piece(struct signals *signals, const struct piece *piece)
{
	static const struct caller root = { .user = "root" };
	struct refusal ignored;
	struct token token;

	if (tokens_find(signals->tokens, &root, piece->id.text, &token, &ignored) != PAT_OK)
		return;
	if (piece->used)
		tell_used(signals, &token);
	else
		tell_changed(signals, &token, life);
}

static bool congested(struct signals *signals)
{
	return dbus_connection_get_outgoing_size(signals->connection) > OUTGOING_MUCH;
}

static int on_news(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct signals *signals = userdata;
	uint64_t now;
	int r = sd_event_now(signals->event, CLOCK_MONOTONIC, &now);

	(void)usec;
	if (r < 0)
		return r;
	if (signals->due.n == 0) {
		signals->next_us = now + NEWS_US;
		signals->due = signals->gathered;
		signals->gathered.n = 0;
		signals->told = 0;
	}
	for (unsigned int i = 0;
		i < NEWS_A_TURN && signals->told < signals->due.n && !congested(signals); i++)
		tell_piece(signals, &signals->due.pieces[signals->told++]);
	if (signals->told == signals->due.n)
		signals->due.n = 0;
	if (signals->due.n == 0 && signals->gathered.n == 0)
		return 0;
	r = sd_event_source_set_time(source, signals->due.n == 0  ? signals->next_us
					     : congested(signals) ? now + CONGESTED_US
								  : 0);
	return r < 0 ? r : sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static void on_event(enum token_event event, const struct token *token, void *userdata)
{
	struct signals *signals = userdata;

	/* A new token, or a restored one. */
	if (event == TOKEN_GENERATED || event == TOKEN_CHANGED)
		ends_consider(signals->ends, tokens_next_deadline(signals->tokens, token));
	if (!signals->connection ||
		!clients_following(signals->clients, NULL, token->uid, token->user))
		return;
	switch (event) {
	case TOKEN_GENERATED:
		tell_added(signals, token);
		break;
	case TOKEN_CHANGED:
		tell_changed(signals, token, life);
		break;
	case TOKEN_AFFECTED:
		gather(signals, token, false);
		break;
	case TOKEN_USED:
		gather(signals, token, true);
		break;
	case TOKEN_DELETED:
		tell_removed(signals, token);
		break;
	}
}

static void on_entry(const struct entry *entry, void *userdata)
{
	struct signals *signals = userdata;

	history_signal_consider(signals->history, entry);
}

void signals_renew(struct signals *signals)
{
	ends_begin(signals->ends);
}

void signals_attach(struct signals *signals, DBusConnection *connection)
{
	signals->connection = connection;
	signals->gathered.n = 0;
	signals->due.n = 0;
	(void)sd_event_source_set_enabled(signals->timer, SD_EVENT_OFF);
}

int signals_new(sd_event *event, struct tokens *tokens, struct clients *clients,
	struct signals **ret_signals)
{
	struct signals *signals = calloc(1, sizeof(*signals));
	int r;

	if (!signals)
		return -ENOMEM;
	signals->event = sd_event_ref(event);
	signals->tokens = tokens;
	signals->clients = clients;
	r = sd_event_add_time(event, &signals->timer, CLOCK_MONOTONIC, 0, 1000, on_news, signals);
	if (r >= 0)
		r = sd_event_source_set_enabled(signals->timer, SD_EVENT_OFF);
	if (r >= 0)
		r = history_signal_new(event, clients, &signals->history);
	if (r >= 0)
		r = ends_new(event, tokens, &signals->ends);
	if (r < 0) {
		signals_free(signals);
		return r;
	}
	signals->listener = (struct token_listener) {
		.token = on_event,
		.entry = on_entry,
		.userdata = signals,
	};
	tokens_listen(tokens, &signals->listener);
	*ret_signals = signals;
	return 0;
}

void signals_free(struct signals *signals)
{
	if (!signals)
		return;
	tokens_unlisten(signals->tokens, &signals->listener);
	ends_free(signals->ends);
	history_signal_free(signals->history);
	sd_event_source_disable_unref(signals->timer);
	sd_event_unref(signals->event);
	free(signals);
}
