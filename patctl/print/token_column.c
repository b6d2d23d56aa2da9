/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cells of a table of tokens. */
#include "patctl/print/token_column.h"

#include <inttypes.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"

#define CUT 8 /* columns of the terminal, at which a cut text can still be told from others */

static char *cell_text(const struct cell_style *style, const char *text)
{
	cleanup_text char *safe = text_safe(text);

	/* Programs get it unchanged. */
	return style->context->terminal ? text_of_known_width(safe) : text_format("%s", safe);
}

static char *cell_number(uint64_t number)
{
	return number ? text_format("%" PRIu64, number) : text_format("%s", "");
}

/* Empty for 0. */
static char *cell_time(const struct cell_style *style, uint64_t at)
{
	if (at == 0)
		return text_format("%s", "");
	if (!style->context->terminal)
		return timestamp_utc(at);
	return style->wide ? timestamp_local(at) : timestamp_short_age(at, style->context->now);
}

static char *cell_id(const struct cell_style *style, const struct token_row *token)
{
	(void)style;
	return text_format("%s", token->id.text);
}

static char *cell_name(const struct cell_style *style, const struct token_row *token)
{
	return cell_text(style, token->name);
}

static char *cell_user(const struct cell_style *style, const struct token_row *token)
{
	return cell_text(style, token->user);
}

static char *cell_uid(const struct cell_style *style, const struct token_row *token)
{
	(void)style;
	return token->uid == TOKEN_UID_ANY ? text_format("%s", "")
					   : text_format("%" PRIu32, token->uid);
}

/* A later version of patd may have other words. */
static char *cell_state(const struct cell_style *style, const struct token_row *token)
{
	cleanup_text char *safe = text_safe(token->state);

	(void)style;
	return text_format("%s", text_translated(safe));
}

static char *cell_created(const struct cell_style *style, const struct token_row *token)
{
	return cell_time(style, token->created_at);
}

static char *cell_expires(const struct cell_style *style, const struct token_row *token)
{
	return token->expires_at ? cell_time(style, token->expires_at)
				 : text_format("%s", _("never"));
}

static char *cell_usage(const struct cell_style *style, const struct token_row *token)
{
	cleanup_text char *when = cell_time(style, token->last_used_at);

	return token->last_used_at ? text_format(_("Last used %s"), when)
				   : text_format("%s", _("Not used"));
}

static char *cell_used(const struct cell_style *style, const struct token_row *token)
{
	return cell_time(style, token->last_used_at);
}

static char *cell_used_by(const struct cell_style *style, const struct token_row *token)
{
	return cell_text(style, token->last_used_service);
}

static char *cell_used_from(const struct cell_style *style, const struct token_row *token)
{
	const bool local = token->last_used_at && token->last_used_from[0] == '\0';

	return local ? text_format("local") : cell_text(style, token->last_used_from);
}

/* "3", or "3/20" of at most 20; of a fleet token nobody here knows all. */
static char *cell_uses(const struct cell_style *style, const struct token_row *token)
{
	const bool fleet = token->issuer[0] != '\0';
	cleanup_text char *most = cell_number(fleet ? 0 : token->limits.max_uses);

	(void)style;
	return text_format("%" PRIu64 "%s%s", token->uses, *most ? "/" : "", most);
}

static char *cell_sessions(const struct cell_style *style, const struct token_row *token)
{
	(void)style;
	return cell_number(token->sessions);
}

static char *cell_revoked(const struct cell_style *style, const struct token_row *token)
{
	return cell_time(style, token->revoked_at);
}

static char *cell_until(const struct cell_style *style, const struct token_row *token)
{
	return cell_time(style, token->revoked_until);
}

static char *cell_reason(const struct cell_style *style, const struct token_row *token)
{
	return cell_text(style, reason_translated(token->revoked_reason));
}

static char *cell_rotated(const struct cell_style *style, const struct token_row *token)
{
	return cell_time(style, token->rotated_at);
}

static char *cell_restriction(const struct cell_style *style, const struct token_row *token,
	enum pat_restriction restriction)
{
	const void *value = token_row_restriction(token, restriction);

	switch (restrictions[restriction].kind) {
	case RESTRICTION_TIME:
		return cell_time(style, *(const uint64_t *)value);
	case RESTRICTION_COUNT:
		return cell_number(*(const uint64_t *)value);
	case RESTRICTION_FLAG:
		return cell_text(style, *(const bool *)value ? _("yes") : "");
	case RESTRICTION_LIST:
	case RESTRICTION_TEXT:
		break;
	}
	return cell_text(style, value);
}

/* A time that has come restricts nothing any more. */
static bool restricts(const struct token_row *token, enum pat_restriction restriction, uint64_t now)
{
	const enum restriction_kind kind = restrictions[restriction].kind;
	const void *value = token_row_restriction(token, restriction);

	if (RESTRICTION_IS_NUMBER(kind))
		return *(const uint64_t *)value > (kind == RESTRICTION_TIME ? now : 0);
	if (kind == RESTRICTION_FLAG)
		return *(const bool *)value;
	return *(const char *)value != '\0';
}

/* A word for each restriction. */
static char *cell_limits(const struct cell_style *style, const struct token_row *token)
{
	char *text = text_format("%s", "");

	for (enum pat_restriction i = 0; i < PAT_RESTRICTIONS; i++) {
		cleanup_text char *before = NULL;

		if (!restricts(token, i, style->context->now))
			continue;
		before = text;
		text = text_format("%s%s%s", before, *before ? "," : "", _(restrictions[i].word));
	}
	return text;
}

/* As options of patctl generate: "service=sudo max-uses=20". */
static char *cell_restrictions(const struct cell_style *style, const struct token_row *token)
{
	char *text = text_format("%s", "");

	for (enum pat_restriction i = 0; i < PAT_RESTRICTIONS; i++) {
		cleanup_text char *before = NULL, *value = NULL;
		const char *quote;

		if (!restricts(token, i, style->context->now))
			continue;
		before = text;
		value = cell_restriction(style, token, i);
		quote = strchr(value, ' ') ? "\"" : "";
		text = text_format("%s%s%s=%s%s%s", before, *before ? " " : "",
			restrictions[i].option.name, quote, value, quote);
	}
	return text;
}

static char *cell_note(const struct cell_style *style, const struct token_row *token)
{
	return cell_text(style, token->note);
}

static char *cell_issuer(const struct cell_style *style, const struct token_row *token)
{
	return cell_text(style, token->issuer);
}

static char *cell_services(const struct cell_style *style, const struct token_row *token)
{
	return cell_restriction(style, token, PAT_SERVICES);
}

static char *cell_sources(const struct cell_style *style, const struct token_row *token)
{
	return cell_restriction(style, token, PAT_SOURCES);
}

static char *cell_hours(const struct cell_style *style, const struct token_row *token)
{
	return cell_restriction(style, token, PAT_HOURS);
}

static char *cell_not_before(const struct cell_style *style, const struct token_row *token)
{
	return cell_restriction(style, token, PAT_NOT_BEFORE);
}

static char *cell_max_uses(const struct cell_style *style, const struct token_row *token)
{
	return cell_restriction(style, token, PAT_MAX_USES);
}

static char *cell_confirm(const struct cell_style *style, const struct token_row *token)
{
	return cell_restriction(style, token, PAT_CONFIRM);
}

static char *cell_ends(const struct cell_style *style, const struct token_row *token)
{
	return cell_restriction(style, token, PAT_UNTIL);
}

static char *cell_hosts(const struct cell_style *style, const struct token_row *token)
{
	return cell_restriction(style, token, PAT_HOSTS);
}

static const struct token_column columns[] = {
	[COLUMN_ID] = { "id", N_("ID"), 0, cell_id, false },
	[COLUMN_NAME] = { "name", N_("NAME"), CUT, cell_name, false },
	[COLUMN_USER] = { "user", N_("USER"), CUT, cell_user, false },
	[COLUMN_STATE] = { "state", N_("STATE"), 0, cell_state, true },
	[COLUMN_CREATED] = { "created", N_("CREATED"), 0, cell_created, false },
	[COLUMN_EXPIRES] = { "expires", N_("EXPIRES"), 0, cell_expires, false },
	[COLUMN_USAGE] = { "usage", N_("USAGE"), 0, cell_usage, false },
	[COLUMN_LIMITS] = { "limits", N_("LIMITS"), CUT, cell_limits, false },
	[COLUMN_USES] = { "uses", N_("USES"), 0, cell_uses, false },
	[COLUMN_USED_BY] = { "used_by", N_("USED_BY"), CUT, cell_used_by, false },
	[COLUMN_USED_FROM] = { "used_from", N_("USED_FROM"), CUT, cell_used_from, false },
	[COLUMN_RESTRICTIONS] = { "restrictions", N_("RESTRICTIONS"), CUT, cell_restrictions,
		false },
	[COLUMN_NOTE] = { "note", N_("NOTE"), CUT, cell_note, false },
	{ "uid", N_("UID"), 0, cell_uid, false },
	{ "used", N_("USED"), 0, cell_used, false },
	{ "sessions", N_("SESSIONS"), 0, cell_sessions, false },
	{ "revoked", N_("REVOKED"), 0, cell_revoked, false },
	{ "until", N_("UNTIL"), 0, cell_until, false },
	{ "reason", N_("REASON"), CUT, cell_reason, false },
	{ "rotated", N_("ROTATED"), 0, cell_rotated, false },
	{ "services", N_("SERVICES"), CUT, cell_services, false },
	{ "sources", N_("SOURCES"), CUT, cell_sources, false },
	{ "hours", N_("HOURS"), CUT, cell_hours, false },
	{ "not_before", N_("NOT_BEFORE"), 0, cell_not_before, false },
	{ "max_uses", N_("MAX_USES"), 0, cell_max_uses, false },
	{ "confirm", N_("CONFIRM"), 0, cell_confirm, false },
	/* "until" is the end of a suspension. */
	{ "ends", N_("ENDS"), CUT, cell_ends, false },
	{ "hosts", N_("HOSTS"), CUT, cell_hosts, false },
	{ "issuer", N_("ISSUER"), CUT, cell_issuer, false },
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

const struct token_column *token_column_at(size_t i)
{
	return i < COLUMNS ? &columns[i] : NULL;
}

const struct token_column *token_column_find(const char *name, size_t len)
{
	for (size_t i = 0; i < COLUMNS; i++)
		if (strlen(columns[i].name) == len && memcmp(columns[i].name, name, len) == 0)
			return &columns[i];
	return NULL;
}
