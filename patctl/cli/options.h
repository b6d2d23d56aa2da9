/* The options, in one table: what getopt is told, what a verb takes, and what help says. */
#ifndef PATCTL_CLI_OPTIONS_H
#define PATCTL_CLI_OPTIONS_H

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
	OPTION_SERVICE = 1 << 10,
	OPTION_FROM = 1 << 11,
	OPTION_HOURS = 1 << 12,
	OPTION_NOT_BEFORE = 1 << 13,
	OPTION_MAX_USES = 1 << 14,
	OPTION_STATE = 1 << 15,
	OPTION_UNUSED_FOR = 1 << 16,
	OPTION_EXPIRING = 1 << 17,
	OPTION_SORT = 1 << 18,
	OPTION_FOR = 1 << 19,
	OPTION_REASON = 1 << 20,
	OPTION_GRACE = 1 << 21,
	OPTION_SINCE = 1 << 22,
	OPTION_UNTIL = 1 << 23,
	OPTION_LINES = 1 << 24,
	OPTION_FOLLOW = 1 << 25,
	OPTION_VERIFY = 1 << 26,
	OPTION_ROOT = 1 << 27,
	OPTION_HOST = 1 << 28,
};

/* What almost every verb takes; those of them that need this machine are not done on another. */
#define OPTIONS_HERE (OPTION_JSON | OPTION_QUIET | OPTION_NO_ASK_PASSWORD)
#define OPTIONS_COMMON (OPTIONS_HERE | OPTION_HOST)

struct option_info {
	const char *name;
	char letter; /* 0: there is only the long form */
	unsigned int bit;
	const char *argument; /* its name in help, NULL if it takes none */
	size_t offset;        /* in struct command: of a const char *, or of a bool */
	const char *text;
};

#define OPTIONS 29
extern const struct option_info options[OPTIONS];

#endif
