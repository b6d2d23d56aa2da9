/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the program that asks for a PAM service may, and gets past the account phase. */
#include "patctl/verbs/service_host.h"

#include <string.h>

#include "common/l10n.h"
#include "patctl/base/pam_hosts.h"
#include "patctl/base/text.h"
#include "patctl/client/asker.h"
#include "patctl/client/verifiers.h"
#include "patctl/doctor/pam/pam_account.h"

/* True as well if the service cannot be read. */
static bool account_is_good(
	const struct sysroot *root, const char *service, const struct asker *asker)
{
	const bool debian = pam_is_debian(root);
	cleanup_service struct service own = { 0 }, fallback = { 0 };
	const struct stack_line *decider;
	const struct stack *stack;

	if (asker->skips_account || pam_user_reads_shadow(root, asker->user) ||
		service_read(root, debian, service, &own) < 0 || own.broken)
		return true;
	stack = &own.stacks[STACK_ACCOUNT];
	if (stack->n == 0 && service_read(root, debian, PAM_OTHER, &fallback) == 0)
		stack = &fallback.stacks[STACK_ACCOUNT];
	return account_permits(stack, &decider);
}

char *service_host_problem(const struct records *settings, const char *service, const char *user)
{
	cleanup_sysroot struct sysroot root = { .fd = -1 };
	cleanup_asker struct asker asker = { 0 };

	cleanup_text char *safe = text_safe(service), *what = NULL;

	if (strchr(service, '/') || sysroot_new(NULL, &root) < 0 ||
		!asker_of(&root, settings, service, &asker))
		return NULL;
	/* Of the user's own tokens no section is needed, and unix_chkpwd(8) reads the own entry. */
	if (strcmp(user, asker.user) == 0)
		return NULL;
	what = text_safe(asker.what);
	if (!verifier_covers(settings, asker.user, service))
		return text_format(_("%s asks as user %s, which is not a verifier account for "
				     "service %s: see patctl doctor"),
			what, asker.user, safe);
	if (!account_is_good(&root, service, &asker))
		return text_format(_("%s asks as user %s, and the account phase of service %s "
				     "refuses that: see patctl doctor"),
			what, asker.user, safe);
	return NULL;
}
