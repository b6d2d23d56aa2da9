#include "patctl/options.h"

#include "patctl/command.h"

#define AT(member) offsetof(struct command, member)

const struct option_info options[OPTIONS] = {
	{ "user", 0, OPTION_USER, "USER", AT(user), "whose tokens, instead of your own" },
	{ "expires", 0, OPTION_EXPIRES, "WHEN", AT(expires),
		"\"30 days\", 2027-01-31 or never; 30 days if not given" },
	{ "all", 0, OPTION_ALL, NULL, AT(all), "the tokens of all users" },
	{ "yes", 'y', OPTION_YES, NULL, AT(yes), "do not ask for confirmation" },
	{ "json", 0, OPTION_JSON, NULL, AT(json), "print JSON; times in seconds since 1970 UTC" },
	{ "no-legend", 0, OPTION_NO_LEGEND, NULL, AT(no_legend), "no headings above the table" },
	{ "quiet", 'q', OPTION_QUIET, NULL, AT(quiet), "only results and errors, no hints" },
	{ "no-ask-password", 0, OPTION_NO_ASK_PASSWORD, NULL, AT(no_ask_password),
		"never ask for a password; fail instead" },
	{ "help", 'h', OPTION_HELP, NULL, AT(help), "print this help" },
	{ "version", 0, OPTION_VERSION, NULL, AT(version), "print the version" },
};
