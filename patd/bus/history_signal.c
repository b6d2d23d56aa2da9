#include "patd/bus/history_signal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/bus.h"
#include "patd/util/log.h"

#define INTERVAL_US (UINT64_C(1000) * 1000) /* between two reports, at least */
#define OWNERS_MAX 64U                      /* of one report; of more nothing is told */

struct owners {
	struct owner {
		bool by_name; /* and not by uid */
		uint32_t uid;
		char user[TOKEN_USER_BYTES_MAX + 1];
	} each[OWNERS_MAX];
	unsigned int n;
};

struct history_signal {
	sd_event *event;
	struct clients *clients;
	/* Whose history has changed since its followers were told last. */
	struct owners owners;
	uint64_t next_us; /* when they may be told again, at the earliest */
	sd_event_source *timer;
};

/* What is about all tokens of a user is for whoever has that name now. */
static bool concerns(const struct client *client, const struct owner *owner)
{
	return client->follows_all ||
	       (owner->by_name ? strcmp(client->who.user, owner->user) == 0
			       : authority_owns(&client->who, owner->uid, owner->user));
}

static bool owner_known(const struct owners *owners, const struct owner *owner)
{
	for (unsigned int i = 0; i < owners->n; i++)
		if (owners->each[i].by_name == owner->by_name &&
			owners->each[i].uid == owner->uid &&
			strcmp(owners->each[i].user, owner->user) == 0)
			return true;
	return false;
}

static bool anybody_listens(struct history_signal *changes, const struct owner *owner)
{
	struct client *client = NULL;

	while ((client = clients_next_follower(changes->clients, client)))
		if (concerns(client, owner))
			return true;
	return false;
}

/* Never here and now, where somebody waits for the verdict. */
void history_signal_consider(struct history_signal *changes, const struct entry *entry)
{
	struct owners *owners = &changes->owners;
	struct owner owner = { .by_name = entry->id.text[0] == '\0', .uid = entry->uid };
	bool first = owners->n == 0;

	pat_field_cut(owner.user, sizeof(owner.user), entry->user);
	if (owners->n == OWNERS_MAX || !anybody_listens(changes, &owner) ||
		owner_known(owners, &owner))
		return;
	owners->each[owners->n++] = owner;
	if (first && (sd_event_source_set_time(changes->timer, changes->next_us) < 0 ||
			     sd_event_source_set_enabled(changes->timer, SD_EVENT_ONESHOT) < 0))
		log_error("cannot set a timer; the history is not told on the bus");
}

static bool may_see(const struct client *client, const struct owners *owners)
{
	for (unsigned int i = 0; i < owners->n; i++)
		if (concerns(client, &owners->each[i]))
			return true;
	return false;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct history_signal *changes = userdata;
	struct client *client = NULL;
	int r;

	(void)source;
	(void)usec;
	r = sd_event_now(changes->event, CLOCK_MONOTONIC, &changes->next_us);
	if (r < 0)
		return r;
	changes->next_us += INTERVAL_US;
	while ((client = clients_next_follower(changes->clients, client)))
		if (may_see(client, &changes->owners))
			client_send(client, dbus_message_new_signal(PAT_BUS_PATH, PAT_BUS_MANAGER,
						    "HistoryChanged"));
	changes->owners.n = 0;
	return 0;
}

int history_signal_new(
	sd_event *event, struct clients *clients, struct history_signal **ret_changes)
{
	struct history_signal *changes = calloc(1, sizeof(*changes));
	int r;

	if (!changes)
		return -ENOMEM;
	changes->event = sd_event_ref(event);
	changes->clients = clients;
	r = sd_event_add_time(event, &changes->timer, CLOCK_MONOTONIC, 0, 1000, on_timer, changes);
	if (r >= 0)
		r = sd_event_source_set_enabled(changes->timer, SD_EVENT_OFF);
	if (r < 0) {
		history_signal_free(changes);
		return r;
	}
	*ret_changes = changes;
	return 0;
}

void history_signal_free(struct history_signal *changes)
{
	if (!changes)
		return;
	sd_event_source_disable_unref(changes->timer);
	sd_event_unref(changes->event);
	free(changes);
}
