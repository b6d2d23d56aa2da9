/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An option of a command line, as getopt_long(3), the help and the completion of shells need it. */
#pragma once

/* Strings are static. */
struct option_info {
	const char *name;     /* without the dashes */
	const char *argument; /* its name in help, NULL if it takes none */
	const char *help;     /* a line */
	char letter;          /* of the short form; 0: there is none */
};
