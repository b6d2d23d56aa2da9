/* The options, in one table: what getopt is told, what a verb takes, and what help says. */
#ifndef PATCTL_OPTIONS_H
#define PATCTL_OPTIONS_H

#include <stddef.h>

/* Bits: a verb names the options that it takes. */
enum option_bit {
	OPTION_USER = 1 << 0,
	OPTION_EXPIRES = 1 << 1,
	OPTION_ALL = 1 << 2,
	OPTION_YES = 1 << 3,
	OPTION_JSON = 1 << 4,
	OPTION_NO_LEGEND = 1 << 5,
	OPTION_QUIET = 1 << 6,
	OPTION_NO_ASK_PASSWORD = 1 << 7,
	OPTION_HELP = 1 << 8,
	OPTION_VERSION = 1 << 9,
};

struct option_info {
	const char *name;
	char letter; /* 0: there is only the long form */
	unsigned int bit;
	const char *argument; /* its name in help, NULL if it takes none */
	size_t offset;        /* in struct command: of a const char *, or of a bool */
	const char *text;
};

#define OPTIONS 10
extern const struct option_info options[OPTIONS];

#endif
