/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What doctor finds at services by the programs that ask for them, and at those that cache. */
#include <jansson.h>

#include "patctl/base/text.h"
#include "patctl/doctor/doctor.h"
#include "patctl/doctor/doctor_hosts.h"
#include "protocol/rows.h"
#include "tests/unit/patctl/root_image.h"

static struct image image;
static struct doctor doctor;

#define COMMON                                                                                     \
	"auth [success=2 auth_err=die authinfo_unavail=die default=ignore] pam_pat.so\n"           \
	"auth [success=1 default=ignore] pam_unix.so nullok try_first_pass\n"                      \
	"auth requisite pam_deny.so\nauth required pam_permit.so\n"
/* As pam-auth-update of Debian writes them. */
#define ACCOUNT                                                                                    \
	"account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so\n"                   \
	"account requisite pam_deny.so\naccount required pam_permit.so\n"
#define BOTH "@include common-auth\n@include common-account\n"
#define PERMIT "@include common-auth\naccount required pam_permit.so\n"

/* "squid", "proxy": the command that lets the user verify at the service */
#define SECTION(user, service)                                                                     \
	"printf '[verifier " user "]\\nservices = " service "\\n' >>" FOLDER "/" service           \
	".conf && systemctl reload-or-restart patd"
#define FOLDER PAT_CONF_DIR "/patd.conf.d"

static int set_up(void **state)
{
	static const char *const modules[] = { "pam_pat.so", "pam_unix.so", "pam_deny.so",
		"pam_permit.so" };

	(void)state;
	image_make(&image);
	for (size_t i = 0; i < COUNT(modules); i++)
		image_module(&image, modules[i]);
	image_write(&image, "/etc/debian_version", "12.0\n");
	image_write(&image, "/etc/pam.d/common-auth", COMMON);
	image_write(&image, "/etc/pam.d/common-account", ACCOUNT);
	image_write(&image, "/etc/pam.d/other", BOTH);
	image_write(&image, "/etc/passwd",
		"root:x:0:0::/root:/bin/sh\nproxy:x:13:13::/:/bin/sh\n"
		"postgres:x:103:103::/:/bin/sh\nfreerad:x:108:108::/:/bin/sh\n"
		"vault:x:109:42::/:/bin/sh\nkeys:x:110:110::/:/bin/sh\n");
	image_write(&image, "/etc/group", "root:x:0:\nshadow:x:42:freerad\nproxy:x:13:\n");
	doctor = (struct doctor) {
		.root = &image.root,
		.settings = { .table = &setting_row_table },
		.has_settings = true,
	};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	records_clear(&doctor.settings);
	image_remove(&image);
	return 0;
}

static void verifier(const char *key, const char *services)
{
	struct setting_row row = { .source = "/etc/patd/patd.conf:7" };

	assert_true(pat_field_set(row.key, sizeof(row.key), key));
	assert_true(pat_field_set(row.value, sizeof(row.value), services));
	records_append(&doctor.settings, &row);
}

static void look(void)
{
	doctor.services = json_array();
	doctor_pam(&doctor);
}

static void look_away(void)
{
	findings_clear(&doctor.findings);
	json_decref(doctor.services);
}

static const struct finding *find(const char *service, const char *part)
{
	for (size_t i = 0; i < doctor.findings.n; i++) {
		const struct finding *finding = &doctor.findings.items[i];

		for (size_t s = 0; s < finding->n; s++)
			if (strcmp(finding->services[s], service) == 0 &&
				strstr(finding->text, part))
				return finding;
	}
	return NULL;
}

/* A finding about the service; advice: all of it, or NULL for none. */
static void expect(const char *service, enum level level, const char *part, const char *advice)
{
	const struct finding *finding = find(service, part);

	if (!finding)
		for (size_t i = 0; i < doctor.findings.n; i++)
			print_message("# %s\n", doctor.findings.items[i].text);
	assert_that(finding != NULL, "%s: %s", service, part);
	assert_that(finding->level == level, "%s: %s", service, finding->text);
	assert_that((finding->advice == NULL) == (advice == NULL), "%s", finding->text);
	if (advice)
		assert_string_equal(finding->advice, advice);
}

/* What programs read of a token at the service. */
static const char *token_at(const char *service)
{
	size_t i;
	const json_t *object;

	json_array_foreach(doctor.services, i,
		object) if (strcmp(json_string_value(json_object_get(object, "service")),
				    service) ==
			    0) return json_string_value(json_object_get(json_object_get(object,
										"outcomes"),
		"token"));
	return "none";
}

#define REFUSED "tokens are refused"
#define ACCOUNT_REFUSES "refuses every login"
#define OPENS "tokens and passwords are accepted"

static void service_whose_user_is_no_verifier_is_a_warning_with_its_remedy(void **state)
{
	(void)state;
	image_write(&image, "/etc/pam.d/squid", PERMIT);
	look();
	expect("squid", LEVEL_WARNING,
		REFUSED ": squid asks as user proxy, which is not a verifier account",
		"mkdir -p " FOLDER " && " SECTION("proxy", "squid"));
	assert_null(find("squid", OPENS));
	assert_string_equal(token_at("squid"), "auth_err");
	look_away();

	verifier("verifier.proxy.services", "mail,squid");
	look();
	assert_null(find("squid", REFUSED));
	expect("squid", LEVEL_OK, "tokens are accepted, asked for by user proxy", NULL);
	assert_string_equal(token_at("squid"), "success");
	look_away();
}

static void second_service_of_a_verifier_is_added_to_its_section(void **state)
{
	(void)state;
	image_write(&image, "/etc/pam.d/pgpool", PERMIT);
	verifier("verifier.postgres.services", "postgresql*");
	look();
	expect("pgpool", LEVEL_WARNING, REFUSED ": Pgpool-II asks as user postgres",
		"add pgpool to the services of [verifier postgres] in /etc/patd/patd.conf:7, "
		"then: systemctl reload-or-restart patd");
	look_away();
}

/* nginx with "user nginx", or another system than Debian. */
static void section_says_as_which_user_a_known_program_asks(void **state)
{
	(void)state;
	image_write(&image, "/etc/pam.d/ngircd", PERMIT);
	image_write(&image, "/etc/pam.d/pgpool", PERMIT);
	verifier("verifier.ircd.services", "ngircd"); /* no user "irc" here */
	verifier("verifier.pool.services", "pgpool");
	look();
	expect("ngircd", LEVEL_OK, "tokens are accepted, asked for by user ircd", NULL);
	expect("pgpool", LEVEL_OK, "tokens are accepted, asked for by user pool", NULL);
	look_away();
}

/* As on a system where the program has a user of another name. */
static void program_whose_user_is_not_known_is_not_judged(void **state)
{
	(void)state;
	image_write(&image, "/etc/pam.d/ngircd", BOTH); /* no user "irc" here */
	look();
	expect("ngircd", LEVEL_UNSEEN,
		"whether tokens are accepted: ngIRCd does not ask as root, and there is no user "
		"irc",
		"find out its user, and give it a [verifier] section in patd.conf");
	assert_null(find("ngircd", OPENS));
	look_away();
}

/* Its version is in the path of its helper. */
static void helper_of_any_version_is_found(void **state)
{
	static const char helper[] = "/usr/lib/yaws-2.1.1/priv/epam";

	(void)state;
	image_write(&image, "/etc/passwd", "yaws:x:119:119::/:/bin/sh\n");
	image_write(&image, "/etc/pam.d/yaws", "@include common-auth\n");
	look();
	expect("yaws", LEVEL_WARNING, REFUSED ": Yaws asks as user yaws",
		"mkdir -p " FOLDER " && " SECTION("yaws", "yaws"));
	assert_null(find("yaws", ACCOUNT_REFUSES));
	look_away();
	image_write(&image, "/usr/lib/yaws-2.1.1/ebin", "");
	image_write(&image, "/usr/lib/yaws-old", "");
	image_write(&image, helper, "");
	assert_int_equal(chmod(image_path(&image, helper), 04755), 0);
	look();
	expect("yaws", LEVEL_OK, OPENS, NULL);
	look_away();
}

static void host_that_is_root_is_no_warning(void **state)
{
	static const char helper[] = "/usr/lib/squid/basic_pam_auth";

	(void)state;
	image_write(&image, "/etc/pam.d/squid", BOTH);
	image_write(&image, "/etc/pam.d/sshd", BOTH);
	image_write(&image, helper, "");
	assert_int_equal(chmod(image_path(&image, helper), 04755), 0);
	look();
	expect("squid", LEVEL_OK, OPENS, NULL);
	expect("sshd", LEVEL_OK, OPENS, NULL);
	look_away();
	assert_int_equal(chmod(image_path(&image, helper), 0755), 0);
	look();
	assert_non_null(find("squid", REFUSED));
	look_away();
	/* A section is for others who ask by the same name. */
	assert_int_equal(chmod(image_path(&image, helper), 04755), 0);
	image_write(&image, "/etc/pam.d/vnc", BOTH);
	verifier("verifier.proxy.services", "squid");
	verifier("verifier.proxy.services", "vnc");
	look();
	expect("squid", LEVEL_OK, OPENS, NULL);
	expect("vnc", LEVEL_OK, OPENS, NULL);
	look_away();
}

static void account_phase_that_refuses_is_a_warning_with_its_remedy(void **state)
{
	static const char *const no_line[] = {
		"@include common-auth\naccount required pam_unix.so\n",
		"@include common-auth\n@include \\\ncommon-account\n",
		"@include both\n",
	};

	(void)state;
	verifier("verifier.proxy.services", "squid");
	image_write(&image, "/etc/pam.d/squid", BOTH);
	look();
	expect("squid", LEVEL_WARNING,
		ACCOUNT_REFUSES ": squid asks as user proxy, which cannot read /etc/shadow: "
				"/etc/pam.d/common-account:2 (pam_deny.so)",
		"sed -i '2 s/.*/account required pam_permit.so/' /etc/pam.d/squid");
	assert_null(find("squid", "tokens are accepted"));
	assert_string_equal(token_at("squid"), "auth_err");
	look_away();

	/* Without lines of its own, those of "other". */
	image_write(&image, "/etc/pam.d/squid", "@include common-auth\n");
	look();
	expect("squid", LEVEL_WARNING, ACCOUNT_REFUSES,
		"echo 'account required pam_permit.so' >>/etc/pam.d/squid");
	look_away();

	image_write(&image, "/etc/pam.d/squid",
		"# account\n@include common-auth\n  @include\tcommon-account # all\n");
	look();
	expect("squid", LEVEL_WARNING, ACCOUNT_REFUSES,
		"sed -i '3 s/.*/account required pam_permit.so/' /etc/pam.d/squid");
	look_away();

	image_write(&image, "/etc/pam.d/both", "@include common-auth\n@include common-account\n");
	for (size_t i = 0; i < COUNT(no_line); i++) {
		image_write(&image, "/etc/pam.d/squid", no_line[i]);
		look();
		expect("squid", LEVEL_WARNING, ACCOUNT_REFUSES,
			"let this be the only account line in /etc/pam.d/squid: account required "
			"pam_permit.so");
		look_away();
	}
	image_write(&image, "/etc/pam.d/squid", PERMIT);
	look();
	assert_null(find("squid", ACCOUNT_REFUSES));
	look_away();
}

/* Which services have a user of their own is also in patd.conf. */
static void verifier_section_says_who_asks_for_an_unknown_service(void **state)
{
	(void)state;
	image_write(&image, "/etc/pam.d/wiki", BOTH);
	image_write(&image, "/etc/pam.d/vault", BOTH);
	look();
	expect("wiki", LEVEL_OK, OPENS, NULL);
	look_away();
	/* Of services that a pattern fits, it does not say that this user asks. */
	verifier("verifier.keys.services", "*");
	verifier("verifier.postgres.services", "wik?");
	look();
	expect("wiki", LEVEL_OK, OPENS, NULL);
	look_away();
	verifier("verifier.proxy.services", "mail,wiki");
	verifier("verifier.vault.services", "vault"); /* whose group is shadow */
	look();
	expect("wiki", LEVEL_WARNING, ACCOUNT_REFUSES ": wiki asks as user proxy",
		"sed -i '2 s/.*/account required pam_permit.so/' /etc/pam.d/wiki");
	expect("vault", LEVEL_OK, OPENS, NULL);
	look_away();
}

static void member_of_shadow_is_refused_by_patd_alone(void **state)
{
	(void)state;
	image_write(&image, "/etc/pam.d/radiusd", BOTH);
	image_write(&image, FOLDER "/50-company.conf", "");
	look();
	assert_null(find("radiusd", ACCOUNT_REFUSES));
	expect("radiusd", LEVEL_WARNING, REFUSED ": FreeRADIUS asks as user freerad",
		SECTION("freerad", "radiusd"));
	look_away();
	verifier("verifier.freerad.services", "radiusd");
	look();
	expect("radiusd", LEVEL_OK, OPENS, NULL);
	look_away();
}

static void settings_that_are_not_known_are_not_judged(void **state)
{
	(void)state;
	doctor.has_settings = false;
	image_write(&image, "/etc/pam.d/squid", PERMIT);
	look();
	expect("squid", LEVEL_UNSEEN, "whether tokens are accepted: squid asks as user proxy",
		NULL);
	assert_null(find("squid", REFUSED));
	look_away();
}

static void no_token_creates_a_token__none_is_said_to_open_polkit(void **state)
{
	(void)state;
	image_write(&image, "/etc/pam.d/polkit-1", BOTH);
	look();
	expect("polkit-1", LEVEL_OK, "passwords are accepted; no token is", NULL);
	assert_null(find("polkit-1", OPENS));
	assert_string_equal(token_at("polkit-1"), "auth_err");
	look_away();
}

static void program_without_a_file_gets_the_service_other(void **state)
{
	static const char text[] = "no file in /etc/pam.d: the service other applies";

	(void)state;
	look();
	assert_null(find("vlock", text));
	look_away();
	image_write(&image, "/usr/sbin/vlock-main", "");
	image_write(&image, "/usr/bin/Xtigervnc", "");
	image_write(&image, "/usr/sbin/telnetd", "");
	image_write(&image, "/usr/sbin/pgpool", ""); /* its user needs a file of its own */
	look();
	expect("vlock", LEVEL_OK, text, NULL);
	expect("vnc", LEVEL_OK, text, NULL);
	expect("remote", LEVEL_OK, text, NULL);
	assert_null(find("pgpool", text));
	look_away();

	image_write(&image, "/etc/pam.d/tigervnc", BOTH);
	image_write(&image, "/etc/pam.d/vlock", BOTH);
	image_write(&image, "/usr/bin/faillog", ""); /* the login of shadow */
	look();
	expect("vnc", LEVEL_OK, text, NULL); /* Xtigervnc without tigervncserver */
	expect("tigervnc", LEVEL_OK, OPENS, NULL);
	assert_null(find("vlock", text));
	assert_null(find("remote", text));
	look_away();

	image_write(&image, "/etc/pam.d/vnc", BOTH);
	look();
	expect("vnc", LEVEL_OK, OPENS, NULL);
	look_away();
}

/* ---- caches ---- */

static const struct finding *find_cache(void)
{
	for (size_t i = 0; i < doctor.findings.n; i++)
		if (strcmp(doctor.findings.items[i].check, "cache") == 0)
			return &doctor.findings.items[i];
	return NULL;
}

/* Runs the command, without that for systemd, with the files of the image. */
static void follow(const char *advice)
{
	cleanup_text char *command =
		text_format("%.*s", (int)(strstr(advice, " && systemctl ") - advice), advice);

	for (char *etc; (etc = strstr(command, " /etc/")) || (etc = strstr(command, ">>/etc/"));) {
		char *moved;

		etc += strcspn(etc, "/");
		moved = text_format("%.*s%s%s", (int)(etc - command), command, image.dir, etc);
		free(command);
		command = moved;
	}
	assert_int_equal(system(command), 0);
}

static void assert_content(const char *name, const char *content)
{
	char text[1024] = "";
	FILE *file = fopen(image_path(&image, name), "re");

	assert_non_null(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file) < sizeof(text) - 1);
	(void)fclose(file);
	assert_string_equal(text, content);
}

static void expect_cache(const char *part)
{
	const struct finding *finding = find_cache();

	assert_that(finding && strstr(finding->text, part), "%s", part);
}

static void follow_cache(void)
{
	const struct finding *finding = find_cache();

	assert_that(finding && finding->advice, "a remedy");
	follow(finding->advice);
}

#define SASL "/usr/sbin/saslauthd", "/etc/default/saslauthd"
#define SQUID "/usr/sbin/squid", "/etc/squid/squid.conf"
#define EJABBERD "/usr/sbin/ejabberdctl", "/etc/ejabberd/ejabberd.yml"
#define DOVECOT "/usr/sbin/dovecot", "/etc/dovecot/dovecot.conf"
#define BASIC "auth_param basic program /usr/lib/squid/basic_pam_auth -o\n"

static void services_that_cache_logins_are_warnings_with_their_remedies(void **state)
{
	static const struct {
		const char *program, *conf, *text, *after; /* the remedy; NULL: no finding */
	} cases[] = {
		{ SASL, "MECHANISMS=\"pam\"\nOPTIONS=\"-c -m /run/x\"\n",
			"MECHANISMS=\"pam\"\nOPTIONS=\"-m /run/x\"\n" },
		{ SASL, "OPTIONS=\"-m /run/sasl-cd  -c\"\nMECHANISMS='pam'\n",
			"OPTIONS=\"-m /run/sasl-cd  \"\nMECHANISMS='pam'\n" },
		{ SASL, "MECHANISMS=pam\nOPTIONS=\"-cm /run/sasl-c\"\n",
			"MECHANISMS=pam\nOPTIONS=\"-m /run/sasl-c\"\n" },
		{ SASL, "MECHANISMS=pam\nOPTIONS=-c\n",
			"MECHANISMS=pam\nOPTIONS=\"-m /var/run/saslauthd\"\n" },
		{ SASL, "MECHANISMS=\"pam\"\nOPTIONS=\"-m /var/run/sasl-cd\"\n", NULL },
		{ SASL, "MECHANISMS=\"shadow\"\nOPTIONS=\"-c\"\n", NULL },
		{ SASL, "MECHANISMS=\"pam\"\nSTART=no\nOPTIONS=\"-c\"\n", NULL },
		{ SASL, "MECHANISMS=\"pam\"\n#OPTIONS=\"-c\"\n", NULL },
		{ SQUID, BASIC, BASIC "auth_param basic credentialsttl 1 second\n" },
		{ SQUID, "auth_param  basic credentialsttl\t1 minute\n" BASIC,
			"auth_param basic credentialsttl 1 second\n" BASIC },
		{ SQUID, BASIC "auth_param basic credentialsttl 1 second\n", NULL },
		{ SQUID, "auth_param basic credentialsttl 1 second\n" BASIC, NULL },
		{ SQUID, "auth_param basic program /usr/lib/squid/basic_ncsa_auth\n", NULL },
		{ SQUID, "#" BASIC, NULL },
		{ EJABBERD, "auth_method: pam\n", "auth_method: pam\nauth_use_cache: false\n" },
		{ EJABBERD, "auth_method:\n  - pam\n  auth_use_cache:  true\n",
			"auth_method:\n  - pam\n  auth_use_cache:  false\n" },
		{ EJABBERD, "auth_use_cache: false\nauth_method: [pam]\n", NULL },
		{ EJABBERD, "auth_method: internal\n", NULL },
		{ DOVECOT, "auth_cache_size = 10M\n  args = cache_key=%u dovecot\n",
			"auth_cache_size = 0\n  args = cache_key=%u dovecot\n" },
		{ DOVECOT, "auth_cache_size = 0\nargs = cache_key=%u dovecot\n", NULL },
		{ DOVECOT, "auth_cache_size = 10M\nargs = dovecot\n", NULL },
		{ DOVECOT, "args = cache_key=%u dovecot\n", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct finding *finding;

		image_write(&image, cases[i].program, "");
		image_write(&image, cases[i].conf, cases[i].text);
		look();
		finding = find_cache();
		assert_that((finding != NULL) == (cases[i].after != NULL), "%s", cases[i].text);
		if (finding) {
			assert_int_equal(finding->level, LEVEL_WARNING);
			follow(finding->advice);
			assert_content(cases[i].conf, cases[i].after);
			look_away();
			look();
			assert_that(!find_cache(), "%s", cases[i].after);
		}
		look_away();
		image_write(&image, cases[i].conf, "");
	}
}

/* Debian's script starts no instance without START=yes, and caches where there are no options. */
static void each_saslauthd_that_starts_is_looked_at(void **state)
{
	static const char conf[] = "/etc/default/saslauthd-postfix";

	(void)state;
	image_write(&image, "/usr/sbin/saslauthd", "");
	image_write(&image, "/etc/init.d/saslauthd", "");
	image_write(&image, "/etc/default/saslauthd", "MECHANISMS=pam\nOPTIONS=-c\n");
	image_write(&image, "/etc/default/saslauthd.dpkg-old",
		"START=yes\nMECHANISMS=pam\nOPTIONS=-c\n");
	look();
	assert_null(find_cache());
	look_away();
	image_write(&image, conf, "START=yes\nMECHANISMS=pam\n");
	look();
	expect_cache("(OPTIONS=-c in /etc/default/saslauthd-postfix)");
	follow_cache();
	assert_content(conf, "START=yes\nMECHANISMS=pam\nOPTIONS=\"-m /var/run/saslauthd\"\n");
	look_away();
	look();
	assert_null(find_cache());
	look_away();
}

static void files_that_a_configuration_includes_are_read(void **state)
{
	static const char squid[] = "/etc/squid/conf.d/pam.conf",
			  dovecot[] = "/etc/dovecot/conf.d/10-auth.conf";

	(void)state;
	image_write(&image, "/usr/sbin/squid", "");
	image_write(&image, "/etc/squid/squid.conf", "include /etc/squid/conf.d/*.conf\n");
	image_write(&image, squid, BASIC "auth_param basic credentialsttl 5 minutes\n");
	image_write(&image, "/etc/squid/conf.d/old", "auth_param basic credentialsttl 1 second\n");
	look();
	expect_cache(squid);
	follow_cache();
	assert_content(squid, BASIC "auth_param basic credentialsttl 1 second\n");
	look_away();
	look();
	assert_null(find_cache());
	look_away();

	image_write(&image, "/usr/sbin/dovecot", "");
	image_write(&image, "/etc/dovecot/dovecot.conf",
		"!include conf.d/*.conf\n!include_try local.conf\n"
		"!include dovecot.conf\n!include dovecot.conf\n");
	image_write(&image, dovecot, "auth_cache_size = 1M\n!include system.ext\n");
	image_write(&image, "/etc/dovecot/conf.d/system.ext", "args = cache_key=%u\n");
	look();
	expect_cache(dovecot);
	look_away();
	image_write(&image, "/etc/dovecot/local.conf", "auth_cache_size = 0\n");
	look();
	assert_null(find_cache());
	look_away();
}

static void configuration_without_its_program_is_not_read(void **state)
{
	(void)state;
	image_write(&image, "/etc/default/saslauthd", "MECHANISMS=pam\nOPTIONS=-c\n");
	look();
	assert_int_equal(findings_worst(&doctor.findings), LEVEL_OK);
	look_away();
}

#define HOST_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOST_TEST(service_whose_user_is_no_verifier_is_a_warning_with_its_remedy),
		HOST_TEST(second_service_of_a_verifier_is_added_to_its_section),
		HOST_TEST(section_says_as_which_user_a_known_program_asks),
		HOST_TEST(program_whose_user_is_not_known_is_not_judged),
		HOST_TEST(helper_of_any_version_is_found),
		HOST_TEST(host_that_is_root_is_no_warning),
		HOST_TEST(account_phase_that_refuses_is_a_warning_with_its_remedy),
		HOST_TEST(verifier_section_says_who_asks_for_an_unknown_service),
		HOST_TEST(member_of_shadow_is_refused_by_patd_alone),
		HOST_TEST(settings_that_are_not_known_are_not_judged),
		HOST_TEST(no_token_creates_a_token__none_is_said_to_open_polkit),
		HOST_TEST(program_without_a_file_gets_the_service_other),
		HOST_TEST(services_that_cache_logins_are_warnings_with_their_remedies),
		HOST_TEST(each_saslauthd_that_starts_is_looked_at),
		HOST_TEST(files_that_a_configuration_includes_are_read),
		HOST_TEST(configuration_without_its_program_is_not_read),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
