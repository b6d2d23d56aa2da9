/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon: its parts in the order in which they are opened, and the wires between them. */
#include "patd/daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "patd/backup/online.h"
#include "patd/crypto/key.h"
#include "patd/daily.h"
#include "patd/db/meta.h"
#include "patd/db/sync.h"
#include "patd/fleet/fleet_server.h"
#include "patd/history/journal.h"
#include "patd/hourly.h"
#include "patd/login/listeners.h"
#include "patd/login/server.h"
#include "patd/login/token_decider.h"
#include "patd/policy/settings.h"
#include "patd/requests/requests.h"
#include "patd/tokens/tokens.h"
#include "patd/util/clock.h"
#include "patd/util/log.h"
#include "patd/util/process.h"
#include "patd/util/worker.h"

#define RESET_ORDER_FILE "reset-time"
#define KEY_SEALED_FILE "key-sealed"

struct daemon {
	struct settings *settings;
	struct clock clock;
	struct database *database;
	struct key *key;
	struct tokens *tokens;
	struct listeners listeners;
	sd_event *event;
	struct worker *reading; /* of the configuration */
	struct backups *backups;
	struct sync *sync;
	struct journal *journal;
	struct token_listener journal_listener;
	struct token_decider *decider;
	struct login_server *login_server;
	char *user_socket;          /* of patd-bus */
	struct fleet_server *fleet; /* NULL: there is no socket for it */
	struct requests *requests;
	struct daily *daily;
	struct hourly *hourly;
	int ready_fd;
};

/* Never a new key where tokens exist: no token would work, and nobody would know why. */
static int open_key(struct database *database, const char *state_dir, struct key **ret_key)
{
	bool has_tokens;
	int r;

	r = key_read(state_dir, ret_key);
	if (r != -ENOENT)
		return r;
	r = meta_has_tokens(database, &has_tokens);
	if (r < 0)
		return r;
	if (has_tokens) {
		log_error("the key is missing: %s has tokens, but patd was given neither the "
			  "credential patd.key nor %s/key.  To find out whether it is lost, run "
			  "as root: patctl doctor",
			database_path(database), state_dir);
		return -ENOKEY;
	}
	log_notice("generated a new key, %s/key: back it up together with the database", state_dir);
	return key_create(state_dir, ret_key);
}

static int open_database(struct daemon *daemon, const char *state_dir)
{
	int r = database_open(state_dir, &daemon->database);

	return r < 0 ? r : open_key(daemon->database, state_dir, &daemon->key);
}

static int open_tokens(struct daemon *daemon)
{
	int r = tokens_new(daemon->database, daemon->key, &daemon->clock,
		policy_of(settings_policy(daemon->settings)), &daemon->tokens);

	if (r == -EKEYREJECTED)
		log_error("the key does not match the database %s.  Restore the right key from a "
			  "backup, or, to discard all tokens, move the database away and start "
			  "patd again",
			database_path(daemon->database));
	else if (r < 0)
		log_error("cannot use the database %s: %s", database_path(daemon->database),
			r == -EBADMSG ? "it is damaged, restore it from a backup" : strerror(-r));
	return r;
}

/*
 * The administrator's order to reset the time is a file in the runtime directory, where nobody but
 * root can make one.  When it was made tells it from others: it counts once.
 */
static int obey_reset_order(struct daemon *daemon, const char *runtime_dir)
{
	cleanup_free char *path = NULL;
	struct stat st;
	uint64_t order;
	int r;

	if (asprintf(&path, "%s/" RESET_ORDER_FILE, runtime_dir) < 0)
		return -ENOMEM;
	if (lstat(path, &st) < 0) {
		if (errno != ENOENT)
			log_warning("cannot look for %s: %s", path, strerror(errno));
		return 0;
	}
	if (!S_ISREG(st.st_mode))
		return 0;
	order = (uint64_t)st.st_ctim.tv_sec * 1000000000 + (uint64_t)st.st_ctim.tv_nsec;
	r = tokens_reset_time(daemon->tokens, order);
	if (r < 0)
		log_error("cannot reset the time of patd: %s", strerror(-r));
	else if (r == 0)
		log_notice("the time of patd was reset to that of the clock, as %s orders", path);
	return r < 0 ? r : 0;
}

/*
 * patd-seal-key makes that file where it has sealed the key of ours.  Ours goes only now that
 * systemd has given us the sealed one: it may not, in a container, or by a drop-in.
 */
static void settle_key(const struct options *options)
{
	cleanup_free char *path = NULL;

	if (asprintf(&path, "%s/" KEY_SEALED_FILE, options->runtime_dir) >= 0)
		key_settle_file(options->state_dir, access(path, F_OK) == 0);
}

static void on_policy(void *userdata)
{
	struct daemon *daemon = userdata;
	const struct policy_set *policy = settings_policy(daemon->settings);

	tokens_set_policy(daemon->tokens, policy_of(policy));
	requests_set_policy(daemon->requests, policy);
	fleet_server_renew(daemon->fleet);
}

static void on_entry(const struct entry *entry, void *userdata)
{
	struct daemon *daemon = userdata;

	journal_entry(daemon->journal, entry);
}

static void on_expiring(const struct token *token, uint64_t end, void *userdata)
{
	struct daemon *daemon = userdata;

	journal_expiring(daemon->journal, token, end);
}

/* What is wrong has been logged, but for -ENOMEM. */
static int open_state(struct daemon *daemon, const struct options *options)
{
	int r;

	r = settings_new(options->conf_dir, &daemon->settings);
	if (r < 0)
		return r;
	r = open_database(daemon, options->state_dir);
	if (r < 0)
		return r;
	/* Before the tokens, which begin to keep the time: a refused start changes nothing. */
	r = listeners_open(options->runtime_dir, &daemon->listeners);
	if (r < 0)
		return r;
	r = open_tokens(daemon);
	if (r < 0)
		return r;
	settle_key(options);
	return obey_reset_order(daemon, options->runtime_dir);
}

static int open_loop(struct daemon *daemon)
{
	sigset_t hangup;
	int r;

	r = process_loop_new(&daemon->event);
	if (r < 0)
		return r;
	if (sigemptyset(&hangup) < 0 || sigaddset(&hangup, SIGHUP) < 0 ||
		sigprocmask(SIG_BLOCK, &hangup, NULL) < 0)
		return -errno;
	return worker_new(daemon->event, 1, &daemon->reading);
}

static int open_requests(struct daemon *daemon)
{
	const struct requests_context context = {
		.tokens = daemon->tokens,
		.backups = daemon->backups,
		.sync = daemon->sync,
		.login_server = daemon->login_server,
		.user_socket = daemon->user_socket,
		.fleet = daemon->fleet,
	};
	int r;

	r = requests_new(daemon->event, daemon->listeners.front_fd, &context, &daemon->requests);
	if (r < 0)
		return r;
	requests_set_policy(daemon->requests, settings_policy(daemon->settings));
	return 0;
}

static int open_fleet(struct daemon *daemon)
{
	if (daemon->listeners.fleet_fd < 0)
		return 0;
	return fleet_server_new(daemon->event, daemon->listeners.fleet_fd, daemon->tokens,
		daemon->sync, &daemon->fleet);
}

static int flush_uses(void *userdata)
{
	return tokens_flush_uses(userdata);
}

static int open_services(struct daemon *daemon, const struct options *options)
{
	struct decider decider;
	int r;

	r = open_loop(daemon);
	if (r < 0)
		return r;
	r = journal_new(daemon->event, &daemon->journal);
	if (r < 0)
		return r;
	daemon->journal_listener =
		(struct token_listener) { .entry = on_entry, .userdata = daemon };
	tokens_listen(daemon->tokens, &daemon->journal_listener);
	/* Before syncs are left to a thread: the mark goes when the entry is on disk. */
	tokens_record_restore(daemon->tokens);
	r = sync_new(daemon->event, daemon->database, &daemon->sync);
	if (r < 0)
		return r;
	r = backups_new(
		daemon->event, daemon->sync, options->state_dir, daemon->key, &daemon->backups);
	if (r < 0)
		return r;
	backups_flush_first(daemon->backups, flush_uses, daemon->tokens);
	r = tokens_start(daemon->tokens, daemon->event);
	if (r < 0)
		return r;
	r = token_decider_new(daemon->event, daemon->tokens, &daemon->decider);
	if (r < 0)
		return r;
	decider = token_decider_of(daemon->decider);
	r = login_server_new(daemon->event, &daemon->listeners, &decider, &daemon->login_server);
	if (r < 0)
		return r;
	token_decider_serve(daemon->decider, daemon->login_server);
	if (asprintf(&daemon->user_socket, "%s/" PAT_USER_SOCKET, options->runtime_dir) < 0) {
		daemon->user_socket = NULL;
		return -ENOMEM;
	}
	r = open_fleet(daemon);
	if (r < 0)
		return r;
	r = open_requests(daemon);
	if (r < 0)
		return r;
	r = settings_watch(daemon->settings, daemon->event, daemon->reading, on_policy, daemon);
	if (r < 0)
		return r;
	r = hourly_new(daemon->event, daemon->tokens, &daemon->hourly);
	if (r < 0)
		return r;
	return daily_new(daemon->event, daemon->tokens, on_expiring, daemon, &daemon->daily);
}

static int start(struct daemon *daemon, const struct options *options)
{
	int r = open_state(daemon, options);

	/* Of that, not each part has logged. */
	if (r == -ENOMEM)
		log_error("cannot start: out of memory");
	if (r < 0)
		return r;
	r = open_services(daemon, options);
	if (r < 0) {
		log_error("cannot start: %s", strerror(-r));
		return r;
	}
	process_ready(&daemon->ready_fd);
	return 0;
}

/* The reverse of start(), but for what another part still uses. */
static void stop(struct daemon *daemon)
{
	(void)sd_notify(0, "STOPPING=1");
	daily_free(daemon->daily);
	hourly_free(daemon->hourly);
	worker_free(daemon->reading);
	backups_free(daemon->backups);
	requests_free(daemon->requests);
	fleet_server_free(daemon->fleet);
	free(daemon->user_socket);
	login_server_free(daemon->login_server);
	token_decider_free(daemon->decider);
	tokens_stop(daemon->tokens);
	sync_free(daemon->sync);
	sd_event_unref(daemon->event);
	listeners_close(&daemon->listeners);
	tokens_free(daemon->tokens);
	key_free(daemon->key);
	database_free(daemon->database);
	journal_free(daemon->journal); /* should it hang, all else is safe */
	settings_free(daemon->settings);
}

int daemon_run(const struct options *options)
{
	struct daemon daemon = {
		.clock = { .read = clock_read_machine, .read_us = clock_read_machine_us },
		.listeners = { .root_fd = -1, .front_fd = -1, .fleet_fd = -1 },
		.ready_fd = options->ready_fd,
	};
	int r = start(&daemon, options);

	/* systemd keeps the reason, for patctl. */
	if (r < 0)
		(void)sd_notifyf(0, "STATUS=%s", log_first_error());
	else
		r = process_loop_run(daemon.event);
	stop(&daemon);
	return r;
}
