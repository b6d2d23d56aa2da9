/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which credentials a unit with drop-ins loads.  tests/system/5-machines.bats asks systemd the
 * same. */
#include "patctl/doctor/unit_file.h"

#include "tests/unit/patctl/image_test.h"

#define UNIT "/usr/lib/systemd/system/patd.service"
#define DROP_IN "/etc/systemd/system/patd.service.d/"
#define OF_ALL "/run/systemd/system/service.d/"

static struct unit_credential credential;

static void read_credential(void)
{
	unit_credential_clear(&credential);
	unit_read_credential(&image.root, "patd.service", "patd.key", &credential);
}

enum loaded {
	NONE,
	PLAIN,
	SEALED
};

static void drop_in_changes_what_is_loaded_as_systemd_has_it(void **state)
{
	/* To a unit with LoadCredentialEncrypted=patd.key, as measured with systemd 252. */
	static const struct {
		const char *text;
		enum loaded loaded;
	} cases[] = {
		{ "[Service]\nLoadCredential=\n", NONE },
		{ "[Service]\nLoadCredentialEncrypted=\n", NONE },
		{ "[Service]\n  LoadCredential  =  \n", NONE },
		{ "[Service]\nLoadCredential=\\\n\n", NONE },
		{ "[Service]\nLoadCredential\\\n=\n", NONE },
		{ "[Service]\nLoadCredential=\\", NONE },
		{ "[Service]\nLoadCredential=\n[X-Other]\nLoadCredentialEncrypted=patd.key\n",
			NONE },
		{ "[Service]\nLoadCredential=\n[Service]\nLoadCredentialEncrypted=patd.key\n",
			SEALED },
		{ "[Service]\nLoadCredential=patd.key\n", PLAIN },
		{ "[Service]\nLoadCredential=\\\npatd.key\n", PLAIN },
		{ "[Service]\nLoadCredential=\\\n# comment\n  patd.key:/a\n", PLAIN },
		{ "[Service]\nLoadCredential=patd.key:/a\nLoadCredentialEncrypted=patd.key\n",
			SEALED },
		{ "[Service]\nLoadCredentialEncrypted=patd.key:\n", SEALED },
		{ "[Service]\nLoadCredentialEncrypted=patd.key:/a\n", SEALED },
		{ "[Service]\n#LoadCredential=\n;LoadCredential=\n", SEALED },
		{ "[Service]\nEnvironment=A=B \\\nLoadCredential=\n", SEALED },
		{ "[Service]\nLoadCredential=patd.key\\\\\n", SEALED },
		{ "[Unit]\nLoadCredential=\n", SEALED },
		{ "LoadCredential=\n", SEALED },
		{ "[Service]\nLoadCredential=other:/a\n", SEALED },
		{ "[Service]\nLoadCredential=patd.key other\n", SEALED },
		{ "[Service]\nLoadCredential=patd.key:relative/path\n", SEALED },
		{ "[Service]\nLoadCredential=patd.key:other\n", PLAIN },
		{ "[Service]\nSetCredential=\n", SEALED },
	};

	(void)state;
	image_write(&image, UNIT, "[Unit]\n[Service]\nLoadCredentialEncrypted=patd.key\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		image_write(&image, DROP_IN "test.conf", cases[i].text);
		read_credential();
		assert_true(credential.unit);
		assert_that(credential.sealed == (cases[i].loaded == SEALED), "%s", cases[i].text);
		assert_that(credential.plain == (cases[i].loaded == PLAIN), "%s", cases[i].text);
	}
}

static void file_that_empties_the_setting_is_named(void **state)
{
	(void)state;
	image_write(&image, UNIT, "[Service]\nLoadCredentialEncrypted=patd.key\n");
	image_write(&image, OF_ALL "zzz-lxc-service.conf", "[Service]\nLoadCredential=\n");
	read_credential();
	assert_string_equal(credential.emptied, OF_ALL "zzz-lxc-service.conf");
	assert_false(credential.sealed);
	/* Of two files with one name that of the unit counts; others are in the order of names. */
	image_write(&image, DROP_IN "zzz-lxc-service.conf", "");
	read_credential();
	assert_true(credential.sealed);
	image_write(&image, OF_ALL "a.conf", "[Service]\nLoadCredential=\n");
	image_write(&image, DROP_IN "b.conf", "[Service]\nLoadCredentialEncrypted=patd.key\n");
	read_credential();
	assert_true(credential.sealed);
}

static int clear(void **state)
{
	unit_credential_clear(&credential);
	return image_tear_down(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			drop_in_changes_what_is_loaded_as_systemd_has_it, image_set_up, clear),
		cmocka_unit_test_setup_teardown(
			file_that_empties_the_setting_is_named, image_set_up, clear),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
