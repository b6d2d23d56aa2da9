/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Standing between the other modules and the conversation of the host. */
#include "pam_pat/guard.h"

#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>

#include "common/token_format.h"

#define DATA "pam_pat_guard"
#define USEC_PER_SEC 1000000U

/* Of the host, for pam_authenticate(); data: that of the conversation in place. */
typedef void delay_fn(int status, unsigned int usec, void *data);

struct guard {
	const void *mark; /* libpam passes to delay() what another module has put in place, too */
	pam_handle_t *pamh;
	struct pam_conv host; /* the conversation that it stands before */
	delay_fn *delay;      /* of the host; NULL: libpam waits itself */
	/*
	 * An earlier one of the handle, NULL if there is none.  Another module may have put its own
	 * conversation before that one, and calls it still: none is freed before the handle ends.
	 */
	struct guard *earlier;
};

static const char mark;

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

/* libpam keeps a function as a pointer to an object. */
union delay_item {
	const void *item;
	delay_fn *fn;
};

static delay_fn *delay_get(pam_handle_t *pamh)
{
	union delay_item delay = { .item = NULL };

	return pam_get_item(pamh, PAM_FAIL_DELAY, &delay.item) == PAM_SUCCESS ? delay.fn : NULL;
}

static void delay_set(pam_handle_t *pamh, delay_fn *fn)
{
	const union delay_item delay = { .fn = fn };

	(void)pam_set_item(pamh, PAM_FAIL_DELAY, delay.item); /* cannot fail */
}

/* As libpam does for a host without a delay function. */
static void wait_after(int status, unsigned int usec)
{
	struct timeval t = { .tv_sec = usec / USEC_PER_SEC, .tv_usec = usec % USEC_PER_SEC };

	if (status != PAM_SUCCESS && usec > 0)
		(void)select(0, NULL, NULL, NULL, &t);
}

/* The end of pam_authenticate(). */
static void delay(int status, unsigned int usec, void *data)
{
	const struct guard *guard = data;

	if (guard == NULL || guard->mark != &mark) {
		wait_after(status, usec);
		return;
	}
	if (status == PAM_SUCCESS && guard->host.appdata_ptr == NULL)
		delay_set(guard->pamh, guard->delay);
	else
		(void)guard_lift(guard->pamh);
	if (guard->delay != NULL)
		guard->delay(status, usec, guard->host.appdata_ptr);
	else
		wait_after(status, usec);
}

bool guard_lift(pam_handle_t *pamh)
{
	const struct pam_conv *conv = conversation(pamh);
	const struct guard *guard;

	if (conv == NULL || !is_in_place(conv))
		return false;
	guard = conv->appdata_ptr;
	/* If it fails, for want of memory, a token is no answer for pam_pat either. */
	if (pam_set_item(pamh, PAM_CONV, &guard->host) == PAM_SUCCESS && delay_get(pamh) == delay)
		delay_set(pamh, guard->delay);
	return true;
}

/*
 * Whether a guard may yet be called: the host's conversation could not be given back, or is another
 * than it was, which may be that of a module that calls the guard.
 */
static bool is_in_use(pam_handle_t *pamh, const struct guard *guard)
{
	const struct pam_conv *conv = conversation(pamh);

	while (guard->earlier != NULL)
		guard = guard->earlier;
	return conv != NULL &&
	       (conv->conv != guard->host.conv || conv->appdata_ptr != guard->host.appdata_ptr);
}

static void forget(pam_handle_t *pamh, void *data, int error_status)
{
	struct guard *guard = data, *earlier;

	if ((error_status & PAM_DATA_REPLACE) != 0)
		return;
	(void)guard_lift(pamh);
	if (is_in_use(pamh, guard))
		return;
	for (; guard != NULL; guard = earlier) {
		earlier = guard->earlier;
		free(guard);
	}
}

/* The one of the handle, NULL if there is none. */
static struct guard *guard_get(pam_handle_t *pamh)
{
	const void *data = NULL;
	struct guard *guard;

	if (pam_get_data(pamh, DATA, &data) != PAM_SUCCESS)
		return NULL;
	memcpy(&guard, &data, sizeof(data)); /* its owner is the handle */
	return guard;
}

/* Puts one before the conversation. */
static struct guard *guard_new(pam_handle_t *pamh, const struct pam_conv *host)
{
	struct guard *guard = malloc(sizeof(*guard)), *earlier = guard_get(pamh);
	struct pam_conv conv = { .conv = converse, .appdata_ptr = guard };

	if (guard == NULL)
		return NULL;
	*guard = (struct guard) {
		.mark = &mark,
		.pamh = pamh,
		.host = *host,
		.delay = earlier != NULL ? earlier->delay : NULL,
		.earlier = earlier,
	};
	/* The handle owns it before it is in use. */
	if (pam_set_data(pamh, DATA, guard, forget) != PAM_SUCCESS) {
		free(guard);
		return NULL;
	}
	return pam_set_item(pamh, PAM_CONV, &conv) == PAM_SUCCESS ? guard : NULL;
}

/* Until the end of this pam_authenticate(). */
static void take_delay(pam_handle_t *pamh, struct guard *guard)
{
	delay_fn *host = delay_get(pamh);

	if (host != delay)
		guard->delay = host;
	delay_set(pamh, delay);
}

int guard_set(pam_handle_t *pamh)
{
	const struct pam_conv *conv = conversation(pamh);
	struct guard *guard;

	if (conv == NULL || conv->conv == NULL)
		return 0;
	guard = is_in_place(conv) ? conv->appdata_ptr : guard_new(pamh, conv);
	if (guard == NULL)
		return -ENOMEM;
	take_delay(pamh, guard);
	return 0;
}
