/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sources by their kind, and the settings of services that report names. */
#include "patctl/base/source_word.h"

#include <arpa/inet.h>
#include <fnmatch.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/text.h"

enum source_kind source_kind(const char *from)
{
	struct in6_addr bytes;
	char address[INET6_ADDRSTRLEN];
	/* Without the zone, as in fe80::1%eth0. */
	int n = snprintf(address, sizeof(address), "%.*s", (int)strcspn(from, "%"), from);

	if (*from == '\0' || strcmp(from, "local") == 0)
		return SOURCE_LOCAL;
	if (strcmp(from, "unknown") == 0)
		return SOURCE_UNKNOWN;
	if (n < 0 || (size_t)n >= sizeof(address))
		return SOURCE_NAME;
	return inet_pton(AF_INET, address, &bytes) == 1 || inet_pton(AF_INET6, address, &bytes) == 1
		       ? SOURCE_ADDRESS
		       : SOURCE_NAME;
}

bool source_list_has(const char *list, const char *word)
{
	cleanup_text char *patterns = text_format("%s", list);
	char *rest = patterns;

	for (const char *pattern; (pattern = strsep(&rest, ",")) != NULL;)
		if (fnmatch(pattern, word, 0) == 0)
			return true;
	return false;
}

/* Each was tried on Debian 12: see doc/applications.md.  saslauthd asks as imap and smtp. */
const char *const source_silent_services[] = { "ejabberd", "exim", "imap", "jabberd", "lshd",
	"mailutils", "mariadb", "monit", "pgpool", "popa3d", "poppassd", "pwauth", "radiusd",
	"shellinabox", "smtp", "squid", "tigervnc", "vnc", "xrdp-sesman", "yaws", NULL };

/* What makes a service report addresses instead of names, to be quoted; NULL: nothing known. */
static const char *setting_of(const char *service)
{
	/* proftpd 1.3.8 and ngircd 26.1 were tried; the others are as in their manuals. */
	static const struct {
		const char *services, *setting;
	} settings[] = {
		{ "ngircd", "DNS = no" },
		{ "postgresql*", "pam_use_hostname=0" },
		{ "proftpd", "UseReverseDNS off" },
		{ "sshd", "UseDNS no" },
	};

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (fnmatch(settings[i].services, service, 0) == 0)
			return settings[i].setting;
	return NULL;
}

char *source_problem(const char *service, const char *from)
{
	const char *setting = setting_of(service);
	cleanup_text char *host = text_safe(from);

	switch (source_kind(from)) {
	case SOURCE_UNKNOWN:
		return text_format("%s", _("the service does not report where logins come from"));
	case SOURCE_NAME:
		return setting ? text_format(_("the service named the host %s instead of an "
					       "address; this prevents it: %s"),
					 host, setting)
			       : text_format(
					 _("the service named the host %s instead of an address"),
					 host);
	case SOURCE_LOCAL:
	case SOURCE_ADDRESS:
		break;
	}
	return NULL;
}
