/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sentences about boots, sessions and units. */
#include "patctl/print/until_text.h"

#include <stddef.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "common/until_kind.h"
#include "patctl/base/text.h"

char *until_text(const char *until)
{
	cleanup_text char *safe = text_safe(until);
	enum until_kind kind;
	const char *name;

	if (!until_split(safe, &kind, &name))
		return TAKE(safe);
	switch (kind) {
	case UNTIL_BOOT:
		return text_format("%s", _("at the next boot"));
	case UNTIL_SESSION:
		return text_format(_("with login session %s"), name);
	case UNTIL_UNIT:
		return text_format(_("when unit %s stops"), name);
	case UNTIL_KINDS:
		break;
	}
	return TAKE(safe);
}

char *until_ended_text(const char *until)
{
	cleanup_text char *safe = text_safe(until);
	enum until_kind kind;
	const char *name;

	if (!until_split(safe, &kind, &name))
		return NULL;
	switch (kind) {
	case UNTIL_BOOT:
		return text_format("%s", _("it was bound to a boot of its machine that is over"));
	case UNTIL_SESSION:
		return text_format(_("it was bound to login session %s, which has ended"), name);
	case UNTIL_UNIT:
		return text_format(
			_("it was bound to unit %s, which has stopped since then"), name);
	case UNTIL_KINDS:
		break;
	}
	return NULL;
}
