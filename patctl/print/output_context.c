/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Times, users and reasons as text for people or for programs. */
#include "patctl/print/output_context.h"

#include <pwd.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"

struct output_context output_context_for(const char *host)
{
	return (struct output_context) {
		.terminal = isatty(STDOUT_FILENO),
		.width = terminal_width(),
		.palette = terminal_palette(),
		.now = (uint64_t)time(NULL),
		.remote = host != NULL,
	};
}

char *format_time(const struct output_context *context, uint64_t at)
{
	return context->terminal ? timestamp_age(at, context->now) : timestamp_utc(at);
}

char *format_time_and_age(const struct output_context *context, uint64_t at)
{
	cleanup_text char *stamp = timestamp_local(at), *age = timestamp_age(at, context->now);

	return context->terminal ? text_format("%s (%s)", stamp, age) : timestamp_utc(at);
}

char *format_user(const struct output_context *context, uint32_t uid)
{
	/* NSS, which may be slow, has nothing to add to root. */
	const struct passwd *user = context->remote || uid == 0 ? NULL : getpwuid(uid);

	if (user)
		return text_safe(user->pw_name);
	return uid == 0 ? text_format("root") : text_format(_("uid %u"), uid);
}

const char *reason_translated(const char *reason)
{
	static const char *const ours[] = {
		N_("unused for too long"),
		N_("its secret could not be delivered"),
		N_("its secret could not be handed out"),
		N_("the service is in name_services of patd.conf"),
	};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strcmp(reason, ours[i]) == 0)
			return _(ours[i]);
	return reason;
}
