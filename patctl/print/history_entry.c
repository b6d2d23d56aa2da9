/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The line of a history entry, or of a run of them, put together. */
#include "patctl/print/history_entry.h"

#include <inttypes.h>
#include <string.h>

#include "common/l10n.h"
#include "common/verdict.h"
#include "patctl/base/source_word.h"
#include "patctl/base/text.h"
#include "patctl/base/timestamp.h"

const char *const history_events[] = { N_("generated"), N_("used"), N_("refused"), N_("revoked"),
	N_("suspended"), N_("restored"), N_("rotated"), N_("renamed"), N_("deleted"),
	N_("disabled"), N_("enabled"), N_("changed"), N_("session-ended"), NULL };

/* Rare, and so long that the others would stand far from their tokens. */
static const char long_event[] = "session-ended";

/* Padded, so that the next words form a column. */
static char *event_text(const struct entry_row *entry, const struct output_context *context)
{
	cleanup_text char *safe = text_safe(entry->event), *padded = NULL;
	size_t width = 0;

	for (size_t i = 0; history_events[i]; i++)
		if (strcmp(history_events[i], long_event) != 0)
			width = text_wider(width, _(history_events[i]));
	padded = text_pad(text_translated(safe), width);
	return terminal_coloured(context->palette, entry->event, padded);
}

static char *subject_text(const struct entry_row *entry)
{
	cleanup_text char *name = text_safe(entry->name), *token = text_safe(entry->id.text),
			  *user = text_safe(entry->user);

	if (*entry->id.text != '\0')
		return text_format(_("%s (%s) of %s"), name, token, user);
	return *user != '\0' ? text_format(_("all tokens of %s"), user)
			     : text_format("%s", _("the tokens of all users"));
}

/* ", sshd from 192.0.2.7 on ssh"; empty if it was no login. */
static char *login_text(const struct entry_row *entry)
{
	cleanup_text char *service = text_safe(entry->service), *from = text_safe(entry->rhost),
			  *tty = text_safe(entry->tty);

	if (source_kind(from) == SOURCE_UNKNOWN && *tty != '\0')
		return text_format(_(", %s from an unknown source on %s"), service, tty);
	if (source_kind(from) == SOURCE_UNKNOWN)
		return text_format(_(", %s from an unknown source"), service);
	if (*from != '\0' && *tty != '\0')
		return text_format(_(", %s from %s on %s"), service, from, tty);
	if (*from != '\0')
		return text_format(_(", %s from %s"), service, from);
	if (*tty != '\0')
		return text_format(_(", %s on %s"), service, tty);
	return text_format("%s%s", *service ? ", " : "", service);
}

/* ", by its owner"; empty for a login that was for the caller to ask for. */
static char *actor_text(const struct entry_row *entry, const struct output_context *context)
{
	static const struct {
		const char *how, *text;
	} hows[] = {
		{ "pam", "" },
		{ "root", N_(", by root") },
		{ "bus", N_(", by root over the bus") },
		{ "owner", N_(", by its owner") },
		{ "patd", N_(", by patd according to patd.conf") },
		{ "fleet", N_(", on another machine") },
	};
	/* Who reads it has to know which account asked: patd.conf has no section for it. */
	const bool stranger =
		strcmp(entry->result, verdict_word(PAT_NOT_ALLOWED)) == 0 && entry->by_uid != 0;
	cleanup_text char *user = NULL;

	for (size_t i = 0; i < sizeof(hows) / sizeof(hows[0]) && !stranger; i++)
		if (strcmp(entry->how, hows[i].how) == 0)
			return text_format("%s", text_translated(hows[i].text));
	user = format_user(context, entry->by_uid);
	return text_format(_(", by %s"), user);
}

/* ": sudo apt upgrade, approved by alice"; empty if nobody was asked. */
static char *approval_text(const struct entry_row *entry, const struct output_context *context)
{
	cleanup_text char *command = text_safe(entry->command), *by = NULL, *answer = NULL;

	if (*command == '\0')
		return text_format("%s", "");
	by = format_user(context, entry->answered_by);
	if (!entry->answered)
		answer = text_format("%s", "");
	else if (strcmp(entry->result, verdict_word(PAT_DENIED)) == 0)
		answer = text_format(_(", denied by %s"), by);
	else
		answer = text_format(_(", approved by %s"), by);
	return text_format(": %s%s", command, answer);
}

/* ": why" */
static char *reason_text(const struct entry_row *entry)
{
	cleanup_text char *result = text_safe(entry->result), *detail = text_safe(entry->detail);
	cleanup_text char *problem = strcmp(entry->result, "wrong-source") == 0
					     ? source_problem(entry->service, entry->rhost)
					     : NULL;
	const bool renamed = strcmp(entry->event, "renamed") == 0;

	if (strcmp(entry->event, "refused") == 0)
		return text_format(": %s%s%s%s%s%s", text_translated(result), problem ? " (" : "",
			problem ? problem : "", problem ? ")" : "", *detail ? ", " : "",
			reason_translated(detail));
	if (*detail == '\0')
		return text_format("%s", "");
	if (strcmp(entry->event, "used") == 0)
		return text_format(_(", use %s in the fleet"), detail);
	return renamed ? text_format(_(", previously: %s"), detail)
		       : text_format(": %s", reason_translated(detail));
}

/* A login that is local comes from no network, and one of an unknown source from none that is new.
 */
static char *new_text(const struct entry_row *entry, const struct output_context *context)
{
	const enum source_kind kind = source_kind(entry->rhost);
	const bool local = kind == SOURCE_LOCAL, unknown = kind == SOURCE_UNKNOWN;
	const bool network = entry->new_network && !local && !unknown;
	const char *what = network && entry->new_service ? N_(" (new network and service)")
			   : network                     ? N_(" (new network)")
			   : entry->new_service          ? N_(" (new service)")
			   : entry->new_network && local ? N_(" (first local use)")
			   : entry->new_network          ? N_(" (first use from an unknown source)")
							 : NULL;

	return what ? terminal_coloured(context->palette, TERMINAL_NEW, _(what))
		    : text_format("%s", "");
}

static char *unrecorded_text(const struct entry_row *entry)
{
	if (entry->unrecorded == 0)
		return text_format("%s", "");
	return text_format(P_(" (%" PRIu64 " earlier not recorded: rate limit)",
				   " (%" PRIu64 " earlier not recorded: rate limit)",
				   (unsigned long)entry->unrecorded),
		entry->unrecorded);
}

/* As in the first column of a line. */
static char *time_text(uint64_t at, const struct output_context *context)
{
	return context->terminal ? timestamp_local(at) : timestamp_utc(at);
}

/* " (842 times until ...)", newest first " (842 times since ...)"; empty if it is one entry. */
static char *run_text(const struct history_run *run, const struct output_context *context)
{
	cleanup_text char *end = time_text(run->end, context);
	const unsigned long n = (unsigned long)run->count;

	if (n < 2)
		return text_format("%s", "");
	if (run->end == run->entry.at)
		return text_format(P_(" (%lu time)", " (%lu times)", n), n);
	if (run->end < run->entry.at)
		return text_format(P_(" (%lu time since %s)", " (%lu times since %s)", n), n, end);
	return text_format(P_(" (%lu time until %s)", " (%lu times until %s)", n), n, end);
}

char *history_run_line(const struct history_run *run, const struct output_context *context)
{
	const struct entry_row *entry = &run->entry;
	cleanup_text char *time = time_text(entry->at, context),
			  *event = event_text(entry, context), *subject = subject_text(entry),
			  *login = login_text(entry), *by = actor_text(entry, context),
			  *command = approval_text(entry, context), *why = reason_text(entry),
			  *new = new_text(entry, context), *times = run_text(run, context),
			  *lost = unrecorded_text(entry);

	return text_format("%s  %s  %s%s%s%s%s%s%s%s", time, event, subject, login, by, command,
		why, new, times, lost);
}

char *history_entry_line(const struct entry_row *entry, const struct output_context *context)
{
	const struct history_run run = { .entry = *entry, .count = 1, .end = entry->at };

	return history_run_line(&run, context);
}

/* Whether only times, and how many were not recorded, tell them apart. */
static bool is_alike(const struct entry_row *a, const struct entry_row *b)
{
	return strcmp(a->event, b->event) == 0 && a->uid == b->uid && a->by_uid == b->by_uid &&
	       strcmp(a->how, b->how) == 0 && strcmp(a->result, b->result) == 0 &&
	       a->new_service == b->new_service && a->new_network == b->new_network &&
	       strcmp(a->id.text, b->id.text) == 0 && strcmp(a->user, b->user) == 0 &&
	       strcmp(a->name, b->name) == 0 && strcmp(a->service, b->service) == 0 &&
	       strcmp(a->rhost, b->rhost) == 0 && strcmp(a->tty, b->tty) == 0 &&
	       strcmp(a->detail, b->detail) == 0 && strcmp(a->command, b->command) == 0 &&
	       strcmp(a->process, b->process) == 0 && a->answered == b->answered &&
	       a->answered_by == b->answered_by;
}

bool history_run_add(struct history_run *run, const struct entry_row *entry)
{
	if (run->count == 0)
		run->entry = *entry;
	else if (is_alike(&run->entry, entry))
		run->entry.unrecorded += entry->unrecorded;
	else
		return false;
	run->end = entry->at;
	run->count++;
	return true;
}
