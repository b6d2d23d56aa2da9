/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings of patd.conf: what is in force, and from where. */
#include "tests/unit/patd/policy/policy_world.h"

#define DAY UINT64_C(86400)
#define YEAR UINT64_C(31557600)

static void assert_default(const struct policy *policy)
{
	assert_int_equal(policy->default_lifetime, policy_default.default_lifetime);
	assert_int_equal(policy->max_lifetime, policy_default.max_lifetime);
	assert_int_equal(policy->allow_never, policy_default.allow_never);
	assert_int_equal(policy->max_tokens, policy_default.max_tokens);
	assert_string_equal(policy->self_services, policy_default.self_services);
	assert_int_equal(policy->revoke_unused, policy_default.revoke_unused);
	assert_int_equal(policy->delete_ended, policy_default.delete_ended);
	assert_int_equal(policy->deny_locked, policy_default.deny_locked);
	assert_int_equal(policy->confirm_timeout, policy_default.confirm_timeout);
	assert_int_equal(policy->revoke_ends_sessions, policy_default.revoke_ends_sessions);
	assert_int_equal(policy->expiry_ends_sessions, policy_default.expiry_ends_sessions);
	assert_string_equal(policy->name_services, policy_default.name_services);
	assert_string_equal(policy->local_services, policy_default.local_services);
	assert_int_equal(policy->keep_history, policy_default.keep_history);
	assert_int_equal(policy->max_history, policy_default.max_history);
	assert_int_equal(policy->usage_sync_full, policy_default.usage_sync_full);
	assert_string_equal(policy->issuer, policy_default.issuer);
	assert_string_equal(policy->host, policy_default.host);
	assert_string_equal(policy->hub, policy_default.hub);
	assert_int_equal(policy->max_staleness, policy_default.max_staleness);
	assert_int_equal(policy->verifiers_n, 0);
	assert_int_equal(policy->issuers_n, 0);
}

static void missing_setting_is_the_default(void **state)
{
	(void)state;
	assert_int_equal(read_policy(), 0);
	assert_default(policy_of(set));
	assert_default(read_good(""));
	assert_default(read_good("# nothing\n\n \t\n;\n[tokens]\n[history]"));
	place_remove(&place);
	assert_int_equal(read_policy(), 0);
	assert_default(policy_of(set));
	assert_string_equal(problems, "");
}

static void every_setting_can_be_set(void **state)
{
	const struct policy *policy = read_good("[tokens]\n"
						"default_lifetime = 1d 12h\n"
						"max_lifetime = 90 days\n"
						"allow_never = no\n"
						"max_tokens = 20\n"
						"self_services = sudo, postgresql*\n"
						"revoke_unused = 60d\n"
						"delete_ended = 90d\n"
						"deny_locked = yes\n"
						"confirm_timeout = 2min\n"
						"revoke_ends_sessions = yes\n"
						"expiry_ends_sessions = yes\n"
						"name_services = vsftpd,login,ftp*\n"
						"local_services = sudo, kiosk\n"
						"[history]\n"
						"keep = 2y\n"
						"max_entries = 5000\n"
						"[storage]\n"
						"usage_sync = full\n"
						"[fleet]\n"
						"issuer = admin1\n"
						"host = admin1\n"
						"hub = host=/run/postgresql\n"
						"max_staleness = 1h\n"
						"[verifier games]\n"
						"services = sudo,chess\n"
						"[issuer admin2]\n"
						"key = " KEY_1 "\n");

	(void)state;
	assert_int_equal(policy->default_lifetime, DAY + DAY / 2);
	assert_int_equal(policy->max_lifetime, 90 * DAY);
	assert_false(policy->allow_never);
	assert_int_equal(policy->max_tokens, 20);
	assert_string_equal(policy->self_services, "postgresql*,sudo");
	assert_int_equal(policy->revoke_unused, 60 * DAY);
	assert_int_equal(policy->delete_ended, 90 * DAY);
	assert_true(policy->deny_locked);
	assert_int_equal(policy->confirm_timeout, 120);
	assert_true(policy->revoke_ends_sessions);
	assert_true(policy->expiry_ends_sessions);
	assert_string_equal(policy->name_services, "ftp*,login,vsftpd");
	assert_string_equal(policy->local_services, "kiosk,sudo");
	assert_int_equal(policy->keep_history, 2 * YEAR);
	assert_int_equal(policy->max_history, 5000);
	assert_true(policy->usage_sync_full);
	assert_string_equal(policy->issuer, "admin1");
	assert_string_equal(policy->host, "admin1");
	assert_string_equal(policy->hub, "host=/run/postgresql");
	assert_int_equal(policy->max_staleness, 3600);
	assert_int_equal(policy->verifiers_n, 1);
	assert_string_equal(policy->verifiers[0].services, "chess,sudo");
	assert_int_equal(policy->issuers_n, 1);
	assert_non_null(policy_issuer(policy, "admin2"));
}

static void value_has_several_spellings(void **state)
{
	static const struct {
		const char *text;
		int yes;
	} booleans[] = { { "yes", 1 }, { "true", 1 }, { "on", 1 }, { "1", 1 }, { "no", 0 },
		{ "false", 0 }, { "off", 0 }, { "0", 0 } };
	static const char *const lines[] = { "max_tokens=7", " max_tokens = 7 ",
		"\tmax_tokens\t=\t7\t", "max_tokens = 007", "max_tokens = 7 ; seven" };
	char text[128];

	(void)state;
	for (size_t i = 0; i < COUNT(booleans); i++) {
		(void)snprintf(text, sizeof(text), "[tokens]\ndeny_locked = %s", booleans[i].text);
		assert_that(read_good(text)->deny_locked == booleans[i].yes, "%s", text);
	}
	for (size_t i = 0; i < COUNT(lines); i++) {
		(void)snprintf(text, sizeof(text), " [tokens]\t\n%s\n", lines[i]);
		assert_that(read_good(text)->max_tokens == 7, "%s", text);
	}
}

static void unlimited_has_a_word(void **state)
{
	const struct policy *policy;

	(void)state;
	policy = read_good("[tokens]\nmax_lifetime = unlimited\nmax_tokens = unlimited\n"
			   "revoke_unused = never\ndelete_ended = never\nself_services = *\n"
			   "name_services = none\nlocal_services = none\n[history]\n"
			   "keep = unlimited\n[fleet]\nissuer = none\nhub = none\nhost = %H");
	assert_int_equal(policy->max_lifetime, POLICY_UNLIMITED);
	assert_int_equal(policy->max_tokens, POLICY_UNLIMITED);
	assert_int_equal(policy->revoke_unused, POLICY_UNLIMITED);
	assert_int_equal(policy->delete_ended, POLICY_UNLIMITED);
	assert_int_equal(policy->keep_history, POLICY_UNLIMITED);
	assert_string_equal(policy->self_services, "");
	assert_string_equal(policy->name_services, "");
	assert_string_equal(policy->local_services, "");
	assert_string_equal(policy->issuer, "");
	assert_string_equal(policy->host, "");
	assert_string_equal(policy->hub, "");
}

static void last_file_wins(void **state)
{
	const struct policy *policy;

	(void)state;
	assert_int_equal(mkdir(place_path(&place, "patd.conf.d"), 0755), 0);
	write_text("patd.conf.d/10.conf", "[tokens]\nmax_tokens = 10\nrevoke_unused = 10d");
	write_text("patd.conf.d/9.conf", "[tokens]\nmax_tokens = 9\n[verifier games]\nservices=9");
	write_text("patd.conf.d/B.conf", "[tokens]\nself_services = B\ndeny_locked = on");
	write_text("patd.conf.d/a.conf", "[tokens]\nself_services = a");
	write_text("patd.conf.d/.z.conf", "not read");
	write_text("patd.conf.d/z.conf~", "not read");
	write_text("patd.conf.d/.conf", "not read");
	policy = read_good("[tokens]\nmax_tokens = 1\nrevoke_unused = 1d\nallow_never = no\n"
			   "[verifier games]\nservices=1\n");
	assert_int_equal(policy->max_tokens, 9);
	assert_int_equal(policy->revoke_unused, 10 * DAY);
	assert_string_equal(policy->self_services, "a");
	assert_true(policy->deny_locked);
	assert_false(policy->allow_never);
	assert_int_equal(policy->verifiers_n, 1);
	assert_string_equal(policy->verifiers[0].services, "9");
}

static void default_lifetime_is_within_maximum(void **state)
{
	const struct policy *policy;

	(void)state;
	policy = read_good("[tokens]\nmax_lifetime = 1w");
	assert_int_equal(policy->default_lifetime, 7 * DAY);
	assert_non_null(strstr(show(), "tokens.default_lifetime = 1w (patd.conf:2)\n"));
	policy = read_good("[tokens]\nmax_lifetime = 60d");
	assert_int_equal(policy->default_lifetime, 30 * DAY);
	policy = read_good("[tokens]\nmax_lifetime = 60d\ndefault_lifetime = 60d");
	assert_int_equal(policy->default_lifetime, 60 * DAY);
	check_bad("[tokens]\nmax_lifetime = 7d\ndefault_lifetime = 8d",
		"patd.conf:3: default_lifetime = 8d is longer than max_lifetime = 7d, which is set "
		"at patd.conf:2; lower the former, or raise the latter\n");
	/* One that cannot be is not judged beside the other. */
	check_bad("[tokens]\nmax_lifetime = 7d\ndefault_lifetime = 8",
		"patd.conf:3: default_lifetime cannot be");
	check_bad("[tokens]\nmax_lifetime = 7\ndefault_lifetime = 8d",
		"patd.conf:2: max_lifetime cannot be");

	assert_int_equal(mkdir(place_path(&place, "patd.conf.d"), 0755), 0);
	write_text("patd.conf.d/1.conf", "[tokens]\nmax_lifetime = 7d");
	check_bad("[tokens]\ndefault_lifetime = 20d",
		"patd.conf:2: default_lifetime = 20d is longer than max_lifetime = 7d, which is "
		"set at patd.conf.d/1.conf:2;");
	write_text("patd.conf.d/2.conf", "[tokens]\nmax_lifetime = unlimited");
	(void)read_good("[tokens]\ndefault_lifetime = 20d");
}

static void each_setting_is_shown_with_its_source(void **state)
{
	(void)state;
	assert_int_equal(mkdir(place_path(&place, "patd.conf.d"), 0755), 0);
	write_text(
		"patd.conf.d/1.conf", "[history]\nkeep=unlimited\n[verifier games]\nservices=z, a");
	(void)read_good("[tokens]\n\nmax_lifetime = 12 months\ndeny_locked = on\nself_services=*");
	assert_string_equal(show(),
		"tokens.default_lifetime = 30d (default)\n"
		"tokens.max_lifetime = 12 months (patd.conf:3)\n"
		"tokens.allow_never = yes (default)\n"
		"tokens.max_tokens = 1000 (default)\n"
		"tokens.self_services = * (patd.conf:5)\n"
		"tokens.revoke_unused = never (default)\n"
		"tokens.delete_ended = never (default)\n"
		"tokens.deny_locked = on (patd.conf:4)\n"
		"tokens.confirm_timeout = 60s (default)\n"
		"tokens.revoke_ends_sessions = no (default)\n"
		"tokens.expiry_ends_sessions = no (default)\n"
		"tokens.name_services = ftp,ftpd,login,proftpd,pure-ftpd,remote,"
		"rexec,rlogin,rsh,telnet,vsftpd (default)\n"
		"tokens.local_services = away,cado,chfn,chsh,cinnamon-screensaver,doas,frr,gdm*,"
		"gnome-screensaver,greetd,gtklock,hyprlock,i3lock,kde,kde-*,lightdm,login,lxdm,ly,"
		"mate-screensaver,newrole,physlock,please,pleaseedit,run_init,screen,sddm,slim,"
		"slock,su,su-l,sudo,sudo-i,super,swaylock,ukui-screensaver-qt,vlock,waylock,wdm,"
		"xdm,xfce4-screensaver,xlock,xscreensaver (default)\n"
		"history.keep = unlimited (patd.conf.d/1.conf:2)\n"
		"history.max_entries = 1000000 (default)\n"
		"storage.usage_sync = normal (default)\n"
		"fleet.issuer = none (default)\n"
		"fleet.host = %H (default)\n"
		"fleet.hub = none (default)\n"
		"fleet.max_staleness = 15min (default)\n"
		"verifier.games.services = a,z (patd.conf.d/1.conf:4)\n");
}

/* Removes the "#" before each line that is a setting. */
static void uncomment(char *text)
{
	char *to = text;

	for (const char *at = text; *at != '\0'; at++)
		if (at[0] != '#' || (at > text && at[-1] != '\n') || at[1] < 'a' || at[1] > 'z')
			*to++ = *at;
	*to = '\0';
}

static void installed_file_has_every_default(void **state)
{
	static char text[1 << 16];
	FILE *file = fopen(TEST_SRCDIR "/patd/patd.conf", "r");
	size_t settings = 0;

	(void)state;
	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	assert_int_equal(fclose(file), 0);

	assert_default(read_good(text));
	assert_null(strstr(show(), "(patd.conf:"));
	uncomment(text);
	assert_default(read_good(text));
	assert_null(strstr(show(), "(default)"));
	for (size_t i = 0; i < POLICY_KEYS; i++) {
		char line[256];

		(void)snprintf(line, sizeof(line), "\n%s = %s\n", policy_keys[i].name,
			policy_keys[i].value);
		assert_that(strstr(text, line) != NULL, "%s", line);
	}
	for (const char *at = shown; (at = strchr(at, '\n')); at++)
		settings++;
	assert_int_equal(settings, POLICY_KEYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(missing_setting_is_the_default),
		TEST(every_setting_can_be_set),
		TEST(value_has_several_spellings),
		TEST(unlimited_has_a_word),
		TEST(last_file_wins),
		TEST(default_lifetime_is_within_maximum),
		TEST(each_setting_is_shown_with_its_source),
		TEST(installed_file_has_every_default),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
