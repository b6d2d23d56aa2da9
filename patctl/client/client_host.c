/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connecting through ssh(1), and the errors of another machine. */
#include "patctl/client/client_call.h"

#include <string.h>

#include "common/error.h"
#include "common/l10n.h"
#include "patctl/base/host.h"
#include "patctl/base/outcome.h"
#include "patctl/base/text.h"

/* ssh prints the reason on standard error, but not every failure is one of ssh. */
static void set_unreachable(const char *host, DBusError *error)
{
	cleanup_text char *ssh = host_ssh(host, false);

	error_replace(error, OUTCOME_ERROR_HOST_UNREACHABLE,
		_("cannot connect to %s; does this work? %s systemd-stdio-bridge --version"), host,
		ssh);
}

DBusConnection *host_connect(const char *host, struct host_errors *ret_errors, DBusError *error)
{
	cleanup_text char *address = host_address(host);
	DBusConnection *bus = NULL;
	int r = host_errors_begin(ret_errors);

	if (r < 0) {
		dbus_set_error(error, DBUS_ERROR_FAILED, "%s", strerror(-r));
		return NULL;
	}
	bus = dbus_connection_open_private(address, error);
	host_errors_end(ret_errors);
	/* ssh may have questions for people. */
	bus = bus_hello(bus, NO_LIMIT, error);
	if (!bus) {
		host_errors_finish(ret_errors);
		set_unreachable(host, error);
	}
	return bus;
}

/* The bridge belongs to no session of a person, so polkit cannot ask anybody there. */
static void explain_denied(const char *host, DBusError *error)
{
	cleanup_text char *ssh = host_ssh(host, true), *root = host_as_root(host);

	error_replace(error, OUTCOME_ERROR_HOST_DENIED,
		_("%s; patctl -H cannot ask for a password: run %s patctl ..., or use --host=%s"),
		text_translated(error->message), ssh, root);
}

static void explain_no_patd(const char *host, DBusError *error)
{
	cleanup_text char *ssh = host_ssh(host, false);

	error_replace(error, OUTCOME_ERROR_HOST_UNREACHABLE,
		_("on %s: %s; is patd running there? see: %s systemctl status patd"), host,
		text_translated(error->message), ssh);
}

/* What ssh says of it comes first. */
static void set_lost(struct client *client, DBusError *error)
{
	host_errors_finish(&client->errors);
	set_unreachable(client->host, error);
}

void client_explain(struct client *client, DBusError *error)
{
	const enum pat_error refusal = pat_error_from_name(error->name);
	const char *host = client->host;

	if (!host)
		return;
	if (refusal == PAT_ERR_AGAINST_POLICY)
		error_replace(error, OUTCOME_ERROR_HOST_POLICY,
			_("%s; see: patctl --host=%s policy"), text_translated(error->message),
			host);
	else if (refusal == PAT_ERR_DENIED || refusal == PAT_ERR_INTERACTIVE)
		explain_denied(host, error);
	else if (outcome_of(error)->outcome != OUTCOME_UNREACHABLE)
		return;
	else if (dbus_connection_get_is_connected(client->bus))
		explain_no_patd(host, error);
	else
		set_lost(client, error);
}
