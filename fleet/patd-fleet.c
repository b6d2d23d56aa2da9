/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patd-fleet: prints SQL, or hardens its process and carries. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "fleet/carry/carrier.h"
#include "fleet/fleet_options.h"
#include "fleet/hub_sql.h"
#include "patd/util/log.h"
#include "patd/util/process.h"
#include "protocol/fleet.h"

static int serve(const struct fleet_options *options)
{
	cleanup_free char *socket = NULL;
	struct carrier *carrier = NULL;
	sd_event *event = NULL;
	int ready_fd = options->ready_fd;
	int r;

	if (asprintf(&socket, "%s/%s", options->runtime_dir, PAT_FLEET_SOCKET) < 0) {
		socket = NULL;
		return -1;
	}
	if ((r = process_loop_new(&event)) < 0 || (r = carrier_new(event, socket, &carrier)) < 0) {
		log_error("cannot start: %s", strerror(-r));
	} else {
		process_ready(&ready_fd);
		r = process_loop_run(event);
	}
	carrier_free(carrier);
	sd_event_unref(event);
	return r;
}

int main(int argc, char **argv)
{
	struct fleet_options options;
	int r = fleet_options_read(argc, argv, &options);

	if (r != 0)
		return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	if (options.init_hub)
		return hub_sql_init(stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	if (options.add_host)
		return hub_sql_add_host(stdout, options.add_host, options.issuer) < 0
			       ? EXIT_FAILURE
			       : EXIT_SUCCESS;
	if (options.remove_host)
		return hub_sql_remove_host(stdout, options.remove_host) < 0 ? EXIT_FAILURE
									    : EXIT_SUCCESS;
	if (process_harden() < 0) {
		log_error("cannot prepare the process");
		return EXIT_FAILURE;
	}
	return serve(&options) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
