/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What was written, read back in the same transaction: whatever a file that is damaged, or was
 * altered, makes of a statement that reports success.
 */
#include <errno.h>
#include <string.h>

#include "patd/tokens/tokens_private.h"
#include "patd/util/log.h"

static int check(bool kept, const char *what)
{
	if (kept)
		return 0;
	log_error("the database did not keep a change of %s, which is undone: it is damaged or was "
		  "altered; restore it from a backup",
		what);
	return -EBADMSG;
}

int tokens_kept(struct tokens *tokens, const struct token *token)
{
	struct token found;
	int r = store_get(tokens->store, token->id.text, &found);

	if (r < 0 && r != -ENOENT && r != -EBADMSG)
		return r;
	/* The MAC is over all of the row. */
	return check(r == 0 && memcmp(found.mac, token->mac, sizeof(found.mac)) == 0 &&
			     tokens_intact(tokens, &found),
		"a token");
}

static int deleted_kept(struct tokens *tokens, const struct token *token)
{
	struct token found;
	int r = store_get(tokens->store, token->id.text, &found);

	if (r < 0 && r != -ENOENT && r != -EBADMSG)
		return r;
	return check(r == -ENOENT, "a token");
}

/* Else the use of it would be nobody's, and no alert. */
static int rotation_kept(struct tokens *tokens, const struct token *token)
{
	bool was = false;
	int r = tokens_kept(tokens, token);

	if (r == 0)
		r = store_was_secret(tokens->store, token->id.text, token->former_verifier, &was);
	return r < 0 ? r : check(was, "a token");
}

static int is_same_user(const struct disabled *disabled, void *userdata)
{
	const struct disabled *wanted = userdata;

	return strcmp(disabled->user, wanted->user) == 0;
}

static int disabling_kept(struct tokens *tokens, const struct disabled *disabled, bool wanted)
{
	struct disabled user = *disabled;
	int r = store_list_disabled(tokens->store, is_same_user, &user);

	return r < 0 ? r : check((r > 0) == wanted, "the disabled users");
}

int tokens_change_kept(struct tokens *tokens, const struct change *change)
{
	switch (change->kind) {
	case CHANGE_GENERATE:
	case CHANGE_UPDATE:
		return tokens_kept(tokens, change->token);
	case CHANGE_ROTATE:
		return rotation_kept(tokens, change->token);
	case CHANGE_DELETE:
		return deleted_kept(tokens, change->token);
	case CHANGE_DISABLE:
		return disabling_kept(tokens, change->disabled, true);
	case CHANGE_ENABLE:
		return disabling_kept(tokens, change->disabled, false);
	case CHANGE_NONE:
		return 0;
	}
	return -EINVAL;
}
