#include "patctl/cli/verbs.h"

#include <stdint.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/cli/options.h"

#define WHICH                                                                                      \
	N_("A token is told by its name, its id, or the beginning of its id.\n"                    \
	   "Root's names are looked for among the tokens of all users.\n")

const struct verb verbs[VERBS] = {
	{ "list", "", 0, 0,
		OPTIONS_COMMON | OPTION_USER | OPTION_ALL | OPTION_NO_LEGEND | OPTION_STATE |
			OPTION_SERVICE | OPTION_UNUSED_FOR | OPTION_EXPIRING | OPTION_SORT,
		{ OPTION_USER | OPTION_ALL }, list_run,
		N_("list tokens; what patctl does when told nothing"),
		{ N_("Lists your tokens, or with --all those of all users: id, name, user, state, when\n"
		     "they were created and expire, and their use.  Times are ages on a terminal, and\n"
		     "UTC in a pipe.\n"),
			N_("STATE is active, revoked, expired, exhausted, disabled, pending or altered.\n"
			   "--service has those that are good for that service.  KEY is name, created,\n"
			   "expires, used, state or user.\n") },
		"  patctl list --expiring=7d\n"
		"  sudo patctl list --all --unused-for=90d --sort=-used\n"
		"  sudo patctl list --all --json\n" },
	{ "generate", "NAME", 1, 1,
		OPTIONS_COMMON | OPTION_USER | OPTION_EXPIRES | OPTION_SERVICE | OPTION_FROM |
			OPTION_HOURS | OPTION_NOT_BEFORE | OPTION_MAX_USES,
		{ 0 }, generate_run, N_("make a token and print it, once"),
		{ N_("Makes a token and prints it: the token alone on standard output, all else on\n"
		     "standard error.  It is shown this once.  Keep it confidential, in a password\n"
		     "manager.\n"),
			N_("WHEN is a period such as \"30 days\", 7d or \"1h 30min\", a local date such as\n"
			   "2027-01-31 or \"2027-01-31 18:00\", a time in UTC such as 2027-01-31T18:00Z, or,\n"
			   "of --expires, never.  m is minutes, M is months.  Without --expires it is what\n"
			   "patd.conf(5) says, 30 days if nothing.\n"),
			N_("A token can be restricted.  --service: the PAM services that it is good for,\n"
			   "shell patterns with commas between them.  --from: where logins may come from,\n"
			   "networks, addresses and \"local\".  --hours: when it works, in the time zone of\n"
			   "this machine.  --not-before and --max-uses.  All that are given must hold.\n"),
			N_("Asks for your password, with --user for an administrator's; root is not asked.\n") },
		"  patctl generate laptop\n"
		"  TOKEN=$(patctl generate ci --expires=7d --max-uses=1)\n"
		"  patctl generate work --service=sshd,sudo --from=192.0.2.0/24,local\n"
		"  patctl generate office --hours=\"Mon..Fri 08:00-18:00\"\n"
		"  sudo patctl generate \"nightly backup\" --user=backup --expires=never\n" },
	{ "show", "TOKEN...", 1, SIZE_MAX, OPTIONS_COMMON | OPTION_USER, { 0 }, show_run,
		N_("show all about tokens"),
		{ N_("Shows everything that is known of tokens, with where they were last used from,\n"
		     "except their secret, which nobody knows any more.\n"),
			WHICH },
		"  patctl show laptop\n" },
	{ "revoke", "TOKEN...", 1, SIZE_MAX,
		OPTIONS_COMMON | OPTION_USER | OPTION_ALL | OPTION_FOR | OPTION_REASON, { 0 },
		revoke_run, N_("end the access that tokens give, at once"),
		{ N_("Ends the access that tokens give, at once; with --all, of all tokens of yours or\n"
		     "of USER.  It can be undone: patctl restore.  With --for it ends by itself.  A\n"
		     "token that was revoked with --reason=compromised never comes back.\n"),
			N_("What is revoked already stays so for as long as it was, or longer.\n"),
			WHICH },
		"  patctl revoke laptop ci\n"
		"  patctl revoke laptop --for=2weeks --reason=\"on holiday\"\n"
		"  sudo patctl revoke --all --user=alice\n" },
	{ "restore", "TOKEN...", 1, SIZE_MAX, OPTIONS_COMMON | OPTION_USER, { 0 }, restore_run,
		N_("give revoked tokens their access back"),
		{ N_("Gives revoked tokens their access back: same secret, same expiry.  Not one that\n"
		     "has expired, or was revoked as compromised.  Asks for your password; root is not\n"
		     "asked.\n"),
			WHICH },
		"  patctl restore laptop\n" },
	{ "rotate", "TOKEN", 1, 1, OPTIONS_COMMON | OPTION_USER | OPTION_GRACE, { 0 }, rotate_run,
		N_("give a token a new secret and print it, once"),
		{ N_("Gives a token a new secret and prints it as generate does.  All else stays: name,\n"
		     "id, expiry, restrictions.  The secret before works on until the new one is used,\n"
		     "a day at most, or as --grace says: a period, or none.\n"),
			WHICH, N_("Asks for your password; root is not asked.\n") },
		"  patctl rotate laptop\n"
		"  TOKEN=$(patctl rotate ci --grace=1h)\n" },
	{ "rename", "TOKEN NAME", 2, 2, OPTIONS_COMMON | OPTION_USER, { 0 }, rename_run,
		N_("give a token another name"),
		{ N_("Gives a token another name.  Its id stays, and its history.\n"), WHICH },
		"  patctl rename laptop \"old laptop\"\n" },
	{ "delete", "TOKEN...", 1, SIZE_MAX, OPTIONS_COMMON | OPTION_USER | OPTION_YES, { 0 },
		delete_run, N_("remove revoked tokens for good"),
		{ N_("Removes revoked tokens for good; one that is not revoked is refused.  Asks first;\n"
		     "where there is no terminal to ask on, --yes is needed.\n"),
			WHICH },
		"  patctl revoke laptop && patctl delete laptop\n" },
	{ "check", "", 0, 0, OPTIONS_HERE | OPTION_SERVICE | OPTION_FROM, { 0 }, check_run,
		N_("say whether a token would be accepted"),
		{ N_("Reads one of your tokens from standard input and says which it is, and whether a\n"
		     "login with it would be accepted, through SERVICE and from SOURCE if they are\n"
		     "given.  It does not count as a use.  Never put a token into the command line,\n"
		     "where others can see it.\n"),
			N_("The exit status is 0 if it would be accepted, and 1 if not.\n") },
		"  patctl check\n"
		"  patctl check --service=sshd --from=192.0.2.7 <token-file\n" },
	{ "log", "[TOKEN...]", 0, SIZE_MAX,
		OPTIONS_COMMON | OPTION_USER | OPTION_ALL | OPTION_SINCE | OPTION_UNTIL |
			OPTION_LINES | OPTION_FOLLOW | OPTION_VERIFY,
		{ OPTION_USER | OPTION_ALL, OPTION_FOLLOW | OPTION_UNTIL | OPTION_VERIFY }, log_run,
		N_("show what happened to tokens, and where they were used"),
		{ N_("Shows the history of your tokens, of some, or with --all of those of all users,\n"
		     "oldest first: who made, changed or used them and from where, and what was\n"
		     "refused.  The first use from a network or through a service is marked.\n"),
			N_("WHEN is as of generate, but for periods: --since=2h is two hours ago.  --follow\n"
			   "begins with the last 10 unless --lines or --since says otherwise, and ends with\n"
			   "Ctrl-C.  --json prints one object a line.\n"),
			N_("--verify says whether the history is as patd wrote it, for an administrator: the\n"
			   "exit status is 0 if it is, and 1 if it was altered.\n"),
			WHICH, N_("A token that was deleted is told by its whole id.\n") },
		"  patctl log laptop --since=yesterday\n"
		"  sudo patctl log --all --follow\n"
		"  sudo patctl log --verify\n" },
	{ "disable", "[USER...]", 0, SIZE_MAX, OPTIONS_COMMON | OPTION_ALL | OPTION_REASON, { 0 },
		disable_run, N_("have no token of users work"),
		{ N_("From now on no token of the users works, nor can one be made, until an\n"
		     "administrator enables them again; with --all, of anybody.  Without a user or\n"
		     "--all, lists who is disabled.\n") },
		"  sudo patctl disable alice --reason=\"left the company\"\n"
		"  sudo patctl disable --all\n"
		"  sudo patctl disable\n" },
	{ "enable", "USER...", 1, SIZE_MAX, OPTIONS_COMMON | OPTION_ALL, { 0 }, enable_run,
		N_("have the tokens of disabled users work again"),
		{ N_("Ends what disable began, of the users, or with --all for the machine; who was\n"
		     "disabled on its own stays so.  What is revoked stays revoked.\n") },
		"  sudo patctl enable alice\n" },
	{ "policy", "", 0, 0, OPTIONS_COMMON | OPTION_NO_LEGEND, { 0 }, policy_run,
		N_("show the settings of patd that are in force"),
		{ N_("Shows what is in force of patd.conf(5), and which line of which file says so.\n") },
		"  patctl policy\n" },
	{ "doctor", "", 0, 0, OPTION_JSON | OPTION_QUIET | OPTION_ROOT, { 0 }, doctor_run,
		N_("say what is wrong, if anything, and what to do"),
		{ N_("Looks at patd, its sockets, units, files and settings, at polkit and the clock,\n"
		     "and at every PAM service that takes tokens: whether a token and a password open,\n"
		     "also while patd is down.  Changes nothing, and tells no PAM module anything.\n"),
			N_("A line each: ok, warning, problem, or unseen for what only root can see.  The\n"
			   "exit status is 1 if there is a problem.  With --quiet only warnings and problems.\n") },
		"  sudo patctl doctor\n"
		"  patctl doctor --root=/mnt/image\n" },
	{ "backup", "FILE", 1, 1, OPTION_QUIET, { 0 }, backup_run,
		N_("write a backup of all tokens and the key"),
		{ N_("Writes all tokens, their history and the key into FILE, which must not be there\n"
		     "yet: as they are at one moment, while patd goes on.  With it everything comes\n"
		     "back, on any machine.  Root only.\n"),
			N_("It opens nothing by itself, but has the key: keep it as you keep the file of\n"
			   "passwords.\n") },
		"  sudo patctl backup tokens.backup\n" },
	{ "restore-backup", "FILE", 1, 1, OPTION_QUIET | OPTION_YES, { 0 }, restore_backup_run,
		N_("replace all tokens and the key by a backup"),
		{ N_("Verifies all of a backup first, then stops patd, puts the backup in its place\n"
		     "and starts it again.  What was there before is kept beside it, in\n"
		     "before-restore-TIME.  Asks first; where there is no terminal to ask on, --yes is\n"
		     "needed.  Root only.\n"),
			N_("Tokens made after the backup are gone, and what was revoked after it works again.\n") },
		"  sudo patctl restore-backup tokens.backup\n" },
	{ "help", "[VERB]", 0, 1, 0, { 0 }, help_run, N_("say how a verb is used"),
		{ N_("Says how patctl, or one verb of it, is used.\n") },
		"  patctl help generate\n" },
};

static const struct verb complete = { "complete", "-- WORD...", 1, SIZE_MAX, 0, { 0 }, complete_run,
	N_("say what may stand in a word, for the completion of shells"),
	{ N_("Prints what may stand in the place of the last WORD, if those before it are a\n"
	     "command line of patctl: a candidate a line, with a description behind a tab.\n"
	     "The completions of bash, fish and zsh ask it.  It asks for no password, and is\n"
	     "silent about what goes wrong.\n") },
	"  patctl complete -- restore \"\"\n" };

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < VERBS; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return strcmp(complete.name, name) == 0 ? &complete : NULL;
}
