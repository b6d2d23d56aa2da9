/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Programs that ask PAM, where a file in /etc/pam.d does not say all that decides: the service that
 * they ask for, and the user as which they ask.  Each was tried on Debian 12, whose paths and users
 * these are; on another system a program may have another user.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "patctl/base/sysroot.h"

/* Strings are static. */
struct pam_host {
	const char *service;   /* PAM_SERVICE, which the program or its configuration sets */
	const char *what;      /* the program, for people */
	const char *program;   /* what is there where it is installed, "*" in one of its folders for
				  any version; NULL: it says nothing */
	const char *user;      /* as which it asks; NULL: as root, or as whoever runs it */
	const char *misnomers; /* what people take for the service, as the package's name, with
				  commas; NULL */
	const char *unless;    /* a file of another program in its place, which does not ask */
	bool may_be_setuid;    /* "chmod u+s" of the program makes it ask as root */
	bool skips_account;    /* it never calls pam_acct_mgmt() */
	bool without_tokens;   /* patd accepts none, whatever the stack says */
};

extern const struct pam_host pam_hosts[];
extern const size_t pam_hosts_n;

/* The host that asks for that service; NULL: it is not known. */
const struct pam_host *pam_host_of(const char *service);

/* The host whose service has another name than that; NULL. */
const struct pam_host *pam_host_misnamed(const char *name);

bool pam_host_is_installed(const struct sysroot *root, const struct pam_host *host);

/* Whether the host asks as root, because somebody made it setuid. */
bool pam_host_is_setuid(const struct sysroot *root, const struct pam_host *host);

/* Whether the host asks as a user who is not root, though the system has not the user of Debian. */
bool pam_host_is_another_user(const struct sysroot *root, const struct pam_host *host);

/* Whether the host asks as a user who is not root, and whom the system has. */
bool pam_host_is_unprivileged(const struct sysroot *root, const struct pam_host *host);

/* Whether the user may read /etc/shadow as a member of the group shadow. */
bool pam_user_reads_shadow(const struct sysroot *root, const char *user);
