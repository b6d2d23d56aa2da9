/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether a PAM service asks for tokens, and whether the program that asks for it may, and gets
 * past the account phase.
 */
#include "patctl/verbs/service_host.h"

#include <errno.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/pam_hosts.h"
#include "patctl/base/pam_services.h"
#include "patctl/base/text.h"
#include "patctl/client/asker.h"
#include "patctl/client/verifiers.h"
#include "patctl/doctor/pam/pam_account.h"

/* A service, and the one whose stacks it has where it has none of its own. */
struct stacks {
	struct service own, fallback;
	bool unread, fallback_unread;
};

static void stacks_clear(struct stacks *stacks)
{
	service_clear(&stacks->own);
	service_clear(&stacks->fallback);
}
#define cleanup_stacks __attribute__((cleanup(stacks_clear)))

/* False if it cannot be read; where there is none, it is one without a line. */
static bool read_service(
	const struct sysroot *root, bool debian, const char *name, struct service *ret)
{
	const int r = service_read(root, debian, name, ret);

	return r == 0 || r == -ENOENT;
}

static void read_stacks(const struct sysroot *root, const char *service, struct stacks *ret)
{
	const bool debian = pam_is_debian(root);

	ret->unread = !read_service(root, debian, service, &ret->own);
	ret->fallback_unread = !read_service(root, debian, PAM_OTHER, &ret->fallback);
}

/* The file that pam_pat.so would be in, or be included from; the caller owns it. */
static char *file_of(const struct sysroot *root, const struct stacks *stacks, const char *service)
{
	const char *name = stacks->own.stacks[STACK_AUTH].n > 0 ? service : PAM_OTHER;
	cleanup_text char *file = text_format(PAM_DIR "/%s", name),
			  *vendor = text_format(PAM_VENDOR_DIR "/%s", name);
	const bool is_vendor = !sysroot_has(root, file) && sysroot_has(root, vendor);

	return text_safe(is_vendor ? vendor : file);
}

/* Why no login there asks for a token.  The caller owns it; NULL: one does, or it is not known. */
static char *stack_problem(const struct sysroot *root, const struct stacks *stacks,
	const char *service, bool *ret_unread)
{
	const bool own = stacks->own.broken || stacks->own.stacks[STACK_AUTH].n > 0;
	const struct service *in_force = own ? &stacks->own : &stacks->fallback;
	cleanup_text char *safe = text_safe(service), *what = NULL;

	*ret_unread = stacks->unread || (!own && stacks->fallback_unread);
	if (*ret_unread)
		return NULL;
	if (in_force->broken) {
		what = text_safe(in_force->broken);
		return text_format(_("libpam refuses the whole service %s: %s: see patctl doctor"),
			safe, what);
	}
	if (stack_find_pat(&in_force->stacks[STACK_AUTH]))
		return NULL;
	what = file_of(root, stacks, service);
	return text_format(
		_("service %s asks for no token: pam_pat.so is not in %s: see patctl doctor"), safe,
		what);
}

/* True as well if the service cannot be read. */
static bool account_is_good(
	const struct sysroot *root, const struct stacks *stacks, const struct asker *asker)
{
	const struct stack_line *decider;

	if (asker->skips_account || pam_user_reads_shadow(root, asker->user) || stacks->unread)
		return true;
	return account_permits(
		stack_in_force(&stacks->own, &stacks->fallback, STACK_ACCOUNT), &decider);
}

/* Why no token of user is accepted from who asks; NULL: nothing is known against it. */
static char *asker_problem(const struct sysroot *root, const struct records *settings,
	const struct stacks *stacks, const char *service, const char *user)
{
	cleanup_asker struct asker asker = { 0 };
	cleanup_text char *safe = text_safe(service), *what = NULL;

	/* Of the user's own tokens no section is needed, and unix_chkpwd(8) reads the own entry. */
	if (!asker_of(root, settings, service, &asker) || strcmp(user, asker.user) == 0)
		return NULL;
	what = text_safe(asker.what);
	if (!verifier_covers(settings, asker.user, service))
		return text_format(_("%s asks as user %s, which is not a verifier account for "
				     "service %s: see patctl doctor"),
			what, asker.user, safe);
	if (!account_is_good(root, stacks, &asker))
		return text_format(_("%s asks as user %s, and the account phase of service %s "
				     "refuses that: see patctl doctor"),
			what, asker.user, safe);
	return NULL;
}

char *service_host_problem(
	const struct records *settings, const char *service, const char *user, bool *ret_unread)
{
	cleanup_sysroot struct sysroot root = { .fd = -1 };
	cleanup_stacks struct stacks stacks = { 0 };
	char *problem;

	*ret_unread = true;
	if (strchr(service, '/') || sysroot_new(NULL, &root) < 0)
		return NULL;
	read_stacks(&root, service, &stacks);
	problem = stack_problem(&root, &stacks, service, ret_unread);
	return problem || !settings ? problem
				    : asker_problem(&root, settings, &stacks, service, user);
}

void service_host_warn(const struct command *command, struct client *client, const char *list,
	const struct token_row *token)
{
	cleanup_records struct records settings = { .table = &setting_row_table };
	cleanup_names char **services = NULL;
	DBusError error = DBUS_ERROR_INIT;
	bool known;

	if (!list || *list == '\0' || token->issuer[0] != '\0' ||
		command_given(command, &option_quiet) || client_host(client))
		return;
	known = client_policy(client, &settings, &error);
	dbus_error_free(&error);
	services = pam_services_named(list);
	for (char **service = services; *service; service++) {
		bool unread;
		cleanup_text char *problem = service_host_problem(
			known ? &settings : NULL, *service, token->user, &unread);

		if (problem)
			complain("%s", problem);
	}
}
