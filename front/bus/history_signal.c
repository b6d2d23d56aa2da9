/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HistoryChanged, with the owners of new entries kept until it is sent. */
#include "front/bus/history_signal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/bus.h"
#include "common/cleanup.h"
#include "patd/util/log.h"

#define INTERVAL_US (UINT64_C(1000) * 1000) /* between two signals, at least */
#define OWNERS_MAX 64U                      /* of one signal; for more there is none */

struct owner {
	bool by_name; /* and not by uid */
	uint32_t uid;
	char user[REQUEST_USER_SIZE];
};

struct history_signal {
	struct clients *clients;
	/* Whose history has changed since the last signal. */
	struct owner owners[OWNERS_MAX];
	unsigned int n;
	uint64_t next_us; /* of the next signal, at the earliest */
	sd_event_source *timer;
};

/* An entry about all tokens of a user is for the client that has this user name now. */
static bool concerns(const struct client *client, const struct owner *owner)
{
	return client->to_all ||
	       (owner->by_name ? strcmp(client->who.user, owner->user) == 0
			       : authority_owns(&client->who, owner->uid, owner->user));
}

static bool is_known(const struct history_signal *history, const struct owner *owner)
{
	for (unsigned int i = 0; i < history->n; i++) {
		const struct owner *known = &history->owners[i];

		if (known->by_name == owner->by_name && known->uid == owner->uid &&
			strcmp(known->user, owner->user) == 0)
			return true;
	}
	return false;
}

static bool anybody_subscribed(struct history_signal *history, const struct owner *owner)
{
	struct client *client = NULL;

	while ((client = clients_next_subscriber(history->clients, client)))
		if (concerns(client, owner))
			return true;
	return false;
}

/* Sent in a later turn of the loop: a login waits for its verdict. */
void history_signal_consider(struct history_signal *history, const struct answer_entry *entry)
{
	struct owner owner = { .by_name = entry->by_name != 0, .uid = entry->uid };

	pat_field_cut(owner.user, sizeof(owner.user), entry->user);
	if (history->n == OWNERS_MAX || !anybody_subscribed(history, &owner) ||
		is_known(history, &owner))
		return;
	history->owners[history->n++] = owner;
	if (history->n > 1)
		return;
	if (sd_event_source_set_time(history->timer, history->next_us) < 0 ||
		sd_event_source_set_enabled(history->timer, SD_EVENT_ONESHOT) < 0)
		log_error("cannot set a timer; HistoryChanged is not sent");
}

static bool may_see(const struct client *client, const struct history_signal *history)
{
	for (unsigned int i = 0; i < history->n; i++)
		if (concerns(client, &history->owners[i]))
			return true;
	return false;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct history_signal *history = userdata;
	struct client *client = NULL;
	int r;

	(void)usec;
	r = sd_event_now(sd_event_source_get_event(source), CLOCK_MONOTONIC, &history->next_us);
	if (r < 0)
		return r;
	history->next_us += INTERVAL_US;
	while ((client = clients_next_subscriber(history->clients, client)))
		if (may_see(client, history))
			client_send(client, dbus_message_new_signal(PAT_BUS_PATH, PAT_BUS_MANAGER,
						    "HistoryChanged"));
	history->n = 0;
	return 0;
}

void history_signal_free(struct history_signal *history)
{
	if (!history)
		return;
	sd_event_source_disable_unref(history->timer);
	free(history);
}

DEFINE_CLEANUP(history_signal_free, history_signal)

int history_signal_new(
	sd_event *event, struct clients *clients, struct history_signal **ret_history)
{
	cleanup_with(history_signal_free) struct history_signal *history =
		calloc(1, sizeof(*history));
	int r;

	if (!history)
		return -ENOMEM;
	history->clients = clients;
	r = sd_event_add_time(
		event, &history->timer, CLOCK_MONOTONIC, UINT64_MAX, 1000, on_timer, history);
	if (r < 0)
		return r;
	*ret_history = TAKE(history);
	return 0;
}
