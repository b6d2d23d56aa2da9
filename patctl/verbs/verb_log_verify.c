/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patctl log --verify: whether the history is as patd wrote it. */
#include "patctl/verbs/verb_log_verify.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/l10n.h"
#include "patctl/base/text.h"
#include "patctl/print/json.h"

enum outcome log_verify(const struct command *command, struct client *client)
{
	struct client_verification found;
	DBusError error = DBUS_ERROR_INIT;
	cleanup_text char *problem = NULL;
	struct progress progress;
	bool verified;

	progress_begin(&progress, _("Checking the history"),
		command_given(command, &option_quiet) || command_given(command, &option_json));
	verified = client_verify(client, &progress, &found, &error);
	progress_end(&progress);
	if (!verified)
		return outcome_fail(NULL, &error);
	problem = text_safe(found.problem);
	if (command_given(command, &option_json))
		json_line(json_must(json_pack("{s:I, s:I, s:o, s:o}", "entries",
			(json_int_t)found.entries, "first", (json_int_t)found.first, "bad",
			json_of_nonzero(found.bad), "problem", json_of_text(found.problem))));
	else if (!found.bad && !command_given(command, &option_quiet))
		(void)printf(P_("History intact: %" PRIu64 " entry verified, from number %" PRIu64
				" on.\n",
				     "History intact: %" PRIu64
				     " entries verified, from number %" PRIu64 " on.\n",
				     (unsigned long)found.entries),
			found.entries, found.first);
	if (found.bad)
		complain(_("the history was altered at entry %" PRIu64 ": %s"), found.bad,
			text_translated(problem));
	text_free(&found.problem);
	return found.bad ? OUTCOME_FAILED : OUTCOME_DONE;
}
