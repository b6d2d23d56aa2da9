/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What other modules get of the host's conversation, and that it is given back. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <security/pam_modules.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/token_format.h"
#include "pam_pat/guard.h"

static char handle;
#define HANDLE ((pam_handle_t *)&handle)

/* The handle: its conversation, and the data of the guard. */
static struct {
	struct pam_conv conv;
	int get_item_r, set_item_r, set_data_r;
	void *data;
	void (*clean)(pam_handle_t *pamh, void *data, int status);
} pam;

static char token[PAT_TOKEN_LEN + 1];

int pam_get_item(const pam_handle_t *pamh, int item, const void **ret)
{
	(void)pamh;
	assert_int_equal(item, PAM_CONV);
	*ret = &pam.conv;
	return pam.get_item_r;
}

int pam_set_item(pam_handle_t *pamh, int item, const void *value)
{
	(void)pamh;
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

/* A host that gives no answer, and says that all is well. */
static int mute_host(
	int n, const struct pam_message **messages, struct pam_response **ret, void *answer)
{
	(void)n;
	(void)messages;
	(void)answer;
	*ret = NULL;
	return PAM_SUCCESS;
}

/* A host that gives each prompt but the first message the same answer: its data.  NULL: it fails.
 */
static int host(int n, const struct pam_message **messages, struct pam_response **ret, void *answer)
{
	struct pam_response *responses = calloc((size_t)n, sizeof(*responses));

	assert_non_null(responses);
	for (int i = 1; i < n && answer != NULL; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
			messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
			responses[i].resp = strdup(answer);
	if (answer == NULL) {
		free(responses);
		responses = NULL;
	}
	*ret = responses;
	return answer != NULL ? PAM_SUCCESS : PAM_CONV_ERR;
}

static int set_up(void **state)
{
	struct pat_id id;

	(void)state;
	assert_true(sodium_init() >= 0);
	pat_token_new(token, &id);
	pam.conv = (struct pam_conv) { .conv = host, .appdata_ptr = token };
	pam.get_item_r = pam.set_item_r = pam.set_data_r = PAM_SUCCESS;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	clean(PAM_SUCCESS);
	assert_ptr_equal(pam.conv.conv, host);
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
	pam.conv.appdata_ptr = blanks;
	assert_int_equal(guard_set(HANDLE), 0);
	assert_int_equal(ask_host(text, PAM_PROMPT_ECHO_OFF), PAM_CONV_ERR);
}

static void all_else_is_the_answer_of_the_host(void **state)
{
	char text[PAT_TOKEN_LEN + 4], password[] = "a password", almost[sizeof(token)];

	(void)state;
	(void)strcpy(almost, token);
	almost[20] = almost[20] == 'a' ? 'b' : 'a';
	pam.conv.appdata_ptr = password;
	assert_int_equal(guard_set(HANDLE), 0);
	assert_int_equal(ask_host(text, PAM_PROMPT_ECHO_OFF), PAM_SUCCESS);
	assert_string_equal(text, password);
	assert_int_equal(ask_host(text, PAM_ERROR_MSG), PAM_SUCCESS);
	guard_lift(HANDLE);
	pam.conv.appdata_ptr = almost;
	assert_int_equal(guard_set(HANDLE), 0);
	assert_int_equal(ask_host(text, PAM_PROMPT_ECHO_OFF), PAM_SUCCESS);
	assert_string_equal(text, almost);
	guard_lift(HANDLE);
	pam.conv.appdata_ptr = NULL;
	assert_int_equal(guard_set(HANDLE), 0);
	assert_int_equal(ask_host(text, PAM_PROMPT_ECHO_OFF), PAM_CONV_ERR);
}

static void no_answer_stays_none(void **state)
{
	const struct pam_message prompt = { .msg_style = PAM_PROMPT_ECHO_OFF, .msg = "Password: " };
	const struct pam_message *messages[] = { &prompt };
	struct pam_response *responses = NULL;

	(void)state;
	pam.conv.conv = mute_host;
	assert_int_equal(guard_set(HANDLE), 0);
	assert_int_equal(pam.conv.conv(1, messages, &responses, pam.conv.appdata_ptr), PAM_SUCCESS);
	assert_null(responses);
	guard_lift(HANDLE);
	pam.conv.conv = host;
	assert_int_equal(guard_set(HANDLE), 0);
	assert_int_equal(pam.conv.conv(1, messages, &responses, pam.conv.appdata_ptr), PAM_SUCCESS);
	assert_null(responses[0].resp);
	free(responses);
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

	(void)state;
	assert_int_equal(guard_set(HANDLE), 0);
	before = pam.conv;
	pam.conv = (struct pam_conv) { .conv = wrapper, .appdata_ptr = &before };
	assert_int_equal(guard_set(HANDLE), 0);
	assert_int_equal(ask_host(text, PAM_PROMPT_ECHO_OFF), PAM_CONV_ERR);
	guard_lift(HANDLE);
	assert_ptr_equal(pam.conv.conv, wrapper);
	assert_int_equal(ask_host(text, PAM_PROMPT_ECHO_OFF), PAM_CONV_ERR);
	clean(PAM_SUCCESS);
	assert_ptr_equal(pam.conv.conv, wrapper);
	pam.conv = (struct pam_conv) { .conv = host, .appdata_ptr = token };
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
		assert_ptr_equal(pam.conv.appdata_ptr, token);
	}
	/* The host takes another: that one is kept. */
	assert_int_equal(guard_set(HANDLE), 0);
	pam.conv = (struct pam_conv) { .conv = host, .appdata_ptr = NULL };
	clean(PAM_SUCCESS);
	assert_null(pam.conv.appdata_ptr);
	/* Nobody can be asked. */
	pam.conv.conv = NULL;
	assert_int_equal(guard_set(HANDLE), 0);
	assert_null(pam.conv.conv);
	pam.conv.conv = host;
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
		TEST(a_guard_that_cannot_step_aside_goes_on),
		TEST(a_guard_before_which_another_module_stands_goes_on),
		TEST(without_a_conversation_there_is_nothing_to_guard),
		TEST(the_conversation_is_given_back),
		TEST(secrecy__no_token_is_accepted_without_the_guard),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
