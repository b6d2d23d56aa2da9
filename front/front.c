/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patd-bus: hardens its process, and serves. */
#include <sodium.h>
#include <stdlib.h>

#include "front/serve.h"
#include "patd/util/log.h"
#include "patd/util/process.h"

int main(int argc, char **argv)
{
	struct front_options options;
	int r = front_options_read(argc, argv, &options);

	if (r != 0)
		return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	if (process_harden() < 0 || sodium_init() < 0) {
		log_error("cannot prepare the process");
		return EXIT_FAILURE;
	}
	return front_serve(&options) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
