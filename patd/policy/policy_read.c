/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading patd.conf and its drop-ins into a policy. */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/name.h"
#include "common/wire.h"
#include "patd/policy/conf_file.h"
#include "patd/policy/policy_keys.h"
#include "patd/util/item.h"
#include "patd/util/users.h"

#define MAIN_FILE "patd.conf"
#define DROP_INS "patd.conf.d"
#define DROP_IN_SUFFIX ".conf"
#define VERIFIER "verifier "

struct reading {
	struct policy_set *set;
	policy_problem_fn fn;
	void *userdata;
	int result;                /* -EINVAL after a problem, -ENOMEM */
	unsigned int file;         /* the first one is 1 */
	bool in_section;           /* of any name */
	const char *section;       /* as in policy_keys; NULL in others */
	struct verifier *verifier; /* in its section, else NULL */
	struct policy_setting *verifier_setting;
	/* Of a section whose verifier is refused: its settings are checked all the same. */
	struct verifier refused;
	struct policy_setting refused_setting;
};

__attribute__((format(printf, 3, 4))) static void report(
	struct reading *reading, const char *place, const char *format, ...)
{
	cleanup_free char *text = NULL, *message = NULL;
	va_list args;
	int r;

	va_start(args, format);
	r = vasprintf(&text, format, args);
	va_end(args);
	if (r < 0 || asprintf(&message, "%s: %s", place, text) < 0) {
		reading->result = -ENOMEM;
		return;
	}
	if (reading->result == 0)
		reading->result = -EINVAL;
	reading->fn(message, reading->userdata);
}

/* A copy; NULL if there is no memory. */
static char *keep(struct reading *reading, const char *text)
{
	char *kept = policy_setting_copy(text);

	if (!kept)
		reading->result = -ENOMEM;
	return kept;
}

static void take_problem(const char *place, const char *text, void *userdata)
{
	report(userdata, place, "%s", text);
}

static void report_section(struct reading *reading, const char *place, const char *name)
{
	char known[256] = "";

	for (size_t i = 0; i < POLICY_KEYS; i++)
		if (i == 0 || strcmp(policy_keys[i].section, policy_keys[i - 1].section) != 0)
			(void)item_append(known, sizeof(known), "], [", policy_keys[i].section);
	report(reading, place, "unknown section [%s]; known are [%s] and [verifier USER]", name,
		known);
}

/* Its name and uid; false if there is a problem, which has been reported. */
static bool find_user(
	struct reading *reading, const char *place, const char *name, struct user_lookup *ret_user)
{
	struct user_lookup user = { .by_name = true };

	if (!pat_field_set(user.name, sizeof(user.name), name))
		user.result = -ENAMETOOLONG;
	else
		users_run(&user.job);
	if (user.result == -ENOENT)
		report(reading, place, "no such user: \"%s\"", name);
	else if (user.result == -ENAMETOOLONG)
		report(reading, place, "the name of user \"%s\" is longer than %d bytes", name,
			PAT_USER_MAX);
	else if (user.result < 0)
		report(reading, place, "user \"%s\" cannot be looked up: %s", name,
			strerrordesc_np(-user.result));
	else if (user.uid == 0)
		report(reading, place,
			"root verifies every user's tokens and needs no [verifier %s]", name);
	else
		*ret_user = user;
	return user.result == 0 && user.uid != 0;
}

/* The section is about the verifier of that user, added if it is new. */
static bool find_verifier(
	struct reading *reading, const char *place, const struct user_lookup *user)
{
	struct policy *policy = &reading->set->policy;
	size_t i = 0;

	while (i < policy->verifiers_n && strcmp(policy->verifiers[i].user, user->name) != 0)
		i++;
	if (i == policy->verifiers_n) {
		if (policy->verifiers_n == POLICY_VERIFIERS_MAX) {
			report(reading, place, "there are more than %d verifiers",
				POLICY_VERIFIERS_MAX);
			return false;
		}
		policy->verifiers_n++;
		policy->verifiers[i].uid = user->uid;
		(void)stpcpy(policy->verifiers[i].user, user->name); /* of the same size */
		reading->set->verifiers[i].source = keep(reading, place);
	}
	reading->verifier = &policy->verifiers[i];
	reading->verifier_setting = &reading->set->verifiers[i];
	return true;
}

static void enter_verifier(struct reading *reading, const char *place, const char *name)
{
	struct user_lookup user;

	reading->section = policy_verifier_key.section;
	if (find_user(reading, place, name, &user) && find_verifier(reading, place, &user))
		return;
	policy_setting_clear(&reading->refused_setting);
	reading->verifier = &reading->refused;
	reading->verifier_setting = &reading->refused_setting;
}

static void take_section(const char *place, const char *name, void *userdata)
{
	struct reading *reading = userdata;

	reading->in_section = true;
	reading->section = NULL;
	if (strncmp(name, VERIFIER, strlen(VERIFIER)) == 0) {
		enter_verifier(reading, place, name + strlen(VERIFIER));
		return;
	}
	for (size_t i = 0; i < POLICY_KEYS && !reading->section; i++)
		if (strcmp(policy_keys[i].section, name) == 0)
			reading->section = policy_keys[i].section;
	if (!reading->section)
		report_section(reading, place, name);
}

static void report_key(struct reading *reading, const char *place, const char *name)
{
	char known[256] = "";

	for (size_t i = 0; i < POLICY_KEYS; i++)
		if (strcmp(policy_keys[i].section, reading->section) == 0)
			(void)item_append(known, sizeof(known), ", ", policy_keys[i].name);
	report(reading, place, "[%s] has no key \"%s\"; it has %s", reading->section, name,
		known[0] != '\0' ? known : policy_verifier_key.name);
}

static void set(struct reading *reading, const char *place, const struct policy_key *key,
	const char *value, struct policy_setting *setting, void *ret_member)
{
	const char *problem;

	if (setting->file == reading->file) {
		report(reading, place, "%s is already set in this file, at %s", key->name,
			setting->source);
		return;
	}
	policy_setting_clear(setting);
	setting->source = keep(reading, place);
	if (!setting->source)
		return;
	setting->file = reading->file;
	problem = policy_key_parse(key, value, ret_member);
	if (problem) {
		report(reading, place, "%s cannot be \"%s\": %s; allowed is %s", key->name, value,
			problem, key->allowed);
		return;
	}
	setting->value = keep(reading, value);
}

static void take_setting(const char *place, const char *name, const char *value, void *userdata)
{
	struct reading *reading = userdata;

	if (!reading->in_section) {
		report(reading, place, "%s is before the first [SECTION]", name);
		return;
	}
	if (!reading->section)
		return;
	if (reading->section == policy_verifier_key.section &&
		strcmp(name, policy_verifier_key.name) == 0) {
		set(reading, place, &policy_verifier_key, value, reading->verifier_setting,
			reading->verifier->services);
		return;
	}
	for (size_t i = 0; i < POLICY_KEYS; i++) {
		const struct policy_key *key = &policy_keys[i];

		if (strcmp(key->section, reading->section) != 0 || strcmp(key->name, name) != 0)
			continue;
		set(reading, place, key, value, &reading->set->settings[i],
			(char *)&reading->set->policy + key->offset);
		return;
	}
	report_key(reading, place, name);
}

static void read_file(struct reading *reading, const char *folder, const char *name)
{
	const struct conf_reader reader = { take_section, take_setting, take_problem, reading };
	cleanup_free char *path = NULL;

	if (asprintf(&path, "%s/%s", folder, name) < 0) {
		reading->result = -ENOMEM;
		return;
	}
	reading->file++;
	reading->in_section = false;
	reading->section = NULL;
	conf_file_read(path, &reader);
}

static int is_drop_in(const struct dirent *entry)
{
	const size_t len = strlen(entry->d_name), suffix = strlen(DROP_IN_SUFFIX);

	return entry->d_name[0] != '.' && len > suffix &&
	       strcmp(entry->d_name + len - suffix, DROP_IN_SUFFIX) == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_drop_ins(struct reading *reading, const char *folder)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, is_drop_in, by_bytes);

	if (n < 0) {
		report(reading, folder, "cannot be read: %m");
		return;
	}
	for (int i = 0; i < n; i++) {
		/* The bus, which sends it, takes nothing else. */
		if (pat_name_problem(entries[i]->d_name))
			report(reading, folder,
				"the name of a file has a control character, or is not valid "
				"UTF-8");
		else
			read_file(reading, folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

static void read_files(struct reading *reading, const char *conf_dir)
{
	const struct conf_reader reader = { .problem = take_problem, .userdata = reading };
	cleanup_free char *drop_ins = NULL;

	if (!conf_folder_check(conf_dir, &reader))
		return;
	read_file(reading, conf_dir, MAIN_FILE);
	if (asprintf(&drop_ins, "%s/%s", conf_dir, DROP_INS) < 0) {
		reading->result = -ENOMEM;
		return;
	}
	if (conf_folder_check(drop_ins, &reader))
		read_drop_ins(reading, drop_ins);
}

/* A default that nobody chose gives way to the maximum; one that somebody chose is a problem. */
static void resolve_lifetimes(struct reading *reading)
{
	struct policy *policy = &reading->set->policy;
	const struct policy_setting *one = &reading->set->settings[KEY_DEFAULT_LIFETIME];
	const struct policy_setting *most = &reading->set->settings[KEY_MAX_LIFETIME];

	if (!most->value || policy->max_lifetime == POLICY_UNLIMITED ||
		policy->default_lifetime <= policy->max_lifetime)
		return;
	if (one->value) {
		report(reading, one->source,
			"default_lifetime = %s is longer than max_lifetime = %s, "
			"which is set at %s; lower the former, or raise the latter",
			one->value, most->value, most->source);
	} else if (!one->source) {
		policy->default_lifetime = policy->max_lifetime;
	}
}

static void check_verifiers(struct reading *reading)
{
	for (size_t i = 0; i < reading->set->policy.verifiers_n; i++)
		if (reading->set->verifiers[i].file == 0)
			report(reading, reading->set->verifiers[i].source,
				"[verifier %s] needs services: %s",
				reading->set->policy.verifiers[i].user,
				policy_verifier_key.allowed);
}

int policy_read(
	const char *conf_dir, policy_problem_fn fn, void *userdata, struct policy_set **ret_set)
{
	struct reading reading = { .fn = fn, .userdata = userdata };

	reading.set = calloc(1, sizeof(*reading.set));
	if (!reading.set)
		return -ENOMEM;
	reading.set->policy = policy_default;
	read_files(&reading, conf_dir);
	if (reading.result != -ENOMEM) {
		resolve_lifetimes(&reading);
		check_verifiers(&reading);
	}
	policy_setting_clear(&reading.refused_setting);
	if (reading.result < 0) {
		policy_free(reading.set);
		return reading.result;
	}
	*ret_set = reading.set;
	return 0;
}
