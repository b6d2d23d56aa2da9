/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of a use that waits. */
#include "patctl/print/approval_lines.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/l10n.h"
#include "patctl/base/source_word.h"
#include "patctl/base/text.h"

enum label {
	LABEL_REQUEST,
	LABEL_TOKEN,
	LABEL_SERVICE,
	LABEL_COMMAND,
	LABEL_DIRECTORY,
	LABEL_PROCESS,
	LABEL_PARENT,
	LABEL_LEFT,
	LABELS
};

static const char *const labels[LABELS] = {
	[LABEL_REQUEST] = N_("Request:"),
	[LABEL_TOKEN] = N_("Token:"),
	[LABEL_SERVICE] = N_("Service:"),
	[LABEL_COMMAND] = N_("Command:"),
	[LABEL_DIRECTORY] = N_("Directory:"),
	[LABEL_PROCESS] = N_("Process:"),
	[LABEL_PARENT] = N_("Started by:"),
	[LABEL_LEFT] = N_("Time left:"),
};

static void print_line(enum label label, const char *text)
{
	cleanup_text char *padded = NULL, *safe = text_safe(text);
	size_t width = 0;

	for (unsigned int i = 0; i < LABELS; i++)
		width = text_wider(width, _(labels[i]));
	padded = text_pad(_(labels[label]), width);
	if (*safe != '\0')
		(void)printf("%s %s\n", padded, safe);
}

/* "sudo on /dev/pts/3", "sshd from 192.0.2.7" */
static char *service_text(const struct approval *approval)
{
	cleanup_text char *from = approval->rhost[0] == '\0' ? text_format("%s", "")
				  : source_kind(approval->rhost) == SOURCE_UNKNOWN
					  ? text_format("%s", _(" from an unknown source"))
					  : text_format(_(" from %s"), approval->rhost);
	cleanup_text char *tty = approval->tty[0] != '\0' ? text_format(_(" on %s"), approval->tty)
							  : text_format("%s", "");

	return text_format("%s%s%s", approval->service, from, tty);
}

void approval_print(const struct approval *approval, const struct output_context *context)
{
	const uint64_t left =
		approval->ends_at > context->now ? approval->ends_at - context->now : 0;
	const struct process *process = &approval->process;
	cleanup_text char *token = text_format(
		_("%s (%s) of %s"), approval->name, approval->token.text, approval->user);
	cleanup_text char *service = service_text(approval);
	cleanup_text char *starter = format_user(context, process->uid);
	cleanup_text char *about =
		text_format(_("pid %" PRIu32 ", started by user %s"), process->pid, starter);
	cleanup_text char *parent = process->parent_pid != 0
					    ? text_format(_("%s (pid %" PRIu32 ")"),
						      process->parent, process->parent_pid)
					    : text_format("%s", "");
	cleanup_text char *seconds = text_format(
		P_("%lu second", "%lu seconds", (unsigned long)left), (unsigned long)left);

	print_line(LABEL_REQUEST, approval->id);
	print_line(LABEL_COMMAND, process->command);
	print_line(LABEL_DIRECTORY, process->directory);
	print_line(LABEL_PROCESS, about);
	print_line(LABEL_PARENT, parent);
	print_line(LABEL_SERVICE, service);
	print_line(LABEL_TOKEN, token);
	print_line(LABEL_LEFT, seconds);
}
