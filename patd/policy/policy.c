/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A policy: its defaults, its settings for people, and its verifiers. */
#include "patd/policy/policy.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/lifetime.h"
#include "patd/model/services.h"
#include "patd/policy/policy_keys.h"

const struct policy policy_default = {
	.default_lifetime = PAT_LIFETIME_DEFAULT,
	.max_lifetime = POLICY_UNLIMITED,
	.allow_never = true,
	.max_tokens = 1000,
	.revoke_unused = POLICY_UNLIMITED,
	.keep_history = UINT64_C(31557600), /* a year of systemd.time(7) */
	.max_history = 1000000,
};

void policy_setting_clear(struct policy_setting *setting)
{
	free(setting->source);
	free(setting->value);
	*setting = (struct policy_setting) { 0 };
}

void policy_free(struct policy_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < POLICY_KEYS; i++)
		policy_setting_clear(&set->settings[i]);
	for (size_t i = 0; i < POLICY_VERIFIERS_MAX; i++)
		policy_setting_clear(&set->verifiers[i]);
	free(set);
}

const struct policy *policy_of(const struct policy_set *set)
{
	return &set->policy;
}

/* A default lifetime that gave way to the maximum is what that is. */
static const struct policy_setting *setting_of(const struct policy_set *set, size_t key)
{
	bool gave_way = key == KEY_DEFAULT_LIFETIME && !set->settings[key].source &&
			set->policy.default_lifetime != policy_default.default_lifetime;

	return &set->settings[gave_way ? KEY_MAX_LIFETIME : key];
}

void policy_each(const struct policy_set *set,
	void (*fn)(const struct policy_line *line, void *userdata), void *userdata)
{
	char key[TOKEN_USER_BYTES_MAX + sizeof("verifier..services")];
	struct policy_line line = { .key = key };

	for (size_t i = 0; i < POLICY_KEYS; i++) {
		const struct policy_setting *setting = setting_of(set, i);

		(void)snprintf(
			key, sizeof(key), "%s.%s", policy_keys[i].section, policy_keys[i].name);
		line.value = setting->source ? setting->value : policy_keys[i].value;
		line.source = setting->source ? setting->source : "default";
		fn(&line, userdata);
	}
	for (size_t i = 0; i < set->policy.verifiers_n; i++) {
		(void)snprintf(
			key, sizeof(key), "verifier.%s.services", set->policy.verifiers[i].user);
		line.value = set->policy.verifiers[i].services;
		line.source = set->verifiers[i].source;
		fn(&line, userdata);
	}
}

bool policy_verifier(const struct policy *policy, uint32_t uid, const char *service)
{
	for (size_t i = 0; i < policy->verifiers_n; i++)
		if (policy->verifiers[i].uid == uid &&
			(!service || services_match(policy->verifiers[i].services, service)))
			return true;
	return false;
}
