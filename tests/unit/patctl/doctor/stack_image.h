/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An image with services of PAM, and what doctor finds there. */
#pragma once

#include <jansson.h>

#include "patctl/doctor/doctor.h"
#include "tests/unit/patctl/root_image.h"

#define DIE "auth_err=die authinfo_unavail=die default=ignore"
#define COMMON_12                                                                                  \
	"auth\t[success=2 " DIE "]\tpam_pat.so\n"                                                  \
	"auth\t[success=1 default=ignore]\tpam_unix.so nullok try_first_pass\n"                    \
	"auth\trequisite\t\t\tpam_deny.so\n"                                                       \
	"auth\trequired\t\t\tpam_permit.so\n"                                                      \
	"auth\toptional\t\t\tpam_cap.so \n"
#define PLAIN                                                                                      \
	"auth\t[success=1 default=ignore]\tpam_unix.so nullok\n"                                   \
	"auth\trequisite\t\t\tpam_deny.so\n"                                                       \
	"auth\trequired\t\t\tpam_permit.so\n"

static struct image image;
static struct doctor doctor;

static int set_up(void **state)
{
	static const char *const modules[] = { "pam_pat.so", "pam_unix.so", "pam_deny.so",
		"pam_permit.so", "pam_cap.so", "pam_faillock.so", "pam_sss.so", "pam_nologin.so",
		"pam_faildelay.so", "pam_rootok.so", "pam_mfa.so", "pam_krb5.so", "pam_mount.so",
		"pam_kwallet5.so", "pam_exec.so", "pam_userdb.so", "pam_mysql.so", "pam_shishi.so",
		"pam_freerdp2.so", "pam_x2go.so", "pam_barada.so", "pam_systemd.so" };

	(void)state;
	image_make(&image);
	for (size_t i = 0; i < COUNT(modules); i++)
		image_module(&image, modules[i]);
	image_write(&image, "/etc/debian_version", "13.0\n");
	doctor = (struct doctor) { .root = &image.root };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	image_remove(&image);
	return 0;
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

/* All that is found, for who reads of a failure. */
static void print_found(void)
{
	for (size_t i = 0; i < doctor.findings.n; i++)
		print_message("# %s\n", doctor.findings.items[i].text);
}

static bool says(const char *part, enum level level)
{
	for (size_t i = 0; i < doctor.findings.n; i++)
		if (doctor.findings.items[i].level == level &&
			strstr(doctor.findings.items[i].text, part))
			return true;
	print_found();
	return false;
}

/* Whether a finding has that advice. */
static bool advises(const char *part)
{
	for (size_t i = 0; i < doctor.findings.n; i++)
		if (doctor.findings.items[i].advice &&
			strstr(doctor.findings.items[i].advice, part))
			return true;
	return false;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
