/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens, entries and settings as they are answered with. */
#include "patd/requests/token_rows.h"

#include "patd/model/sources.h"

#define CUT(to, from) pat_field_cut((to), sizeof(to), (from))

void token_row_fill(struct tokens *tokens, const struct token *token, struct token_row *ret_row)
{
	struct token_row row = {
		.id = token->id,
		.uid = token->uid,
		.created_at = token->created_at,
		.expires_at = tokens_end(tokens, token),
		.created_by = token->created_by,
		.limits = token->limits,
		.uses = token->uses,
		.sessions = tokens_count_sessions(tokens, &token->id),
		.rotations = token->rotations,
		.rotated_at = token->rotated_at,
		.last_used_at = token->last_used_at,
	};

	CUT(row.name, token->name);
	CUT(row.user, token->user);
	CUT(row.state, token_state_text(tokens_state(tokens, token)));
	/* A revocation or a grace period that is over is not shown. */
	if (tokens_revoked(tokens, token)) {
		row.revoked_at = token->revoked_at;
		row.revoked_until = token->revoked_until;
		CUT(row.revoked_reason, token->revoked_reason);
	}
	if (token->former_until > tokens_now(tokens))
		row.former_until = token->former_until;
	CUT(row.note, token->note);
	CUT(row.last_used_service, token->last_used_service);
	CUT(row.last_used_from, token->last_used_from);
	CUT(row.issuer, token->issuer);
	*ret_row = row;
}

void entry_row_fill(const struct entry *entry, struct entry_row *ret_row)
{
	/* Only a login has a result. */
	const bool login = entry->event == ENTRY_USED || entry->event == ENTRY_REFUSED;
	struct entry_row row = {
		.seq = entry->seq,
		.at = entry->at,
		.uid = entry->uid,
		.by_uid = entry->by_uid,
		.new_service = entry->new_service,
		.new_network = entry->new_network,
		.unrecorded = entry->unrecorded,
		.id = entry->id,
	};

	CUT(row.event, entry_event_text(entry->event));
	CUT(row.how, entry_how_text(entry->how));
	CUT(row.result, login ? verdict_word(entry->result) : "");
	CUT(row.user, entry->user);
	CUT(row.name, entry->name);
	CUT(row.service, entry->service);
	CUT(row.rhost, entry->rhost);
	CUT(row.tty, entry->tty);
	CUT(row.detail, entry->detail);
	CUT(row.command, entry->command);
	CUT(row.process, entry->process);
	row.answered = entry->answered;
	row.answered_by = entry->answered_by;
	*ret_row = row;
}

void disabled_row_fill(const struct disabled *disabled, struct disabled_row *ret_row)
{
	struct disabled_row row = { .at = disabled->at, .by_uid = disabled->by_uid };

	CUT(row.user, disabled->user);
	CUT(row.reason, disabled->reason);
	*ret_row = row;
}

void source_row_fill(const struct entry *entry, struct source_row *ret_row)
{
	struct source_row row = { .at = entry->at };

	CUT(row.from, entry->rhost[0] != '\0' ? entry->rhost : SOURCES_LOCAL);
	CUT(row.service, entry->service);
	*ret_row = row;
}

void session_row_fill(const struct session *session, struct session_row *ret_row)
{
	struct session_row row = {
		.number = session->number,
		.token = session->token,
		.uid = session->uid,
		.pid = session->pid,
		.opened_at = session->opened_at,
		.ending = session->ending,
	};

	CUT(row.name, session->name);
	CUT(row.user, session->user);
	CUT(row.service, session->service);
	CUT(row.from, session->rhost[0] != '\0' ? session->rhost : SOURCES_LOCAL);
	CUT(row.tty, session->tty);
	CUT(row.logind, session->logind);
	*ret_row = row;
}

void setting_row_fill(const struct policy_line *line, struct setting_row *ret_row)
{
	struct setting_row row = { 0 };

	CUT(row.key, line->key);
	CUT(row.value, line->value);
	CUT(row.source, line->source);
	*ret_row = row;
}
