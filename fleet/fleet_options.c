/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of patd-fleet, and its help. */
#include "fleet/fleet_options.h"

#include <errno.h>
#include <stdio.h>

#include "fleet/hub_sql.h"
#include "patd/util/process.h"

static const char help[] =
	"Usage: patd-fleet [--runtime-dir=DIR] [--ready-fd=N]\n"
	"       patd-fleet --init-hub\n"
	"       patd-fleet --add-host=NAME [--issuer]\n"
	"       patd-fleet --remove-host=NAME\n"
	"\n"
	"Carries personal access tokens of a fleet between patd and the hub, a PostgreSQL\n"
	"database, which patd.conf names.\n"
	"\n"
	"  --init-hub         print the SQL that makes the tables of a hub, or a newer version\n"
	"                     of them; run again, it changes nothing\n"
	"  --add-host=NAME    print the SQL that makes the role of a host\n"
	"  --issuer           the host may also issue tokens, in its own name\n"
	"  --remove-host=NAME print the SQL that removes the role of a host, and what it reported\n"
	"  --runtime-dir=DIR  fleet.sock of patd; " PAT_RUNTIME_DIR "\n"
	"  --ready-fd=N       write a newline to descriptor N once it serves, and close it\n"
	"  --help, --version\n"
	"\n"
	"In the database of the hub, as its owner:\n"
	"\n"
	"  patd-fleet --init-hub | psql --set=ON_ERROR_STOP=1 --dbname=patd\n"
	"  patd-fleet --add-host=web1 | psql --set=ON_ERROR_STOP=1 --dbname=patd\n"
	"\n"
	"See patd-fleet(8).\n";

static const char *problem(const struct fleet_options *options)
{
	const char *host = options->add_host ? options->add_host : options->remove_host;

	if (options->init_hub + (options->add_host != NULL) + (options->remove_host != NULL) > 1)
		return "--init-hub, --add-host and --remove-host go one by one";
	if (options->issuer && !options->add_host)
		return "--issuer goes with --add-host";
	if (host && !hub_sql_host_valid(host))
		return "the name of a host has 1 to 63 letters, digits and \"-._\", and begins "
		       "with a letter or digit";
	return NULL;
}

int fleet_options_read(int argc, char **argv, struct fleet_options *ret_options)
{
	struct fleet_options options = { .runtime_dir = PAT_RUNTIME_DIR, .ready_fd = -1 };
	const struct process_option known[] = {
		{ "runtime-dir", .ret_text = &options.runtime_dir },
		{ "ready-fd", .ret_fd = &options.ready_fd },
		{ "init-hub", .ret_given = &options.init_hub },
		{ "add-host", .ret_text = &options.add_host },
		{ "issuer", .ret_given = &options.issuer },
		{ "remove-host", .ret_text = &options.remove_host },
	};
	const char *wrong;
	int r = process_read_options(
		"patd-fleet", help, known, sizeof(known) / sizeof(known[0]), argc, argv);

	if (r != 0)
		return r;
	wrong = problem(&options);
	if (wrong) {
		fprintf(stderr, "patd-fleet: %s\nTry 'patd-fleet --help'.\n", wrong);
		return -EINVAL;
	}
	*ret_options = options;
	return 0;
}
