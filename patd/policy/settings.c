/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The policy in force, and reading it again on SIGHUP. */
#include "patd/policy/settings.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "patd/util/log.h"

struct settings {
	struct job job; /* first: a job is turned back into its settings */
	const char *conf_dir;
	struct policy_set *policy, *read; /* read: by the job */
	int result;
	struct worker *worker;
	sd_event_source *signal;
	bool reading, again;
	void (*changed)(void *userdata);
	void *userdata;
};

static void complain(const char *message, void *userdata)
{
	(void)userdata;
	log_error("%s", message);
}

int settings_new(const char *conf_dir, struct settings **ret_settings)
{
	struct settings *settings = calloc(1, sizeof(*settings));
	int r;

	if (!settings)
		return -ENOMEM;
	settings->conf_dir = conf_dir;
	r = policy_read(conf_dir, complain, NULL, &settings->policy);
	if (r < 0) {
		log_error("invalid configuration in %s; patd --check-config shows the same "
			  "problems",
			conf_dir);
		free(settings);
		return r;
	}
	*ret_settings = settings;
	return 0;
}

void settings_free(struct settings *settings)
{
	if (!settings)
		return;
	sd_event_source_disable_unref(settings->signal);
	policy_free(settings->policy);
	policy_free(settings->read);
	free(settings);
}

const struct policy_set *settings_policy(const struct settings *settings)
{
	return settings->policy;
}

/* In the worker. */
static void run(struct job *job)
{
	struct settings *settings = (struct settings *)job;

	settings->result = policy_read(settings->conf_dir, complain, NULL, &settings->read);
}

static void begin(struct settings *settings)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail */
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
		(unsigned long long)now.tv_sec * 1000000 + (unsigned long long)now.tv_nsec / 1000);
	settings->again = false;
	settings->reading = worker_submit(settings->worker, &settings->job) >= 0;
	if (!settings->reading) {
		log_error("cannot reload the configuration: too many operations in progress");
		(void)sd_notify(0, "READY=1");
	}
}

static void done(struct job *job)
{
	struct settings *settings = (struct settings *)job;
	struct policy_set *before = settings->policy;

	settings->reading = false;
	if (settings->result == 0 && settings->read) {
		settings->policy = settings->read;
		settings->read = NULL;
		settings->changed(settings->userdata);
		policy_free(before);
		log_notice("the configuration in %s is in force", settings->conf_dir);
	} else {
		log_error("invalid configuration in %s; the previous one stays in force",
			settings->conf_dir);
	}
	(void)sd_notify(0, "READY=1");
	if (settings->again)
		begin(settings);
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	struct settings *settings = userdata;

	(void)source;
	(void)info;
	/* What was changed while a file was being read is read, too. */
	if (settings->reading)
		settings->again = true;
	else
		begin(settings);
	return 0;
}

int settings_watch(struct settings *settings, sd_event *event, struct worker *worker,
	void (*changed)(void *userdata), void *userdata)
{
	settings->job = (struct job) { .run = run, .done = done };
	settings->worker = worker;
	settings->changed = changed;
	settings->userdata = userdata;
	return sd_event_add_signal(event, &settings->signal, SIGHUP, on_signal, settings);
}
