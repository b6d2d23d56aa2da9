/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tokens that were altered or have ended, and tokens of accounts that are gone.  A token is bound
 * to a name and a uid; nothing that NSS says tells an account from a later one with both, which
 * gets the tokens of the first.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/base/user_lookup.h"
#include "patctl/client/client.h"
#include "patctl/doctor/doctor.h"
#include "patctl/doctor/doctor_unusable.h"

#define CHECK "account"

struct account {
	char *user; /* owned */
	uint32_t uid;
	uint64_t tokens; /* that are, or will be, accepted */
};

/* Tokens, of which some are named. */
struct named {
	uint64_t n;
	char *ids; /* owned, "CL48DsYXGA, …"; NULL: there is none */
};

/* In the order of their users, then uids. */
struct accounts {
	struct account *items; /* owned */
	size_t n, room;
	struct named altered, ended, unknown;
	uint64_t damaged; /* rows of tokens that patd cannot read */
	struct unusable unusable;
};

#define IDS_NAMED 5U

static void accounts_clear(struct accounts *accounts)
{
	for (size_t i = 0; i < accounts->n; i++)
		free(accounts->items[i].user);
	free(accounts->items);
	text_free(&accounts->altered.ids);
	text_free(&accounts->ended.ids);
	text_free(&accounts->unknown.ids);
	unusable_clear(&accounts->unusable);
}
#define cleanup_accounts __attribute__((cleanup(accounts_clear)))

static int compare(const struct account *account, const struct token_row *token)
{
	const int names = strcmp(account->user, token->user);

	if (names != 0)
		return names;
	return account->uid < token->uid ? -1 : account->uid > token->uid;
}

static void insert(struct accounts *accounts, size_t at, const struct token_row *token)
{
	struct account *account;

	if (accounts->n == accounts->room) {
		accounts->room = accounts->room * 2 + 16;
		accounts->items = must_alloc(
			reallocarray(accounts->items, accounts->room, sizeof(*accounts->items)));
	}
	account = &accounts->items[at];
	memmove(account + 1, account, (accounts->n - at) * sizeof(*account));
	accounts->n++;
	*account = (struct account) { text_format("%s", token->user), token->uid, 1 };
}

static void count(struct accounts *accounts, const struct token_row *token)
{
	size_t low = 0, high = accounts->n;

	/* Of the fleet: on this machine its user need not have an account. */
	if (token->uid == TOKEN_UID_ANY)
		return;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order = compare(&accounts->items[middle], token);

		if (order == 0) {
			accounts->items[middle].tokens++;
			return;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	insert(accounts, low, token);
}

/* Now, or when a time comes, or when somebody enables its user again. */
static bool may_be_accepted(const struct token_row *token)
{
	static const char *const states[] = { "active", "pending", "disabled", "stale" };

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(token->state, states[i]) == 0)
			return true;
	return strcmp(token->state, "revoked") == 0 && token->revoked_until != 0;
}

static void count_named(struct named *named, const char *token)
{
	cleanup_text char *before = named->ids;

	named->ids = NULL;
	if (named->n++ < IDS_NAMED)
		named->ids = text_format("%s%s%s", before ? before : "", before ? ", " : "", token);
	else
		named->ids = TAKE(before);
}

/* With its issuer: whoever mistyped that name in patd.conf sees which one it is. */
static void count_unknown(struct accounts *accounts, const struct token_row *token)
{
	cleanup_text char *named = text_format("%s (%s)", token->id.text, token->issuer);

	count_named(&accounts->unknown, named);
}

static void found_altered(struct doctor *doctor, const struct accounts *accounts)
{
	const struct named *altered = &accounts->altered;

	if (altered->n > 0)
		found(doctor, LEVEL_PROBLEM, "token",
			_("find out who can write to the database, then delete what this lists, and "
			  "generate new ones: patctl list --all --state=altered"),
			P_("%" PRIu64 " token was altered outside of patd, which refuses it: %s%s",
				"%" PRIu64 " tokens were altered outside of patd, which refuses "
				"them: %s%s",
				(unsigned long)altered->n),
			altered->n, altered->ids, altered->n > IDS_NAMED ? ", …" : "");
	if (accounts->damaged > 0)
		found(doctor, LEVEL_PROBLEM, "token",
			_("find out who can write to the database; restore a backup, or delete "
			  "these tokens: journalctl -u patd has their ids, patctl delete --id ID"),
			P_("%" PRIu64 " token in the database is damaged, and is in no list",
				"%" PRIu64 " tokens in the database are damaged, and are in no "
				"list",
				(unsigned long)accounts->damaged),
			accounts->damaged);
	if (altered->n == 0 && accounts->damaged == 0)
		found(doctor, LEVEL_OK, "token", NULL, _("no token was altered"));
}

/* As they were meant to; who wonders why one is refused finds it here. */
static void found_ended(struct doctor *doctor, const struct named *ended)
{
	if (ended->n > 0)
		found(doctor, LEVEL_OK, "token", NULL,
			P_("%" PRIu64 " token has ended with the boot, session or unit that it was "
			   "bound to: %s%s",
				"%" PRIu64 " tokens have ended with the boot, session or unit that "
				"they were bound to: %s%s",
				(unsigned long)ended->n),
			ended->n, ended->ids, ended->n > IDS_NAMED ? ", …" : "");
}

/* Nothing but a person is ever rid of them. */
static void found_unknown(struct doctor *doctor, const struct named *unknown)
{
	if (unknown->n > 0)
		found(doctor, LEVEL_WARNING, "token",
			_("name the issuer again in patd.conf, or: patctl delete --all "
			  "--state=unknown-issuer"),
			P_("%" PRIu64 " fleet token is of an issuer that patd.conf does not name, "
			   "and is refused: %s%s",
				"%" PRIu64 " fleet tokens are of issuers that patd.conf does not "
				"name, and are refused: %s%s",
				(unsigned long)unknown->n),
			unknown->n, unknown->ids, unknown->n > IDS_NAMED ? ", …" : "");
}

static bool read_accounts(struct doctor *doctor, struct accounts *accounts, DBusError *error)
{
	const struct client_filter filter = { .all = true };
	cleanup_text char *cursor = NULL;

	do {
		cleanup_records struct records tokens = { 0 };
		const struct token_row *items;

		if (!client_list(doctor->client, &filter, &cursor, &tokens, error))
			return false;
		accounts->damaged += client_listed_damaged(doctor->client);
		if (cursor)
			client_list_ahead(doctor->client, &filter, cursor);
		items = tokens.items;
		for (size_t i = 0; i < tokens.n; i++) {
			if (may_be_accepted(&items[i])) {
				count(accounts, &items[i]);
				doctor_sudo_approvals(doctor, &items[i]);
				unusable_count(&accounts->unusable, &items[i]);
			} else if (strcmp(items[i].state, "altered") == 0) {
				count_named(&accounts->altered, items[i].id.text);
			} else if (strcmp(items[i].state, "ended") == 0) {
				count_named(&accounts->ended, items[i].id.text);
			} else if (strcmp(items[i].state, "unknown-issuer") == 0) {
				count_unknown(accounts, &items[i]);
			}
			doctor_sudo(doctor, &items[i]);
		}
	} while (cursor);
	return true;
}

static void found_gone(struct doctor *doctor, const struct account *account)
{
	cleanup_text char *command =
		text_is_word(account->user)
			? text_format("patctl revoke --all --user=%s", account->user)
			: text_format("%s", _("revoke them: patctl revoke --all --user=NAME"));

	found(doctor, LEVEL_WARNING, CHECK, command,
		P_("user %s does not exist, and %" PRIu64 " token is left, which a new account "
		   "with this name and uid %u would get",
			"user %s does not exist, and %" PRIu64 " tokens are left, which a new "
			"account with this name and uid %u would get",
			(unsigned long)account->tokens),
		account->user, account->tokens, account->uid);
}

/* Not --all --user: the account of today has tokens of its own. */
static void found_changed(
	struct doctor *doctor, const struct account *account, const struct system_user *now)
{
	found(doctor, LEVEL_WARNING, CHECK, _("revoke them by id, see: patctl list --all --json"),
		P_("%" PRIu64 " token is left of user %s with uid %u, who is user %s with uid %u "
		   "now",
			"%" PRIu64 " tokens are left of user %s with uid %u, who is user %s with "
			"uid %u now",
			(unsigned long)account->tokens),
		account->tokens, account->user, account->uid, now->name, now->uid);
}

/* False: NSS does not answer, and is asked no more.  last: nobody is left to be asked for. */
static bool check_account(struct doctor *doctor, const struct account *account, bool last)
{
	struct system_user now;
	const enum user_answer answer = user_lookup(account->user, DOCTOR_USER_LIMIT, &now);

	switch (answer) {
	case USER_UNKNOWN:
		found_gone(doctor, account);
		return true;
	case USER_FOUND:
		if (now.uid != account->uid || strcmp(now.name, account->user) != 0)
			found_changed(doctor, account, &now);
		return true;
	case USER_NAME_TOO_LONG:
	case USER_UNANSWERED:
	default:
		found(doctor, LEVEL_UNSEEN, CHECK, NULL,
			last || answer == USER_NAME_TOO_LONG
				? _("user %s could not be looked up")
				: _("user %s could not be looked up, and the users after it were "
				    "not"),
			account->user);
		return answer == USER_NAME_TOO_LONG;
	}
}

static int compare_name(const void *user, const void *account)
{
	return strcmp(user, ((const struct account *)account)->user);
}

static bool has_tokens(const char *user, const void *userdata)
{
	const struct accounts *accounts = userdata;

	return accounts->n > 0 &&
	       bsearch(user, accounts->items, accounts->n, sizeof(*accounts->items), compare_name);
}

void doctor_accounts(struct doctor *doctor)
{
	cleanup_accounts struct accounts accounts = { 0 };
	DBusError error = DBUS_ERROR_INIT;
	bool answered = true;
	size_t before;

	if (!doctor->is_root) {
		found(doctor, LEVEL_UNSEEN, CHECK, _("needs root"),
			_("whether every token's user exists"));
		return;
	}
	if (!doctor->client)
		return;
	unusable_begin(doctor, &accounts.unusable);
	if (!read_accounts(doctor, &accounts, &error)) {
		found(doctor, LEVEL_UNSEEN, CHECK, NULL, _("the tokens cannot be listed: %s"),
			text_translated(error.message));
		dbus_error_free(&error);
		return;
	}
	found_altered(doctor, &accounts);
	found_ended(doctor, &accounts.ended);
	found_unknown(doctor, &accounts.unknown);
	unusable_found(doctor, &accounts.unusable);
	before = doctor->findings.n;
	for (size_t i = 0; i < accounts.n && answered; i++)
		answered = check_account(doctor, &accounts.items[i], i + 1 == accounts.n);
	if (doctor->findings.n == before)
		found(doctor, LEVEL_OK, CHECK, NULL, _("every token's user exists"));
	doctor_ageing(doctor, has_tokens, &accounts);
}
