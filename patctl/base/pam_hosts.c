/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of programs that ask PAM. */
#include "patctl/base/pam_hosts.h"

#include <fnmatch.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/verdict.h"
#include "patctl/base/source_word.h"
#include "patctl/base/text.h"

#define POSTGRES "postgres"
#define WEB "www-data"

const struct pam_host pam_hosts[] = {
	{ "apache", "Apache", .program = "/usr/lib/apache2/modules/mod_authnz_pam.so",
		.user = WEB },
	{ "apache2", "Apache", .program = "/usr/lib/apache2/modules/mod_authnz_pam.so",
		.user = WEB },
	{ "cado", "cado", .program = "/usr/bin/cado", .skips_account = true },
	{ "ejabberd", "ejabberd", .program = "/usr/lib/erlang/p1_pam/bin/epam", .user = "ejabberd",
		.may_be_setuid = true },
	{ "exim", "Exim", .program = "/usr/sbin/exim4", .user = "Debian-exim",
		.misnomers = "exim4" },
	{ "http", "lighttpd", .program = "/usr/lib/lighttpd/mod_authn_pam.so", .user = WEB,
		.misnomers = "lighttpd" },
	{ "imap", "Courier's IMAP server", .misnomers = "courier,courier-imap" },
	{ "imap", "Cyrus IMAP", .misnomers = "cyrus,cyrus-imap,cyrus-imapd" },
	{ "jabberd", "jabberd2", .program = "/usr/sbin/jabberd2-c2s", .user = "jabber",
		.misnomers = "jabberd2" },
	{ "login", "JupyterHub", .misnomers = "jupyterhub" },
	{ "lshd", "lsh-pam-checkpw", .program = "/usr/sbin/lsh-pam-checkpw", .misnomers = "lsh",
		.skips_account = true },
	{ "mailutils", "imap4d", .program = "/usr/sbin/imap4d", .misnomers = "mailutils-imap4d" },
	{ "nginx", "nginx", .program = "/usr/lib/nginx/modules/ngx_http_auth_pam_module.so",
		.user = WEB },
	{ "ngircd", "ngIRCd", .program = "/usr/sbin/ngircd", .user = "irc", .skips_account = true },
	{ "pgpool", "Pgpool-II", .program = "/usr/sbin/pgpool", .user = POSTGRES,
		.misnomers = "pgpool2" },
	{ PAT_POLKIT_SERVICE, "polkit", .without_tokens = true },
	{ "postgresql", "PostgreSQL", .program = "/usr/lib/postgresql", .user = POSTGRES,
		.misnomers = "postgres" },
	{ "radiusd", "FreeRADIUS", .program = "/usr/lib/freeradius/rlm_pam.so", .user = "freerad",
		.misnomers = "freeradius" },
	/* Where login is that of util-linux, telnetd's "login -h" is not the service "login". */
	{ "remote", "login -h", .program = "/usr/sbin/telnetd", .unless = "/usr/bin/faillog" },
	{ "screen", "screen", .program = "/usr/bin/screen", .skips_account = true },
	{ "shellinabox", "Shell In A Box with AUTH", .program = "/usr/bin/shellinaboxd" },
	{ "sockd", "danted", .program = "/usr/sbin/danted", .misnomers = "dante" },
	{ "squid", "squid", .program = "/usr/lib/squid/basic_pam_auth", .user = "proxy",
		.may_be_setuid = true },
	{ "vlock", "vlock", .program = "/usr/sbin/vlock-main", .skips_account = true },
	/* tigervncserver asks as tigervnc, which has a file, unless there is one for vnc. */
	{ "vnc", "Xtigervnc without tigervncserver", .program = "/usr/bin/Xtigervnc" },
	{ "yaws", "Yaws", .program = "/usr/lib/yaws-*/priv/epam", .user = "yaws",
		.may_be_setuid = true, .skips_account = true },
};

const size_t pam_hosts_n = sizeof(pam_hosts) / sizeof(pam_hosts[0]);

const struct pam_host *pam_host_of(const char *service)
{
	for (size_t i = 0; i < pam_hosts_n; i++)
		if (strcmp(pam_hosts[i].service, service) == 0)
			return &pam_hosts[i];
	return NULL;
}

const struct pam_host *pam_host_misnamed(const char *name)
{
	for (size_t i = 0; i < pam_hosts_n; i++)
		if (pam_hosts[i].misnomers && source_list_has(pam_hosts[i].misnomers, name))
			return &pam_hosts[i];
	return NULL;
}

/* The first path that fits the program, which the caller owns; NULL: there is none. */
static char *find_program(const struct sysroot *root, const char *program)
{
	const size_t folder = strcspn(program, "*");
	cleanup_text char *above = NULL;
	cleanup_names char **names = NULL;
	size_t begin = folder;

	if (program[folder] == '\0')
		return sysroot_has(root, program) ? text_format("%s", program) : NULL;
	while (program[begin - 1] != '/')
		begin--;
	above = text_format("%.*s", (int)begin, program);
	if (sysroot_list(root, above, &names) < 0)
		return NULL;
	for (char **name = names; *name; name++) {
		cleanup_text char *path = text_format(
			"%s%s%s", above, *name, program + begin + strcspn(program + begin, "/"));

		if (fnmatch(program, path, FNM_PATHNAME) == 0 && sysroot_has(root, path))
			return TAKE(path);
	}
	return NULL;
}

bool pam_host_is_installed(const struct sysroot *root, const struct pam_host *host)
{
	cleanup_text char *path = host->program ? find_program(root, host->program) : NULL;

	return path && !(host->unless && sysroot_has(root, host->unless));
}

/* In the file alone: accounts of services are there, and NSS would be that of another system. */
static bool find_user(const struct sysroot *root, const char *user, gid_t *ret_group)
{
	cleanup_file FILE *file = NULL;
	const struct passwd *entry;

	if (sysroot_read(root, "/etc/passwd", &file) < 0)
		return false;
	while ((entry = fgetpwent(file)))
		if (strcmp(entry->pw_name, user) == 0) {
			*ret_group = entry->pw_gid;
			return true;
		}
	return false;
}

bool pam_host_is_setuid(const struct sysroot *root, const struct pam_host *host)
{
	cleanup_text char *path = host->may_be_setuid ? find_program(root, host->program) : NULL;
	struct stat st;

	return path && sysroot_stat(root, path, 0, &st) == 0 && st.st_uid == 0 &&
	       (st.st_mode & S_ISUID) != 0;
}

bool pam_host_is_another_user(const struct sysroot *root, const struct pam_host *host)
{
	gid_t group;

	return host->user && !find_user(root, host->user, &group) &&
	       !pam_host_is_setuid(root, host);
}

bool pam_host_is_unprivileged(const struct sysroot *root, const struct pam_host *host)
{
	gid_t group;

	return host->user && find_user(root, host->user, &group) && !pam_host_is_setuid(root, host);
}

bool pam_user_reads_shadow(const struct sysroot *root, const char *user)
{
	cleanup_file FILE *file = NULL;
	const struct group *entry;
	gid_t primary;

	if (!find_user(root, user, &primary) || sysroot_read(root, "/etc/group", &file) < 0)
		return false;
	while ((entry = fgetgrent(file))) {
		if (strcmp(entry->gr_name, "shadow") != 0)
			continue;
		for (char **member = entry->gr_mem; *member; member++)
			if (strcmp(*member, user) == 0)
				return true;
		return entry->gr_gid == primary;
	}
	return false;
}
