/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Local, unknown, or what the service says. */
#include "patd/rules/login_source.h"

#include <string.h>
#include <strings.h>

#include "patd/model/services.h"
#include "patd/model/sources.h"

#define DIGITS "0123456789"

/* A terminal of a program: a server may have opened it for somebody on the network. */
static bool is_pseudo(const char *tty)
{
	return strncmp(tty, "/dev/pts/", strlen("/dev/pts/")) == 0 ||
	       strncmp(tty, "pts/", strlen("pts/")) == 0;
}

static bool needs_console(const char *service)
{
	return services_match(PAT_CONSOLE_SERVICES, service);
}

/* An X server of another machine, as in "host:0"; those of this one are ":0" and ":0.1". */
static bool is_remote_display(const char *tty)
{
	const char *colon = strchr(tty, ':');

	return colon &&
	       (colon != tty || colon[1] == '\0' || colon[1 + strspn(colon + 1, DIGITS ".")]);
}

static bool is_local(const struct policy *policy, const char *service, const char *tty)
{
	if (!service)
		return true;
	if (!services_match(policy->local_services, service))
		return false;
	if (!tty)
		return true;
	/* What was cut short may be anything, such as a display of another host. */
	return strlen(tty) < sizeof(((struct pat_request *)0)->tty) - 1 &&
	       !is_remote_display(tty) &&
	       (!needs_console(service) || (tty[0] != '\0' && !is_pseudo(tty)));
}

void login_source(const struct policy *policy, const char *service, const char *rhost,
	const char *tty, char ret_source[static sizeof(((struct pat_request *)0)->rhost)])
{
	const size_t size = sizeof(((struct pat_request *)0)->rhost);

	/* sshd says UNKNOWN where the other end of its connection has no address. */
	if (rhost[0] == '\0' ? !is_local(policy, service, tty)
			     : strcasecmp(rhost, SOURCES_UNKNOWN) == 0)
		rhost = SOURCES_UNKNOWN;
	else if (strcmp(rhost, SOURCES_LOCAL) == 0)
		rhost = SOURCES_LOCAL ".";
	pat_field_cut(ret_source, size, rhost);
}

bool login_source_is_name(const struct policy *policy, const char *service, const char *source)
{
	return source[0] != '\0' && services_match(policy->name_services, service);
}
