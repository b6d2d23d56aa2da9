/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keeping the id of the accepted token in the handle and in its environment. */
#include "pam_pat/grant.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "pam_pat/pam_log.h"

#define DATA "pam_pat_token"
#define VARIABLE "PAT_TOKEN_ID"

static void forget(pam_handle_t *pamh, void *id, int error_status)
{
	(void)pamh;
	(void)error_status;
	free(id);
}

int grant_set(pam_handle_t *pamh, const char *id)
{
	char *copy = strdup(id);

	if (copy == NULL)
		return -ENOMEM;
	if (pam_set_data(pamh, DATA, copy, forget) == PAM_SUCCESS)
		return 0;
	free(copy);
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

const char *grant_get(pam_handle_t *pamh)
{
	const void *id = NULL;

	if (pam_get_data(pamh, DATA, &id) == PAM_SUCCESS && id != NULL)
		return id;
	return pam_getenv(pamh, VARIABLE);
}
