/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Standing between the other modules and the conversation of the host. */
#include "pam_pat/guard.h"

#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/token_format.h"

#define DATA "pam_pat_guard"

struct guard {
	struct pam_conv host; /* the conversation that it stands before */
	/*
	 * An earlier one of the handle, NULL if there is none.  Another module may have put its own
	 * conversation before that one, and calls it still: none is freed before the handle ends.
	 */
	struct guard *earlier;
};

static bool is_prompt(const struct pam_message *message)
{
	return message->msg_style == PAM_PROMPT_ECHO_OFF ||
	       message->msg_style == PAM_PROMPT_ECHO_ON;
}

static bool has_token(
	int n, const struct pam_message **messages, const struct pam_response *responses)
{
	struct pat_found found;

	for (int i = 0; i < n; i++)
		if (is_prompt(messages[i]) && responses[i].resp != NULL &&
			pat_token_find(responses[i].resp, &found))
			return true;
	return false;
}

static void responses_wipe(
	int n, const struct pam_message **messages, struct pam_response *responses)
{
	for (int i = 0; i < n; i++) {
		if (is_prompt(messages[i]) && responses[i].resp != NULL)
			sodium_memzero(responses[i].resp, strlen(responses[i].resp));
		free(responses[i].resp);
	}
	free(responses);
}

static int converse(
	int n, const struct pam_message **messages, struct pam_response **ret_responses, void *data)
{
	const struct guard *guard = data;
	struct pam_response *responses = NULL;
	int r = guard->host.conv(n, messages, &responses, guard->host.appdata_ptr);

	if (r == PAM_SUCCESS && responses != NULL && has_token(n, messages, responses)) {
		responses_wipe(n, messages, responses);
		responses = NULL;
		r = PAM_CONV_ERR;
	}
	*ret_responses = responses;
	return r;
}

static const struct pam_conv *conversation(pam_handle_t *pamh)
{
	const void *conv = NULL;

	return pam_get_item(pamh, PAM_CONV, &conv) == PAM_SUCCESS ? conv : NULL;
}

static bool is_in_place(const struct pam_conv *conv)
{
	return conv != NULL && conv->conv == converse;
}

bool guard_lift(pam_handle_t *pamh)
{
	const struct pam_conv *conv = conversation(pamh);
	const struct guard *guard;

	if (conv == NULL || !is_in_place(conv))
		return false;
	guard = conv->appdata_ptr;
	/* If it fails, for want of memory, a token is no answer for pam_pat either. */
	(void)pam_set_item(pamh, PAM_CONV, &guard->host);
	return true;
}

static void forget(pam_handle_t *pamh, void *data, int error_status)
{
	struct guard *guard = data, *earlier;

	/* If the host's conversation cannot be given back, the guard may yet be called. */
	if ((error_status & PAM_DATA_REPLACE) != 0 ||
		(guard_lift(pamh) && is_in_place(conversation(pamh))))
		return;
	for (; guard != NULL; guard = earlier) {
		earlier = guard->earlier;
		free(guard);
	}
}

int guard_set(pam_handle_t *pamh)
{
	const struct pam_conv *conv = conversation(pamh);
	const void *earlier = NULL;
	struct guard *guard;
	struct pam_conv ours;

	if (conv == NULL || conv->conv == NULL || conv->conv == converse)
		return 0;
	guard = malloc(sizeof(*guard));
	if (guard == NULL)
		return -ENOMEM;
	if (pam_get_data(pamh, DATA, &earlier) != PAM_SUCCESS)
		earlier = NULL;
	*guard = (struct guard) { .host = *conv };
	memcpy(&guard->earlier, &earlier, sizeof(earlier)); /* its owner is the handle */
	ours = (struct pam_conv) { .conv = converse, .appdata_ptr = guard };
	/* The handle owns it before it is in use. */
	if (pam_set_data(pamh, DATA, guard, forget) != PAM_SUCCESS) {
		free(guard);
		return -ENOMEM;
	}
	return pam_set_item(pamh, PAM_CONV, &ours) == PAM_SUCCESS ? 0 : -ENOMEM;
}
