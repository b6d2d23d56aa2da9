/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeping the accepted token's id and user in the handle, and the id in its environment. */
#include "pam_pat/grant.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "pam_pat/pam_log.h"

#define DATA "pam_pat_token"
#define VARIABLE "PAT_TOKEN_ID"

struct grant {
	char id[sizeof(((struct pat_request *)0)->id)];
	char user[sizeof(((struct pat_request *)0)->user)];
	uint32_t uid;
};

static void forget(pam_handle_t *pamh, void *grant, int error_status)
{
	(void)pamh;
	(void)error_status;
	free(grant);
}

int grant_set(pam_handle_t *pamh, const struct pat_request *request)
{
	struct grant *grant = malloc(sizeof(*grant));

	if (grant == NULL)
		return -ENOMEM;
	pat_field_cut(grant->id, sizeof(grant->id), request->id);
	pat_field_cut(grant->user, sizeof(grant->user), request->user);
	grant->uid = request->uid;
	if (pam_set_data(pamh, DATA, grant, forget) == PAM_SUCCESS)
		return 0;
	free(grant);
	return -ENOMEM;
}

void grant_announce(pam_handle_t *pamh, const char *id)
{
	char variable[sizeof(VARIABLE "=") + sizeof(((struct pat_request *)0)->id)];

	(void)snprintf(variable, sizeof(variable), VARIABLE "=%s", id);
	if (pam_putenv(pamh, variable) != PAM_SUCCESS)
		log_message(pamh, LOG_WARNING, "%s cannot be set", variable);
}

int grant_conceal(pam_handle_t *pamh)
{
	if (pam_getenv(pamh, VARIABLE) == NULL) /* pam_putenv() would complain in the log */
		return 0;
	return pam_putenv(pamh, VARIABLE) == PAM_SUCCESS ? 0 : -ENOMEM;
}

static const struct grant *kept(pam_handle_t *pamh)
{
	const void *grant = NULL;

	return pam_get_data(pamh, DATA, &grant) == PAM_SUCCESS ? grant : NULL;
}

const char *grant_get(pam_handle_t *pamh)
{
	const struct grant *grant = kept(pamh);

	return grant != NULL ? grant->id : pam_getenv(pamh, VARIABLE);
}

bool grant_user(pam_handle_t *pamh, struct pat_request *request)
{
	const struct grant *grant = kept(pamh);

	if (grant == NULL)
		return false;
	request->uid = grant->uid;
	pat_field_cut(request->user, sizeof(request->user), grant->user);
	return true;
}
