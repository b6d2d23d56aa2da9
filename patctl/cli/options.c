#include "patctl/cli/options.h"

#include "common/l10n.h"
#include "patctl/cli/command.h"

#define AT(member) offsetof(struct command, member)

const struct option_info options[OPTIONS] = {
	{ "user", 0, OPTION_USER, "USER", AT(user), N_("whose tokens, instead of your own") },
	{ "all", 0, OPTION_ALL, NULL, AT(all), N_("all of them, see above") },
	{ "expires", 0, OPTION_EXPIRES, "WHEN", AT(expires),
		N_("\"30 days\", 2027-01-31 or never") },
	{ "service", 0, OPTION_SERVICE, "SERVICE", AT(service), N_("PAM services, such as sudo") },
	{ "from", 0, OPTION_FROM, "SOURCE", AT(from),
		N_("where logins come from, such as 192.0.2.7 or local") },
	{ "hours", 0, OPTION_HOURS, "HOURS", AT(hours), N_("\"Mon..Fri 08:00-18:00\"") },
	{ "not-before", 0, OPTION_NOT_BEFORE, "WHEN", AT(not_before),
		N_("it does not work before; \"2 days\" or 2027-01-31") },
	{ "max-uses", 0, OPTION_MAX_USES, "N", AT(max_uses), N_("for so many logins") },
	{ "state", 0, OPTION_STATE, "STATE", AT(state), N_("only those in that state") },
	{ "unused-for", 0, OPTION_UNUSED_FOR, "PERIOD", AT(unused_for),
		N_("only those that nobody used for so long") },
	{ "expiring", 0, OPTION_EXPIRING, "PERIOD", AT(expiring),
		N_("only those that expire so soon, or have") },
	{ "sort", 0, OPTION_SORT, "KEY", AT(sort), N_("in the order of KEY, of -KEY backwards") },
	{ "for", 0, OPTION_FOR, "PERIOD", AT(period), N_("for so long, then it works again") },
	{ "reason", 0, OPTION_REASON, "TEXT", AT(reason), N_("why; it is kept and shown") },
	{ "grace", 0, OPTION_GRACE, "PERIOD", AT(grace),
		N_("how long the secret before works on; or none") },
	{ "since", 0, OPTION_SINCE, "WHEN", AT(since), N_("not before; \"2h\" is two hours ago") },
	{ "until", 0, OPTION_UNTIL, "WHEN", AT(until), N_("before that time") },
	{ "lines", 'n', OPTION_LINES, "N", AT(lines), N_("only the last N") },
	{ "follow", 'f', OPTION_FOLLOW, NULL, AT(follow), N_("then wait for what is new") },
	{ "verify", 0, OPTION_VERIFY, NULL, AT(verify), N_("say whether the history was altered") },
	{ "root", 0, OPTION_ROOT, "DIR", AT(root),
		N_("look at the system below DIR, such as an image") },
	{ "yes", 'y', OPTION_YES, NULL, AT(yes), N_("do not ask for confirmation") },
	{ "host", 'H', OPTION_HOST, "HOST", AT(host),
		N_("on another machine, by ssh; or USER@HOST") },
	{ "json", 0, OPTION_JSON, NULL, AT(json),
		N_("print JSON; times in seconds since 1970 UTC") },
	{ "no-legend", 0, OPTION_NO_LEGEND, NULL, AT(no_legend),
		N_("no headings above the table") },
	{ "quiet", 'q', OPTION_QUIET, NULL, AT(quiet), N_("only results and errors, no hints") },
	{ "no-ask-password", 0, OPTION_NO_ASK_PASSWORD, NULL, AT(no_ask_password),
		N_("never ask for a password; fail instead") },
	{ "help", 'h', OPTION_HELP, NULL, AT(help), N_("print this help") },
	{ "version", 0, OPTION_VERSION, NULL, AT(version), N_("print the version") },
};
