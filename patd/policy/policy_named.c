/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sections of patd.conf about somebody: a verifier, an issuer. */
#include <errno.h>
#include <string.h>

#include "common/name.h"
#include "common/wire.h"
#include "patd/model/fleet_name.h"
#include "patd/policy/policy_reading.h"
#include "patd/util/users.h"

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
		policy_report(reading, place, "no such user: \"%s\"", name);
	else if (user.result == -ENAMETOOLONG)
		policy_report(reading, place, "the name of user \"%s\" is longer than %d bytes",
			name, PAT_USER_MAX);
	else if (user.result < 0)
		policy_report(reading, place, "user \"%s\" cannot be looked up: %s", name,
			strerrordesc_np(-user.result));
	else if (user.uid == 0)
		policy_report(reading, place,
			"root verifies every user's tokens and needs no [verifier %s]", name);
	else
		*ret_user = user;
	return user.result == 0 && user.uid != 0;
}

/* The section is about the verifier of that user, added if it is new. */
static bool find_verifier(struct reading *reading, const char *place, const char *name)
{
	struct policy *policy = &reading->set->policy;
	struct user_lookup user;
	size_t i = 0;

	if (!find_user(reading, place, name, &user))
		return false;
	while (i < policy->verifiers_n && strcmp(policy->verifiers[i].user, user.name) != 0)
		i++;
	if (i == POLICY_VERIFIERS_MAX) {
		policy_report(
			reading, place, "there are more than %d verifiers", POLICY_VERIFIERS_MAX);
		return false;
	}
	if (i == policy->verifiers_n) {
		policy->verifiers_n++;
		policy->verifiers[i].uid = user.uid;
		(void)stpcpy(policy->verifiers[i].user, user.name); /* of the same size */
		reading->set->verifiers[i].source = policy_keep(reading, place);
	}
	reading->record = &policy->verifiers[i];
	reading->setting = &reading->set->verifiers[i];
	return true;
}

/* The same of an issuer. */
static bool find_issuer(struct reading *reading, const char *place, const char *name)
{
	struct policy *policy = &reading->set->policy;
	size_t i = 0;

	if (!fleet_name_valid(name)) {
		policy_report(reading, place, "the name of issuer \"%s\" is not %s", name,
			policy_keys[KEY_HOST].allowed);
		return false;
	}
	while (i < policy->issuers_n && strcmp(policy->issuers[i].name, name) != 0)
		i++;
	if (i == POLICY_ISSUERS_MAX) {
		policy_report(reading, place, "there are more than %d issuers", POLICY_ISSUERS_MAX);
		return false;
	}
	if (i == policy->issuers_n) {
		policy->issuers_n++;
		(void)stpcpy(policy->issuers[i].name, name); /* a valid one fits */
		reading->set->issuers[i].source = policy_keep(reading, place);
	}
	reading->record = &policy->issuers[i];
	reading->setting = &reading->set->issuers[i];
	return true;
}

static const struct {
	const struct policy_key *key;
	bool (*find)(struct reading *reading, const char *place, const char *name);
} named_sections[] = {
	{ &policy_verifier_key, find_verifier },
	{ &policy_issuer_key, find_issuer },
};

#define NAMED_SECTIONS (sizeof(named_sections) / sizeof(named_sections[0]))

/* What follows "verifier " or the like; NULL if section is not about one. */
static const char *name_in(const char *section, const char *word)
{
	const size_t len = strlen(word);

	return strncmp(section, word, len) == 0 && section[len] == ' ' ? section + len + 1 : NULL;
}

bool policy_enter_named(struct reading *reading, const char *place, const char *section)
{
	for (size_t i = 0; i < NAMED_SECTIONS; i++) {
		const struct policy_key *key = named_sections[i].key;
		const char *name = name_in(section, key->section);

		if (!name)
			continue;
		reading->named = key;
		reading->section = key->section;
		if (named_sections[i].find(reading, place, name))
			return true;
		policy_setting_clear(&reading->refused.setting);
		reading->record = &reading->refused.verifier;
		reading->setting = &reading->refused.setting;
		return true;
	}
	return false;
}

static void check_set(struct reading *reading, const struct policy_setting *setting,
	const struct policy_key *key, const char *name)
{
	if (setting->file == 0)
		policy_report(reading, setting->source, "[%s %s] needs %s: %s", key->section, name,
			key->name, key->allowed);
}

void policy_check_named(struct reading *reading)
{
	const struct policy *policy = &reading->set->policy;

	for (size_t i = 0; i < policy->verifiers_n; i++)
		check_set(reading, &reading->set->verifiers[i], &policy_verifier_key,
			policy->verifiers[i].user);
	for (size_t i = 0; i < policy->issuers_n; i++)
		check_set(reading, &reading->set->issuers[i], &policy_issuer_key,
			policy->issuers[i].name);
}
