/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A policy: its keys, a parser for each kind of value, its settings for people, who is in it. */
#include "patd/policy/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/lifetime.h"
#include "common/timespan.h"
#include "common/wire.h"
#include "patd/model/fleet_name.h"
#include "patd/model/services.h"
#include "patd/policy/hub.h"
#include "patd/policy/issuer_keys.h"
#include "patd/policy/policy_keys.h"

#define SECOND UINT64_C(1000000)         /* in microseconds */
#define PERIOD_MAX UINT64_C(31557600000) /* seconds: 1000y, so that no sum passes the year 9999 */
#define NUMBER_MAX 1000000000

#define PERIOD "a period from 1s to 1000y, like \"12h\", \"30d\" or \"1y\""
#define NUMBER "a number from 1 to 1000000000"
#define YES_OR_NO "yes or no, true or false, on or off, 1 or 0"
#define NONE "none"
#define HOST_NAME "%H" /* as in systemd.unit(5); no name has a percent sign */
#define FLEET_NAME "a name of 1 to 63 letters, digits, \"-\", \".\" and \"_\""
#define SERVICES "services like \"sudo,sshd,postgresql*\", or \"*\" for all"

static const char *parse_period(const char *text, void *ret_member)
{
	uint64_t *ret_seconds = ret_member;
	struct timespan span;
	const char *problem = timespan_parse(text, &span);

	if (problem)
		return problem;
	if (span.usec % SECOND != 0)
		return "it is not a whole number of seconds";
	if (span.usec == 0 || span.usec / SECOND > PERIOD_MAX)
		return "it is too short, or too long";
	*ret_seconds = span.usec / SECOND;
	return NULL;
}

static const char *parse_confirm_timeout(const char *text, void *ret_member)
{
	uint64_t seconds;
	const char *problem = parse_period(text, &seconds);

	if (problem)
		return problem;
	if (seconds > PAT_CONFIRM_MAX)
		return "it is too long";
	*(uint64_t *)ret_member = seconds;
	return NULL;
}

static const char *parse_number(const char *text, void *ret_member)
{
	uint64_t number = 0;

	if (*text == '\0' || text[strspn(text, "0123456789")] != '\0')
		return "it is not a whole number in digits";
	for (; *text != '\0' && number <= NUMBER_MAX; text++)
		number = number * 10 + (uint64_t)(*text - '0');
	if (number < 1 || number > NUMBER_MAX)
		return "it is too small, or too large";
	*(uint64_t *)ret_member = number;
	return NULL;
}

static const char *parse_yes_or_no(const char *text, void *ret_member)
{
	static const char *const words[2][4] = { { "no", "false", "off", "0" },
		{ "yes", "true", "on", "1" } };

	for (size_t i = 0; i < 8; i++)
		if (strcmp(text, words[i / 4][i % 4]) == 0) {
			*(bool *)ret_member = i / 4;
			return NULL;
		}
	return "it is neither yes nor no";
}

static const char *parse_sync(const char *text, void *ret_member)
{
	bool full = strcmp(text, "full") == 0;

	if (!full && strcmp(text, "normal") != 0)
		return "unknown value";
	*(bool *)ret_member = full;
	return NULL;
}

static const char *parse_services(const char *text, void *ret_member)
{
	/* No service is called so: "telnet" in quotes would name none, and protect none. */
	if (strpbrk(text, "\"'"))
		return "a value has no quotation marks";
	return services_parse(text, ret_member, LIMITS_SERVICES_MAX + 1);
}

static const char *parse_self_services(const char *text, void *ret_member)
{
	char *ret_services = ret_member;

	if (strcmp(text, "*") != 0)
		return parse_services(text, ret_services);
	*ret_services = '\0';
	return NULL;
}

static const char *parse_services_or_none(const char *text, void *ret_member)
{
	char *ret_services = ret_member;

	if (strcmp(text, "none") != 0)
		return parse_services(text, ret_services);
	*ret_services = '\0';
	return NULL;
}

static const char *parse_fleet_name(const char *text, void *ret_member)
{
	if (!fleet_name_valid(text))
		return "it is no name";
	(void)stpcpy(ret_member, text);
	return NULL;
}

static const char *parse_issuer(const char *text, void *ret_member)
{
	char *ret_name = ret_member;

	if (strcmp(text, NONE) != 0)
		return parse_fleet_name(text, ret_name);
	*ret_name = '\0';
	return NULL;
}

static const char *parse_host(const char *text, void *ret_member)
{
	char *ret_name = ret_member;

	if (strcmp(text, HOST_NAME) != 0)
		return parse_fleet_name(text, ret_name);
	*ret_name = '\0';
	return NULL;
}

static const char *parse_hub(const char *text, void *ret_member)
{
	char *ret_hub = ret_member;

	if (strcmp(text, NONE) != 0)
		return hub_parse(text, ret_hub, POLICY_HUB_MAX + 1);
	*ret_hub = '\0';
	return NULL;
}

/*
 * Those of ftp, telnet and rsh, which resolve an address to its name, or have it told by a program
 * that did, and do not resolve the name back.
 */
#define NAME_SERVICES "ftp,ftpd,login,proftpd,pure-ftpd,remote,rexec,rlogin,rsh,telnet,vsftpd"

/*
 * Those that only programs at the console or within a session ask as: commands that run as somebody
 * else, locks of the screen, display managers.  For those that also serve others see
 * patd/rules/login_source.c.  None that a server on the network asks as without PAM_RHOST.
 */
#define LOCAL_SERVICES                                                                             \
	"away,cado,chfn,chsh,cinnamon-screensaver,doas,frr,gdm*,gnome-screensaver,"                \
	"greetd,gtklock,hyprlock,i3lock,kde,kde-*,lightdm,login,lxdm,ly,"                          \
	"mate-screensaver,newrole,physlock,please,pleaseedit,run_init,screen,sddm,slim,"           \
	"slock,su,su-l,sudo,sudo-i,super,swaylock,ukui-screensaver-qt,vlock,waylock,"              \
	"wdm,xdm,xfce4-screensaver,xlock,xscreensaver"

#define MEMBER(name) offsetof(struct policy, name)

const struct policy_key policy_keys[POLICY_KEYS] = {
	[KEY_DEFAULT_LIFETIME] = { "tokens", "default_lifetime", "30d", PERIOD, parse_period,
		MEMBER(default_lifetime), NULL },
	[KEY_MAX_LIFETIME] = { "tokens", "max_lifetime", "unlimited", PERIOD ", or \"unlimited\"",
		parse_period, MEMBER(max_lifetime), "unlimited" },
	[KEY_ALLOW_NEVER] = { "tokens", "allow_never", "yes", YES_OR_NO, parse_yes_or_no,
		MEMBER(allow_never), NULL },
	[KEY_MAX_TOKENS] = { "tokens", "max_tokens", "1000", NUMBER ", or \"unlimited\"",
		parse_number, MEMBER(max_tokens), "unlimited" },
	[KEY_SELF_SERVICES] = { "tokens", "self_services", "*", SERVICES, parse_self_services,
		MEMBER(self_services), NULL },
	[KEY_REVOKE_UNUSED] = { "tokens", "revoke_unused", "never", PERIOD ", or \"never\"",
		parse_period, MEMBER(revoke_unused), "never" },
	[KEY_DELETE_ENDED] = { "tokens", "delete_ended", "never", PERIOD ", or \"never\"",
		parse_period, MEMBER(delete_ended), "never" },
	[KEY_DENY_LOCKED] = { "tokens", "deny_locked", "no", YES_OR_NO, parse_yes_or_no,
		MEMBER(deny_locked), NULL },
	[KEY_CONFIRM_TIMEOUT] = { "tokens", "confirm_timeout", "60s",
		"a period from 1s to 1h, like \"60s\" or \"5min\"", parse_confirm_timeout,
		MEMBER(confirm_timeout), NULL },
	[KEY_REVOKE_ENDS_SESSIONS] = { "tokens", "revoke_ends_sessions", "no", YES_OR_NO,
		parse_yes_or_no, MEMBER(revoke_ends_sessions), NULL },
	[KEY_EXPIRY_ENDS_SESSIONS] = { "tokens", "expiry_ends_sessions", "no", YES_OR_NO,
		parse_yes_or_no, MEMBER(expiry_ends_sessions), NULL },
	[KEY_NAME_SERVICES] = { "tokens", "name_services", NAME_SERVICES, SERVICES ", or \"none\"",
		parse_services_or_none, MEMBER(name_services), NULL },
	[KEY_LOCAL_SERVICES] = { "tokens", "local_services", LOCAL_SERVICES,
		SERVICES ", or \"none\"", parse_services_or_none, MEMBER(local_services), NULL },
	[KEY_KEEP] = { "history", "keep", "1y", PERIOD ", or \"unlimited\"", parse_period,
		MEMBER(keep_history), "unlimited" },
	[KEY_MAX_ENTRIES] = { "history", "max_entries", "1000000", NUMBER, parse_number,
		MEMBER(max_history), NULL },
	[KEY_USAGE_SYNC] = { "storage", "usage_sync", "normal", "normal or full", parse_sync,
		MEMBER(usage_sync_full), NULL },
	[KEY_ISSUER] = { "fleet", "issuer", NONE, FLEET_NAME ", or \"" NONE "\"", parse_issuer,
		MEMBER(issuer), NULL },
	[KEY_HOST] = { "fleet", "host", HOST_NAME,
		FLEET_NAME ", or \"" HOST_NAME "\" for the host name", parse_host, MEMBER(host),
		NULL },
	[KEY_HUB] = { "fleet", "hub", NONE,
		"a connection string of PostgreSQL like \"host=db.example.org dbname=fleet "
		"sslmode=verify-full\", or \"" NONE "\"",
		parse_hub, MEMBER(hub), NULL },
	[KEY_MAX_STALENESS] = { "fleet", "max_staleness", "15min", PERIOD, parse_period,
		MEMBER(max_staleness), NULL },
};

const struct policy_key policy_verifier_key = { "verifier", "services", "", SERVICES,
	parse_services, offsetof(struct verifier, services), NULL };

const struct policy_key policy_issuer_key = { "issuer", "key", "",
	"one to four public keys in base64, with commas between them, as \"patctl fleet\" prints one",
	issuer_keys_parse, 0, NULL };

const char *policy_key_parse(const struct policy_key *key, const char *text, void *ret_member)
{
	if (!key->unlimited || strcmp(text, key->unlimited) != 0)
		return key->parse(text, ret_member);
	*(uint64_t *)ret_member = POLICY_UNLIMITED;
	return NULL;
}

const struct policy policy_default = {
	.default_lifetime = PAT_LIFETIME_DEFAULT,
	.max_lifetime = POLICY_UNLIMITED,
	.allow_never = true,
	.max_tokens = 1000,
	.revoke_unused = POLICY_UNLIMITED,
	.delete_ended = POLICY_UNLIMITED,
	.confirm_timeout = 60,
	.name_services = NAME_SERVICES,
	.local_services = LOCAL_SERVICES,
	.keep_history = UINT64_C(31557600), /* a year of systemd.time(7) */
	.max_history = 1000000,
	.max_staleness = 900, /* 15 minutes */
};

char *policy_setting_copy(const char *text)
{
	return strdup(text);
}

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
	for (size_t i = 0; i < POLICY_ISSUERS_MAX; i++)
		policy_setting_clear(&set->issuers[i]);
	free(set);
}

const struct policy *policy_of(const struct policy_set *set)
{
	return &set->policy;
}

/* A default that gave way to another setting is what that is. */
static const struct policy_setting *setting_of(const struct policy_set *set, size_t key)
{
	if (set->settings[key].source)
		return &set->settings[key];
	if (key == KEY_DEFAULT_LIFETIME &&
		set->policy.default_lifetime != policy_default.default_lifetime)
		return &set->settings[KEY_MAX_LIFETIME];
	if (key == KEY_HOST && set->policy.host[0] != '\0')
		return &set->settings[KEY_ISSUER];
	return &set->settings[key];
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
	for (size_t i = 0; i < set->policy.issuers_n; i++) {
		(void)snprintf(key, sizeof(key), "issuer.%s.key", set->policy.issuers[i].name);
		line.value = set->issuers[i].value;
		line.source = set->issuers[i].source;
		fn(&line, userdata);
	}
}

const struct issuer *policy_issuer(const struct policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->issuers_n; i++)
		if (strcmp(policy->issuers[i].name, name) == 0)
			return &policy->issuers[i];
	return NULL;
}

bool policy_verifier(const struct policy *policy, uint32_t uid, const char *service)
{
	for (size_t i = 0; i < policy->verifiers_n; i++)
		if (policy->verifiers[i].uid == uid &&
			(!service || services_match(policy->verifiers[i].services, service)))
			return true;
	return false;
}
