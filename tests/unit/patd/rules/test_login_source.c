/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a login comes from: patd/rules/login_source.h. */
#include <string.h>

#include "patd/model/services.h"
#include "patd/model/sources.h"
#include "patd/rules/login_source.h"
#include "tests/unit/unit.h"

#define UNKNOWN SOURCES_UNKNOWN

struct row {
	const char *service, *rhost, *tty, *source;
};

static void assert_sources(const struct policy *policy, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char source[256] = "stale";

		login_source(policy, rows[i].service, rows[i].rhost, rows[i].tty, source);
		assert_that(strcmp(source, rows[i].source) == 0, "row %zu, %s: %s", i,
			rows[i].service ? rows[i].service : "no service", source);
	}
}

/* As measured on Debian 12. */
static void scope__session_services_are_local_without_a_host(void **state)
{
	static const struct row rows[] = {
		{ "sudo", "", "", "" },
		{ "sudo", "", "/dev/pts/1", "" },
		{ "sudo-i", "", "/dev/pts/1", "" },
		{ "su", "", "/dev/pts/1", "" },
		{ "su-l", "", "/dev/pts/1", "" },
		{ "doas", "", "pts/0", "" },
		{ "chsh", "", "", "" },
		{ "please", "", "", "" },
		{ "cado", "", "", "" },
		{ "frr", "", "", "" },
		{ "vlock", "", "/dev/pts/1", "" },
		{ "i3lock", "", ":9", "" },
		{ "slock", "", "", "" },
		{ "xscreensaver", "", ":9", "" },
		{ "xdm", "", ":5", "" },
		{ "lightdm", "", ":0", "" },
		{ "login", "", "/dev/tty1", "" },
		{ "login", "", "tty1", "" },
		{ "login", "", "/dev/ttyS0", "" },
		{ "login", "", "/dev/console", "" },
		{ "gdm-password", "", "/dev/tty1", "" },
	};

	(void)state;
	assert_sources(&policy_default, rows, COUNT(rows));
}

/* Servers on the network that set no PAM_RHOST, as measured on Debian 12. */
static void scope__network_services_are_unknown_without_a_host(void **state)
{
	static const char *const services[] = { "apache", "ejabberd", "exim", "ftp", "imap",
		"jabberd", "lshd", "mailutils", "monit", "other", "pgpool", "poppassd", "pwauth",
		"radiusd", "remote", "saslauthd", "shellinabox", "smtp", "squid", "sshd",
		"tigervnc", "vnc", "xpra", "xrdp-sesman", "yaws", "Sudo", "sudo2", "" };

	(void)state;
	for (size_t i = 0; i < COUNT(services); i++) {
		const struct row row = { services[i], "", "", UNKNOWN };

		assert_sources(&policy_default, &row, 1);
	}
}

static void scope__shared_service_is_local_on_a_console_only(void **state)
{
	static const struct row rows[] = {
		{ "login", "", "", UNKNOWN },           /* JupyterHub */
		{ "login", "", "/dev/pts/1", UNKNOWN }, /* a telnet server without -h */
		{ "login", "", "pts/1", UNKNOWN },
		{ "gdm-password", "", "", UNKNOWN }, /* a remote desktop */
		{ "gdm", "", "", UNKNOWN }, { "xdm", "", "host.example:0", UNKNOWN }, /* XDMCP */
		{ "xdm", "", "::1:0", UNKNOWN }, { "xdm", "", ":", UNKNOWN },
		{ "xdm", "", ":0x", UNKNOWN }, { "lightdm", "", "192.0.2.7:0.0", UNKNOWN },
		{ "lightdm", "", ":0.1", "" },
		/* It was cut short at 63 bytes, perhaps before ":0". */
		{ "xdm", "", "a-host-of-a-domain-with-a-name-that-is-rather-long.sub.example.",
			UNKNOWN },
		{ "i3lock", "", "localhost:10.0", UNKNOWN }, /* X11 forwarded by ssh */
	};

	(void)state;
	assert_sources(&policy_default, rows, COUNT(rows));
}

static void host_is_as_the_service_says(void **state)
{
	static const struct row rows[] = {
		{ "sshd", "192.0.2.7", "ssh", "192.0.2.7" },
		{ "sudo", "192.0.2.7", "", "192.0.2.7" },
		{ "cups", "localhost", "cups", "localhost" },
		{ "sshd", "UNKNOWN", "ssh", UNKNOWN },
		{ "sudo", "unknown", "", UNKNOWN },
		{ "sshd", "unknown.example", "ssh", "unknown.example" },
		{ "login", "local", "/dev/tty1", "local." },
		{ "sudo", "local", "", "local." },
		{ "sudo", "local.", "", "local." },
		{ "sudo", " ", "", " " },
	};

	(void)state;
	assert_sources(&policy_default, rows, COUNT(rows));
}

static void what_is_not_asked_about_is_as_if_local(void **state)
{
	static const struct row rows[] = {
		{ NULL, "", NULL, "" },
		{ NULL, "192.0.2.7", NULL, "192.0.2.7" },
		{ NULL, "unknown", NULL, UNKNOWN },
		{ "login", "", NULL, "" },
		{ "gdm-password", "", NULL, "" },
		{ "monit", "", NULL, UNKNOWN },
	};

	(void)state;
	assert_sources(&policy_default, rows, COUNT(rows));
}

static void policy_lists_local_services(void **state)
{
	static const struct row none[] = { { "sudo", "", "", UNKNOWN }, { NULL, "", NULL, "" } };
	static const struct row some[] = { { "kiosk-9", "", "", "" }, { "sudo", "", "", UNKNOWN } };
	static const struct row all[] = { { "monit", "", "", "" }, { "login", "", "", UNKNOWN } };
	struct policy policy = policy_default;

	(void)state;
	policy.local_services[0] = '\0';
	assert_sources(&policy, none, COUNT(none));
	(void)strcpy(policy.local_services, "kiosk-*");
	assert_sources(&policy, some, COUNT(some));
	(void)strcpy(policy.local_services, "*");
	assert_sources(&policy, all, COUNT(all));
}

/* Or an unknown source would be one that a token can be restricted to. */
static void scope__no_restriction_has_an_unknown_source(void **state)
{
	char list[256];

	(void)state;
	assert_non_null(sources_parse(UNKNOWN, list, sizeof(list)));
	assert_false(sources_match("0.0.0.0/0,::/0,local", UNKNOWN));
	assert_false(sources_match("0.0.0.0/0,::/0,local", SOURCES_LOCAL "."));
}

/* As the parser of patd.conf would write it. */
static void default_list_is_canonical(void **state)
{
	char list[LIMITS_SERVICES_MAX + 1];

	(void)state;
	assert_null(services_parse(policy_default.local_services, list, sizeof(list)));
	assert_string_equal(list, policy_default.local_services);
}

static void longest_host_fits(void **state)
{
	char rhost[256], source[256];

	(void)state;
	memset(rhost, 'x', sizeof(rhost));
	rhost[sizeof(rhost) - 1] = '\0';
	login_source(&policy_default, "sshd", rhost, "ssh", source);
	assert_string_equal(source, rhost);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scope__session_services_are_local_without_a_host),
		cmocka_unit_test(scope__network_services_are_unknown_without_a_host),
		cmocka_unit_test(scope__shared_service_is_local_on_a_console_only),
		cmocka_unit_test(host_is_as_the_service_says),
		cmocka_unit_test(what_is_not_asked_about_is_as_if_local),
		cmocka_unit_test(policy_lists_local_services),
		cmocka_unit_test(scope__no_restriction_has_an_unknown_source),
		cmocka_unit_test(default_list_is_canonical),
		cmocka_unit_test(longest_host_fits),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
