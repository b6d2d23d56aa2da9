/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parsing [USER@]HOST[:PORT], and making arguments of ssh(1) and an address of libdbus from it. */
#include "patctl/base/host.h"

#include <dbus/dbus.h>
#include <stdlib.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/text.h"

#define PORT_MAX 65535

/* The arguments of ssh. */
struct target {
	char *name; /* owned; with the user, without brackets */
	char *port; /* owned; NULL: ssh's own */
};

static void target_clear(struct target *target)
{
	text_free(&target->name);
	text_free(&target->port);
}
#define cleanup_target __attribute__((cleanup(target_clear)))

/* The part after the user, if there is one. */
static const char *after_user(const char *text)
{
	const char *at = strrchr(text, '@');

	return at ? at + 1 : text;
}

/* Two colons and no bracket are an IPv6 address. */
static const char *find_port(const char *host)
{
	const char *colon = strchr(host, ':');

	return colon && !strchr(colon + 1, ':') ? colon : NULL;
}

/* False if a bracket is left open, or something else than a port follows it. */
static bool split(const char *text, struct target *ret)
{
	const char *host = after_user(text), *close, *colon;
	const int user = (int)(host - text);

	if (*host != '[') {
		colon = find_port(host);
		ret->name = text_format(
			"%.*s", (int)(colon ? (size_t)(colon - text) : strlen(text)), text);
	} else {
		close = strchr(host, ']');
		if (!close || (close[1] != '\0' && close[1] != ':'))
			return false;
		colon = close[1] == ':' ? close + 1 : NULL;
		ret->name = text_format("%.*s%.*s", user, text, (int)(close - host - 1), host + 1);
	}
	ret->port = colon ? text_format("%s", colon + 1) : NULL;
	return true;
}

static bool is_port(const char *text)
{
	static const char digits[] = "0123456789";
	const size_t len = strlen(text);
	unsigned long port;

	if (len == 0 || len > strlen("65535") || strspn(text, digits) != len)
		return false;
	port = strtoul(text, NULL, 10);
	return port > 0 && port <= PORT_MAX;
}

const char *host_problem(const char *text)
{
	/* No metacharacter of a shell: ssh passes names to commands of ssh_config(5). */
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._@:%[]+-";
	cleanup_target struct target target = { 0 };
	const char *host;

	if (text[strspn(text, plain)] != '\0')
		return N_("a host is [USER@]NAME[:PORT]; NAME consists of letters, digits, \".\", "
			  "\"-\" and \"_\"");
	if (!split(text, &target))
		return N_("write an IPv6 address in brackets, as in [2001:db8::1]:22");
	host = after_user(target.name);
	if (*target.name == '-' || *host == '-')
		return N_("neither user nor host may begin with \"-\": ssh would read an option");
	if (*host == '\0' || *target.name == '@' || strpbrk(target.name, "[]"))
		return N_("the host is missing");
	if (target.port && !is_port(target.port))
		return N_("a port is a number from 1 to 65535");
	return NULL;
}

char *host_address(const char *text)
{
	cleanup_target struct target target = { 0 };
	char *name, *address;

	(void)split(text, &target);
	name = must_alloc(dbus_address_escape_value(target.name));
	address = target.port ? text_format("unixexec:path=ssh,argv1=-xT,argv2=-p,argv3=%s,"
					    "argv4=--,argv5=%s,argv6=systemd-stdio-bridge",
					target.port, name)
			      : text_format("unixexec:path=ssh,argv1=-xT,argv2=--,argv3=%s,"
					    "argv4=systemd-stdio-bridge",
					name);
	dbus_free(name);
	return address;
}

char *host_ssh(const char *text, bool terminal)
{
	cleanup_target struct target target = { 0 };

	(void)split(text, &target);
	return text_format("ssh %s%s%s%s%s", terminal ? "-t " : "", target.port ? "-p " : "",
		target.port ? target.port : "", target.port ? " " : "", target.name);
}

char *host_as_root(const char *text)
{
	return text_format("root@%s", after_user(text));
}
