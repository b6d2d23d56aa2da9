/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What other modules get of the host's conversation, and that it is given back. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <security/pam_modules.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>

#include "common/token_format.h"
#include "pam_pat/guard.h"

static char handle;
#define HANDLE ((pam_handle_t *)&handle)

typedef void delay_fn(int status, unsigned int usec, void *data);

/* The handle: its conversation and delay function, and the data of the guard. */
static struct {
	struct pam_conv conv;
	union {
		const void *item;
		delay_fn *fn;
	} delay;
	int get_item_r, set_item_r, set_data_r;
	void *data;
	void (*clean)(pam_handle_t *pamh, void *data, int status);
} pam;

static char token[PAT_TOKEN_LEN + 1];

int pam_get_item(const pam_handle_t *pamh, int item, const void **ret)
{
	(void)pamh;
	if (item == PAM_FAIL_DELAY) {
		*ret = pam.delay.item;
		return PAM_SUCCESS;
	}
	assert_int_equal(item, PAM_CONV);
	*ret = &pam.conv;
	return pam.get_item_r;
}

int pam_set_item(pam_handle_t *pamh, int item, const void *value)
{
	(void)pamh;
	if (item == PAM_FAIL_DELAY) {
		pam.delay.item = value;
		return PAM_SUCCESS;
	}
	assert_int_equal(item, PAM_CONV);
	if (pam.set_item_r == PAM_SUCCESS)
		pam.conv = *(const struct pam_conv *)value;
	return pam.set_item_r;
}

static void clean(int status)
{
	if (pam.clean != NULL)
		pam.clean(HANDLE, pam.data, status);
	pam.clean = NULL;
}

int pam_set_data(pam_handle_t *pamh, const char *name, void *data,
	void (*how)(pam_handle_t *pamh, void *data, int status))
{
	(void)pamh;
	assert_string_equal(name, "pam_pat_guard");
	if (pam.set_data_r != PAM_SUCCESS)
		return pam.set_data_r;
	clean(PAM_DATA_REPLACE);
	pam.data = data;
	pam.clean = how;
	return PAM_SUCCESS;
}

int pam_get_data(const pam_handle_t *pamh, const char *name, const void **ret)
{
	(void)pamh;
	assert_string_equal(name, "pam_pat_guard");
	if (pam.clean == NULL)
		return PAM_NO_MODULE_DATA;
	*ret = pam.data;
	return PAM_SUCCESS;
}

/* What the host answers to each prompt.  NULL: it fails. */
static const char *answer;
static bool mute;       /* it gives no answer, and says that all is well */
static void *host_data; /* of its conversation */

static struct pam_response *answers_new(int n, const struct pam_message **messages)
{
	struct pam_response *responses = calloc((size_t)n, sizeof(*responses));

	assert_non_null(responses);
	for (int i = 1; i < n; i++) /* not to the first message */
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
			messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
			responses[i].resp = strdup(answer);
	return responses;
}

static int host(int n, const struct pam_message **messages, struct pam_response **ret, void *data)
{
	assert_ptr_equal(data, host_data);
	*ret = mute || answer == NULL ? NULL : answers_new(n, messages);
	return mute || answer != NULL ? PAM_SUCCESS : PAM_CONV_ERR;
}

/* What the host's delay function was called with. */
static struct {
	unsigned int calls, usec;
	int status;
	void *data;
} delayed;

static void host_delay(int status, unsigned int usec, void *data)
{
	delayed.calls++;
	delayed.status = status;
	delayed.usec = usec;
	delayed.data = data;
}

static struct timeval slept;

int select(int n, fd_set *reading, fd_set *writing, fd_set *other, struct timeval *timeout)
{
	assert_int_equal(n, 0);
	assert_null(reading);
	assert_null(writing);
	assert_null(other);
	slept = *timeout;
	return 0;
}

/* The end of pam_authenticate(), where libpam calls the delay function of a host that has one. */
static void end(int status, unsigned int usec)
{
	if (pam.delay.fn != NULL)
		pam.delay.fn(status, usec, pam.conv.appdata_ptr);
}

static int set_up(void **state)
{
	struct pat_id id;

	(void)state;
	assert_true(sodium_init() >= 0);
	pat_token_new(token, &id);
	answer = token;
	mute = false;
	host_data = &answer;
	pam.conv = (struct pam_conv) { .conv = host, .appdata_ptr = host_data };
	pam.get_item_r = pam.set_item_r = pam.set_data_r = PAM_SUCCESS;
	pam.delay.fn = host_delay;
	memset(&delayed, 0, sizeof(delayed));
	slept = (struct timeval) { 0 };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	clean(PAM_SUCCESS);
	assert_ptr_equal(pam.conv.conv, host);
	assert_true(pam.delay.fn == host_delay || pam.delay.fn == NULL);
	return 0;
}

/*
 * What a module gets that shows a text or asks what is not answered, and then asks.  text: at least
 * PAT_TOKEN_LEN + 4 bytes.
 */
static int ask_after(char *text, int first, int style)
{
	const struct pam_message info = { .msg_style = first, .msg = "hello" },
				 prompt = { .msg_style = style, .msg = "Password: " };
	const struct pam_message *messages[] = { &info, &prompt };
	struct pam_response *responses = NULL;
	int r = pam.conv.conv(2, messages, &responses, pam.conv.appdata_ptr);

	if (r != PAM_SUCCESS) {
		assert_null(responses);
		return r;
	}
	assert_null(responses[0].resp);
	(void)strcpy(text, responses[1].resp != NULL ? responses[1].resp : "");
	free(responses[1].resp);
	free(responses);
	return r;
}

static int ask_host(char *text, int style)
{
	return ask_after(text, PAM_TEXT_INFO, style);
}

static void secrecy__a_module_that_asks_gets_no_token(void **state)
{
	static const int styles[] = { PAM_PROMPT_ECHO_OFF, PAM_PROMPT_ECHO_ON };
	char text[PAT_TOKEN_LEN + 4], blanks[PAT_TOKEN_LEN + 4];

	(void)state;
	for (size_t i = 0; i < COUNT(styles); i++) {
		assert_int_equal(ask_host(text, styles[i]), PAM_SUCCESS);
		assert_string_equal(text, token);
		assert_int_equal(guard_set(HANDLE), 0);
		assert_int_equal(ask_host(text, styles[i]), PAM_CONV_ERR);
		guard_lift(HANDLE);
	}
	assert_int_equal(guard_set(HANDLE), 0);
	(void)snprintf(blanks, sizeof(blanks), " %s\r", token);
	assert_int_equal(ask_after(text, PAM_PROMPT_ECHO_ON, PAM_PROMPT_ECHO_OFF), PAM_CONV_ERR);
	guard_lift(HANDLE);
	answer = blanks;
	assert_int_equal(guard_set(HANDLE), 0);
	assert_int_equal(ask_host(text, PAM_PROMPT_ECHO_OFF), PAM_CONV_ERR);
}

static void all_else_is_the_answer_of_the_host(void **state)
{
	char text[PAT_TOKEN_LEN + 4], password[] = "a password", almost[sizeof(token)];

	(void)state;
	(void)strcpy(almost, token);
	almost[20] = almost[20] == 'a' ? 'b' : 'a';
	answer = password;
	assert_int_equal(guard_set(HANDLE), 0);
	assert_int_equal(ask_host(text, PAM_PROMPT_ECHO_OFF), PAM_SUCCESS);
	assert_string_equal(text, password);
	assert_int_equal(ask_host(text, PAM_ERROR_MSG), PAM_SUCCESS);
	guard_lift(HANDLE);
	answer = almost;
	assert_int_equal(guard_set(HANDLE), 0);
	assert_int_equal(ask_host(text, PAM_PROMPT_ECHO_OFF), PAM_SUCCESS);
	assert_string_equal(text, almost);
	guard_lift(HANDLE);
	answer = NULL;
	assert_int_equal(guard_set(HANDLE), 0);
	assert_int_equal(ask_host(text, PAM_PROMPT_ECHO_OFF), PAM_CONV_ERR);
}

static void no_answer_stays_none(void **state)
{
	const struct pam_message prompt = { .msg_style = PAM_PROMPT_ECHO_OFF, .msg = "Password: " };
	const struct pam_message *messages[] = { &prompt };
	struct pam_response *responses = NULL;

	(void)state;
	mute = true;
	assert_int_equal(guard_set(HANDLE), 0);
	assert_int_equal(pam.conv.conv(1, messages, &responses, pam.conv.appdata_ptr), PAM_SUCCESS);
	assert_null(responses);
	mute = false;
	assert_int_equal(pam.conv.conv(1, messages, &responses, pam.conv.appdata_ptr), PAM_SUCCESS);
	assert_null(responses[0].resp);
	free(responses);
}

/*
 * The next question may be that of a module before pam_pat: sudo asks three times in one handle.
 * And Perl's Authen::PAM takes the data of the conversation for its own.
 */
static void at_the_end_the_host_has_its_conversation_back(void **state)
{
	static const int statuses[] = { PAM_SUCCESS, PAM_AUTH_ERR, PAM_SUCCESS };
	char text[PAT_TOKEN_LEN + 4];

	(void)state;
	for (size_t i = 0; i < COUNT(statuses); i++) {
		assert_int_equal(ask_host(text, PAM_PROMPT_ECHO_OFF), PAM_SUCCESS);
		assert_int_equal(guard_set(HANDLE), 0);
		assert_int_equal(ask_host(text, PAM_PROMPT_ECHO_OFF), PAM_CONV_ERR);
		end(statuses[i], 2000000);
		assert_ptr_equal(pam.conv.conv, host);
		assert_ptr_equal(pam.conv.appdata_ptr, &answer);
		assert_ptr_equal(pam.delay.fn, host_delay);
	}
}

/* FTP servers have one answer for modules of the session, too. */
static void secrecy__of_a_host_without_data_no_module_of_the_session_gets_a_token(void **state)
{
	char text[PAT_TOKEN_LEN + 4];

	(void)state;
	host_data = NULL;
	pam.conv.appdata_ptr = NULL;
	assert_int_equal(guard_set(HANDLE), 0);
	end(PAM_AUTH_ERR, 0);
	assert_int_equal(ask_host(text, PAM_PROMPT_ECHO_OFF), PAM_SUCCESS);
	assert_int_equal(guard_set(HANDLE), 0);
	end(PAM_SUCCESS, 0);
	assert_ptr_equal(pam.delay.fn, host_delay);
	assert_null(delayed.data);
	assert_int_equal(ask_host(text, PAM_PROMPT_ECHO_OFF), PAM_CONV_ERR);
	/* Also after a failure in which pam_pat had no part. */
	end(PAM_AUTH_ERR, 0);
	assert_int_equal(ask_host(text, PAM_PROMPT_ECHO_OFF), PAM_CONV_ERR);
}

static void hosts_delay_function_is_called_as_without_a_guard(void **state)
{
	static const int statuses[] = { PAM_SUCCESS, PAM_AUTH_ERR };

	(void)state;
	for (unsigned int i = 0; i < COUNT(statuses); i++) {
		assert_int_equal(guard_set(HANDLE), 0);
		assert_int_equal(guard_set(HANDLE), 0);
		assert_ptr_not_equal(pam.delay.fn, host_delay);
		end(statuses[i], 1234567 + i);
		assert_int_equal(delayed.calls, i + 1);
		assert_int_equal(delayed.status, statuses[i]);
		assert_int_equal(delayed.usec, 1234567 + i);
		assert_ptr_equal(delayed.data, &answer);
		assert_ptr_equal(pam.delay.fn, host_delay);
	}
	assert_int_equal(slept.tv_sec + slept.tv_usec, 0);
}

static void refusal_waits_where_the_host_has_no_delay_function(void **state)
{
	(void)state;
	pam.delay.fn = NULL;
	assert_int_equal(guard_set(HANDLE), 0);
	end(PAM_SUCCESS, 2345678);
	assert_int_equal(slept.tv_sec + slept.tv_usec, 0);
	assert_int_equal(guard_set(HANDLE), 0);
	end(PAM_AUTH_ERR, 0);
	assert_int_equal(slept.tv_sec + slept.tv_usec, 0);
	assert_int_equal(guard_set(HANDLE), 0);
	end(PAM_AUTH_ERR, 2345678);
	assert_int_equal(slept.tv_sec, 2);
	assert_int_equal(slept.tv_usec, 345678);
	assert_null(pam.delay.fn);
}

static void a_guard_that_cannot_step_aside_goes_on(void **state)
{
	char text[PAT_TOKEN_LEN + 4];
	void *guard;

	(void)state;
	assert_int_equal(guard_set(HANDLE), 0);
	guard = pam.conv.appdata_ptr;
	pam.set_item_r = PAM_BUF_ERR;
	guard_lift(HANDLE);
	assert_int_equal(ask_host(text, PAM_PROMPT_ECHO_OFF), PAM_CONV_ERR);
	end(PAM_AUTH_ERR, 0);
	assert_int_equal(ask_host(text, PAM_PROMPT_ECHO_OFF), PAM_CONV_ERR);
	end(PAM_AUTH_ERR, 0);
	assert_int_equal(delayed.calls, 2);
	assert_ptr_equal(delayed.data, &answer);
	clean(PAM_SUCCESS);
	assert_int_equal(ask_host(text, PAM_PROMPT_ECHO_OFF), PAM_CONV_ERR);
	pam.set_item_r = PAM_SUCCESS;
	guard_lift(HANDLE);
	assert_ptr_equal(pam.conv.conv, host);
	free(guard);
}

/* The conversation of another module, which calls the one that was there before: its data. */
static int wrapper(
	int n, const struct pam_message **messages, struct pam_response **ret, void *before)
{
	const struct pam_conv *conv = before;

	return conv->conv(n, messages, ret, conv->appdata_ptr);
}

static void a_guard_before_which_another_module_stands_goes_on(void **state)
{
	char text[PAT_TOKEN_LEN + 4];
	struct pam_conv before;
	void *first, *second;

	(void)state;
	assert_int_equal(guard_set(HANDLE), 0);
	before = pam.conv;
	first = pam.conv.appdata_ptr;
	pam.conv = (struct pam_conv) { .conv = wrapper, .appdata_ptr = &before };
	assert_int_equal(guard_set(HANDLE), 0);
	second = pam.conv.appdata_ptr;
	assert_int_equal(ask_host(text, PAM_PROMPT_ECHO_OFF), PAM_CONV_ERR);
	guard_lift(HANDLE);
	assert_ptr_equal(pam.conv.conv, wrapper);
	assert_ptr_equal(pam.delay.fn, host_delay);
	assert_int_equal(ask_host(text, PAM_PROMPT_ECHO_OFF), PAM_CONV_ERR);
	/* A module whose data is freed after that of pam_pat may still say something. */
	clean(PAM_SUCCESS);
	assert_ptr_equal(pam.conv.conv, wrapper);
	assert_int_equal(ask_host(text, PAM_PROMPT_ECHO_OFF), PAM_CONV_ERR);
	free(first);
	free(second);
	pam.conv = (struct pam_conv) { .conv = host, .appdata_ptr = &answer };
}

/* libpam calls the delay function with the data of that module, whatever that is. */
static void data_of_another_module_is_not_taken_for_a_guard(void **state)
{
	unsigned char data[256];
	struct pam_conv guarded;

	(void)state;
	memset(data, 0xff, sizeof(data));
	assert_int_equal(guard_set(HANDLE), 0);
	guarded = pam.conv;
	pam.conv = (struct pam_conv) { .conv = wrapper, .appdata_ptr = data };
	end(PAM_AUTH_ERR, 2000000);
	assert_int_equal(slept.tv_sec, 2);
	pam.conv.appdata_ptr = NULL;
	end(PAM_AUTH_ERR, 3000000);
	assert_int_equal(slept.tv_sec, 3);
	pam.conv = guarded;
}

static void without_a_conversation_there_is_nothing_to_guard(void **state)
{
	(void)state;
	pam.get_item_r = PAM_BAD_ITEM;
	assert_int_equal(guard_set(HANDLE), 0);
	guard_lift(HANDLE);
	assert_ptr_equal(pam.conv.conv, host);
	pam.get_item_r = PAM_SUCCESS;
	assert_int_equal(guard_set(HANDLE), 0);
	guard_lift(HANDLE);
	pam.get_item_r = PAM_BAD_ITEM;
	clean(PAM_SUCCESS);
}

static void the_conversation_is_given_back(void **state)
{
	(void)state;
	guard_lift(HANDLE);
	assert_ptr_equal(pam.conv.conv, host);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(guard_set(HANDLE), 0);
		assert_int_equal(guard_set(HANDLE), 0); /* not twice */
		assert_ptr_not_equal(pam.conv.conv, host);
		guard_lift(HANDLE);
		assert_ptr_equal(pam.conv.conv, host);
		assert_ptr_equal(pam.conv.appdata_ptr, &answer);
	}
	/* Nobody can be asked. */
	pam.conv.conv = NULL;
	assert_int_equal(guard_set(HANDLE), 0);
	assert_null(pam.conv.conv);
	pam.conv.conv = host;
}

/* As sshd does for the session. */
static void a_conversation_that_the_host_sets_later_is_kept(void **state)
{
	void *guard;

	(void)state;
	assert_int_equal(guard_set(HANDLE), 0);
	guard = pam.conv.appdata_ptr;
	end(PAM_SUCCESS, 0);
	pam.conv = (struct pam_conv) { .conv = host, .appdata_ptr = NULL };
	clean(PAM_SUCCESS);
	assert_null(pam.conv.appdata_ptr);
	free(guard);
}

static void secrecy__no_token_is_accepted_without_the_guard(void **state)
{
	(void)state;
	pam.set_data_r = PAM_BUF_ERR;
	assert_int_equal(guard_set(HANDLE), -ENOMEM);
	assert_ptr_equal(pam.conv.conv, host);
	pam.set_data_r = PAM_SUCCESS;
	pam.set_item_r = PAM_BUF_ERR;
	assert_int_equal(guard_set(HANDLE), -ENOMEM);
	assert_ptr_equal(pam.conv.conv, host);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(secrecy__a_module_that_asks_gets_no_token),
		TEST(all_else_is_the_answer_of_the_host),
		TEST(no_answer_stays_none),
		TEST(at_the_end_the_host_has_its_conversation_back),
		TEST(secrecy__of_a_host_without_data_no_module_of_the_session_gets_a_token),
		TEST(hosts_delay_function_is_called_as_without_a_guard),
		TEST(refusal_waits_where_the_host_has_no_delay_function),
		TEST(a_guard_that_cannot_step_aside_goes_on),
		TEST(a_guard_before_which_another_module_stands_goes_on),
		TEST(data_of_another_module_is_not_taken_for_a_guard),
		TEST(without_a_conversation_there_is_nothing_to_guard),
		TEST(the_conversation_is_given_back),
		TEST(a_conversation_that_the_host_sets_later_is_kept),
		TEST(secrecy__no_token_is_accepted_without_the_guard),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
