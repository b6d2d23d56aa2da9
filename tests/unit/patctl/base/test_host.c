/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Another machine, as --host tells it. */
#include "tests/unit/unit.h"

#include <stdlib.h>

#include "patctl/base/host.h"

static void host_follows_the_options_of_ssh(void **state)
{
	static const struct {
		const char *text, *address, *ssh;
	} cases[] = {
		{ "web1",
			"unixexec:path=ssh,argv1=-xT,argv2=--,argv3=web1,"
			"argv4=systemd-stdio-bridge",
			"ssh web1" },
		{ "root@web1",
			"unixexec:path=ssh,argv1=-xT,argv2=--,argv3=root%40web1,"
			"argv4=systemd-stdio-bridge",
			"ssh root@web1" },
		{ "root@web1:2222",
			"unixexec:path=ssh,argv1=-xT,argv2=-p,argv3=2222,argv4=--,"
			"argv5=root%40web1,argv6=systemd-stdio-bridge",
			"ssh -p 2222 root@web1" },
		{ "2001:db8::1",
			"unixexec:path=ssh,argv1=-xT,argv2=--,argv3=2001%3adb8%3a%3a1,"
			"argv4=systemd-stdio-bridge",
			"ssh 2001:db8::1" },
		{ "[::1]",
			"unixexec:path=ssh,argv1=-xT,argv2=--,argv3=%3a%3a1,"
			"argv4=systemd-stdio-bridge",
			"ssh ::1" },
		{ "root@[fe80::1%eth0]:22",
			"unixexec:path=ssh,argv1=-xT,argv2=-p,argv3=22,argv4=--,"
			"argv5=root%40fe80%3a%3a1%25eth0,argv6=systemd-stdio-bridge",
			"ssh -p 22 root@fe80::1%eth0" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char *address, *ssh;

		assert_that(!host_problem(cases[i].text), "%s", cases[i].text);
		address = host_address(cases[i].text);
		ssh = host_ssh(cases[i].text, false);
		assert_string_equal(address, cases[i].address);
		assert_string_equal(ssh, cases[i].ssh);
		free(address);
		free(ssh);
	}
}

static void text_unsafe_for_ssh_is_refused(void **state)
{
	static const char *const texts[] = { "", "-", "-oProxyCommand", "root@-x", "-x@web1",
		"[-x]", "root@[-x]:22", "@web1", "root@", "[]", "root@[]:22", "web 1", "web1;id",
		"web1\n", "$(id)", "`id`", "web1'", "web1,argv9", "\xc3\xbc", "web1/x",
		"web1:", "web1:0", "web1:65536", "web1:ssh", "web1:-1", "[::1", "[::1]x",
		"[::1]:", "a]", "we[b]1", "ssh://web1" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		assert_that(host_problem(texts[i]), "%s", texts[i]);
}

static void login_command_is_shown(void **state)
{
	char *ssh = host_ssh("alice@web1:2222", true), *root = host_as_root("alice@web1:2222"),
	     *plain = host_as_root("web1");

	(void)state;
	assert_string_equal(ssh, "ssh -t -p 2222 alice@web1");
	assert_string_equal(root, "root@web1:2222");
	assert_string_equal(plain, "root@web1");
	free(ssh);
	free(root);
	free(plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_follows_the_options_of_ssh),
		cmocka_unit_test(text_unsafe_for_ssh_is_refused),
		cmocka_unit_test(login_command_is_shown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
