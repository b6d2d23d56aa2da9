/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading patd.conf and its drop-ins into a policy. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/name.h"
#include "patd/policy/conf_file.h"
#include "patd/policy/policy_reading.h"
#include "patd/util/item.h"

#define MAIN_FILE "patd.conf"
#define DROP_INS "patd.conf.d"
#define DROP_IN_SUFFIX ".conf"

static void take_problem(const char *place, const char *text, void *userdata)
{
	policy_report(userdata, place, "%s", text);
}

static void report_section(struct reading *reading, const char *place, const char *name)
{
	char known[256] = "";

	for (size_t i = 0; i < POLICY_KEYS; i++)
		if (i == 0 || strcmp(policy_keys[i].section, policy_keys[i - 1].section) != 0)
			(void)item_append(known, sizeof(known), "], [", policy_keys[i].section);
	policy_report(reading, place,
		"unknown section [%s]; known are [%s], [verifier USER] and "
		"[issuer NAME]",
		name, known);
}

static void take_section(const char *place, const char *name, void *userdata)
{
	struct reading *reading = userdata;

	reading->in_section = true;
	reading->section = NULL;
	reading->named = NULL;
	if (policy_enter_named(reading, place, name))
		return;
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
	policy_report(reading, place, "[%s] has no key \"%s\"; it has %s", reading->section, name,
		known[0] != '\0' ? known : reading->named->name);
}

static void set(struct reading *reading, const char *place, const struct policy_key *key,
	const char *value, struct policy_setting *setting, void *ret_member)
{
	const char *problem;

	if (setting->file == reading->file) {
		policy_report(reading, place, "%s is already set in this file, at %s", key->name,
			setting->source);
		return;
	}
	policy_setting_clear(setting);
	setting->source = policy_keep(reading, place);
	if (!setting->source)
		return;
	setting->file = reading->file;
	problem = policy_key_parse(key, value, ret_member);
	if (problem) {
		policy_report(reading, place, "%s cannot be \"%s\": %s; allowed is %s", key->name,
			value, problem, key->allowed);
		return;
	}
	setting->value = policy_keep(reading, value);
}

static void take_setting(const char *place, const char *name, const char *value, void *userdata)
{
	struct reading *reading = userdata;

	if (!reading->in_section) {
		policy_report(reading, place, "%s is before the first [SECTION]", name);
		return;
	}
	if (!reading->section)
		return;
	if (reading->named && strcmp(name, reading->named->name) == 0) {
		set(reading, place, reading->named, value, reading->setting,
			(char *)reading->record + reading->named->offset);
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
	reading->named = NULL;
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
		policy_report(reading, folder, "cannot be read: %m");
		return;
	}
	for (int i = 0; i < n; i++) {
		/* The bus, which sends it, takes nothing else. */
		if (pat_name_problem(entries[i]->d_name))
			policy_report(reading, folder,
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
		policy_report(reading, one->source,
			"default_lifetime = %s is longer than max_lifetime = %s, "
			"which is set at %s; lower the former, or raise the latter",
			one->value, most->value, most->source);
	} else if (!one->source) {
		policy->default_lifetime = policy->max_lifetime;
	}
}

/* The hub knows an issuer by the name of its host. */
static void resolve_host(struct reading *reading)
{
	struct policy *policy = &reading->set->policy;
	const struct policy_setting *host = &reading->set->settings[KEY_HOST];
	const struct policy_setting *issuer = &reading->set->settings[KEY_ISSUER];

	if (policy->issuer[0] == '\0' || !issuer->value)
		return;
	if (!host->source) {
		(void)stpcpy(policy->host, policy->issuer); /* of the same size */
	} else if (host->value && strcmp(policy->host, policy->issuer) != 0) {
		policy_report(reading, host->source,
			"host = %s is not issuer = %s, which is set at %s; an issuer and its host "
			"have one name",
			host->value, issuer->value, issuer->source);
	}
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
		resolve_host(&reading);
		policy_check_named(&reading);
	}
	policy_setting_clear(&reading.refused.setting);
	if (reading.result < 0) {
		policy_free(reading.set);
		return reading.result;
	}
	*ret_set = reading.set;
	return 0;
}
