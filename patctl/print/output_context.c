/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Times, users and reasons as text for people or for programs. */
#include "patctl/print/output_context.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

#include "common/l10n.h"
#include "patctl/base/age.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"
#include "patctl/base/user_names.h"

struct look look_at(const char *host)
{
	return (struct look) {
		.people = terminal_output(),
		.palette = terminal_palette(),
		.now = (uint64_t)time(NULL),
		.remote = host != NULL,
	};
}

char *look_time(const struct look *look, uint64_t at)
{
	char age[AGE_TEXT_MAX], stamp[TIMESTAMP_TEXT_MAX];

	if (look->people) {
		age_format(at, look->now, age);
		return text_format("%s", age);
	}
	timestamp_format_utc(at, stamp);
	return text_format("%s", stamp);
}

char *look_exactly(const struct look *look, uint64_t at)
{
	char stamp[TIMESTAMP_TEXT_MAX], age[AGE_TEXT_MAX];

	if (!look->people) {
		timestamp_format_utc(at, stamp);
		return text_format("%s", stamp);
	}
	timestamp_format_local(at, stamp);
	age_format(at, look->now, age);
	return text_format("%s (%s)", stamp, age);
}

char *look_expires(const struct look *look, const struct row *row)
{
	return row->expires_at ? look_time(look, row->expires_at) : text_format("%s", _("never"));
}

char *look_usage(const struct look *look, const struct row *row)
{
	cleanup_text char *when = NULL;

	if (!row->last_used_at)
		return text_format("%s", _("Not used"));
	when = look_time(look, row->last_used_at);
	return text_format(_("Last used %s"), when);
}

char *look_user(const struct look *look, uint32_t uid)
{
	if (!look->remote)
		return user_of_uid(uid);
	return uid == 0 ? text_format("root") : text_format(_("uid %u"), uid);
}

const char *look_reason(const char *reason)
{
	static const char *const ours[] = {
		N_("unused for too long"),
		N_("its secret could not be delivered"),
		N_("its secret could not be handed out"),
	};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strcmp(reason, ours[i]) == 0)
			return _(ours[i]);
	return reason;
}
