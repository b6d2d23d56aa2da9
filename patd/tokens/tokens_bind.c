/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens that end with a boot, a login session or a unit. */
#include <errno.h>
#include <string.h>

#include "common/l10n.h"
#include "common/until_kind.h"
#include "patd/tokens/tokens_private.h"
#include "patd/util/lifespan.h"

_Static_assert(LIFESPAN_ID_SIZE == LIMITS_UNTIL_ID_MAX + 1, "an id fits");

static const char *missing_text(enum until_kind kind)
{
	static const char *const texts[UNTIL_KINDS] = {
		[UNTIL_BOOT] =
			N_("patd cannot read /proc/sys/kernel/random/boot_id, which tells one "
			   "boot from another"),
		[UNTIL_SESSION] =
			N_("there is no such login session, or it is closing: see loginctl"),
		[UNTIL_UNIT] =
			N_("no system service or scope of this name is active; give the name "
			   "that \"systemctl show -P Id\" prints"),
	};

	return kind < UNTIL_KINDS ? texts[kind] : NULL;
}

/* What runs now: 0, or a negative errno.  *ret_uid: whose it is, 0 if it is no session. */
static int look_up(const struct tokens *tokens, enum until_kind kind, const char *name,
	char ret_id[static LIFESPAN_ID_SIZE], uint32_t *ret_uid)
{
	*ret_uid = 0;
	switch (kind) {
	case UNTIL_BOOT:
		return lifespan_boot(tokens->lifespans, ret_id);
	case UNTIL_SESSION:
		return lifespan_session(tokens->lifespans, name, ret_id, ret_uid);
	case UNTIL_UNIT:
		return lifespan_unit(tokens->lifespans, name, ret_id);
	case UNTIL_KINDS:
		break;
	}
	return -EINVAL;
}

enum pat_error tokens_bind(const struct tokens *tokens, const struct caller *caller,
	struct token *token, struct refusal *ret_refusal)
{
	struct limits *limits = &token->limits;
	char id[LIFESPAN_ID_SIZE];
	enum until_kind kind;
	const char *name;
	uint32_t uid;

	memset(limits->until_id, 0, sizeof(limits->until_id));
	if (limits->until[0] == '\0')
		return PAT_OK;
	if (!until_split(limits->until, &kind, &name))
		return tokens_refuse(PAT_ERR_INVALID_RESTRICTION, NULL, ret_refusal);
	if (look_up(tokens, kind, name, id, &uid) < 0)
		return tokens_refuse(PAT_ERR_INVALID_RESTRICTION, missing_text(kind), ret_refusal);
	if (kind == UNTIL_SESSION && caller->uid != 0 && uid != caller->uid)
		return tokens_refuse(PAT_ERR_INVALID_RESTRICTION,
			N_("this login session is another user's"), ret_refusal);
	memcpy(limits->until_id, id, sizeof(limits->until_id));
	return PAT_OK;
}

/* Also where it cannot be found out. */
bool tokens_bond_ended(const struct tokens *tokens, const struct token *token)
{
	const struct limits *limits = &token->limits;
	char id[LIFESPAN_ID_SIZE];
	enum until_kind kind;
	const char *name;
	uint32_t ignored;

	if (limits->until[0] == '\0')
		return false;
	return !until_split(limits->until, &kind, &name) ||
	       look_up(tokens, kind, name, id, &ignored) < 0 || strcmp(id, limits->until_id) != 0;
}

enum pat_error tokens_check_bond(
	const struct tokens *tokens, const struct token *token, struct refusal *ret_refusal)
{
	if (!tokens_bond_ended(tokens, token))
		return PAT_OK;
	return tokens_refuse(PAT_ERR_EXPIRED,
		N_("what the token was bound to has ended; generate a new one"), ret_refusal);
}
