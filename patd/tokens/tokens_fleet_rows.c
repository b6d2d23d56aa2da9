/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of an issuer as they are kept here: the next version of one, and the set of all. */
#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "patd/crypto/fleet_set.h"
#include "patd/tokens/tokens_fleet_private.h"

/* --- one row --- */

void fleet_row_of_mark(const struct fleet_mark *mark, struct fleet_row *ret_row)
{
	*ret_row = (struct fleet_row) {
		.number = mark->number,
		.kind = mark->kind,
		.id = mark->id,
		.revoked_at = mark->revoked_at,
	};
	memcpy(ret_row->issuer, mark->issuer, sizeof(ret_row->issuer));
	memcpy(ret_row->revoked_reason, mark->revoked_reason, sizeof(ret_row->revoked_reason));
}

static void hash_row(const struct fleet_row *row, uint8_t ret[static FLEET_HASH_LEN])
{
	uint8_t bytes[FLEET_SIGNED_MAX];

	fleet_row_hash(bytes, fleet_row_write(row, bytes), ret);
}

void fleet_number_token(struct fleet_ledger *ledger, struct token *token)
{
	struct fleet_row row;

	fleet_set_remove(ledger->rows, token->row_hash);
	token->number = ++ledger->number;
	fleet_row_of(token, &row);
	hash_row(&row, token->row_hash);
	fleet_set_add(ledger->rows, token->row_hash);
}

/* That a token is deleted is in no set: it is the one that is not there. */
void fleet_number_mark(struct fleet_ledger *ledger, struct fleet_mark *mark)
{
	struct fleet_row row;

	fleet_set_remove(ledger->rows, mark->row_hash);
	memset(mark->row_hash, 0, sizeof(mark->row_hash));
	mark->number = ++ledger->number;
	if (mark->kind == FLEET_ROW_DELETED)
		return;
	fleet_row_of_mark(mark, &row);
	hash_row(&row, mark->row_hash);
	fleet_set_add(ledger->rows, mark->row_hash);
}

/* --- all of them --- */

bool fleet_mark_intact(const struct tokens *tokens, const struct fleet_mark *mark)
{
	uint8_t mac[TOKEN_MAC_LEN];

	key_fleet_mark_mac(tokens->key, mark, mac);
	return sodium_memcmp(mac, mark->mac, sizeof(mac)) == 0;
}

struct adding {
	struct tokens *tokens;
	const char *issuer, *but_id;
	uint8_t *rows;
	uint64_t altered_n;
};

static int add_mark(struct adding *adding, const struct pat_id *id)
{
	struct fleet_mark mark;
	int r = store_get_mark(adding->tokens->store, adding->issuer, id->text, &mark);

	if (r == 0 && fleet_mark_intact(adding->tokens, &mark))
		fleet_set_add(adding->rows, mark.row_hash);
	else
		adding->altered_n++;
	return r == -EBADMSG ? 0 : r;
}

static int add_token(struct adding *adding, const struct pat_id *id)
{
	struct token token;
	int r = store_get(adding->tokens->store, id->text, &token);

	if (r == 0 && tokens_intact(adding->tokens, &token))
		fleet_set_add(adding->rows, token.row_hash);
	else
		adding->altered_n++;
	return r == -EBADMSG ? 0 : r;
}

static int add_row(const struct numbered *row, void *userdata)
{
	struct adding *adding = userdata;

	if (strcmp(row->id.text, adding->but_id) == 0)
		return 0;
	return row->is_mark ? add_mark(adding, &row->id) : add_token(adding, &row->id);
}

static int add_up(struct adding *adding)
{
	memset(adding->rows, 0, FLEET_SET_LEN);
	return store_list_numbered(
		adding->tokens->store, adding->issuer, 0, UINT32_MAX, add_row, adding);
}

int fleet_add_up(struct tokens *tokens, const char *issuer, uint8_t ret_rows[static FLEET_SET_LEN])
{
	struct adding adding = { tokens, issuer, "", ret_rows, 0 };

	return add_up(&adding);
}

int fleet_take_out(struct tokens *tokens, struct fleet_ledger *ledger, const char *id,
	const uint8_t row_hash[static FLEET_HASH_LEN])
{
	uint8_t others[FLEET_SET_LEN];
	struct adding adding = { tokens, ledger->issuer, id, others, 0 };
	int r = add_up(&adding);

	if (r < 0)
		return r;
	if (adding.altered_n == 0)
		memcpy(ledger->rows, others, sizeof(ledger->rows));
	else
		fleet_set_remove(ledger->rows, row_hash);
	return 0;
}
