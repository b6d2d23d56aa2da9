/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libpam makes of the answers of a stack's modules. */
#include "patctl/doctor/pam/pam_run.h"

#include "tests/unit/patctl/root_image.h"

static struct image image;

static int set_up(void **state)
{
	(void)state;
	image_make(&image);
	image_write(&image, "/etc/pam.d/in", "auth sufficient ok\nauth required bad\n");
	image_write(&image, "/etc/pam.d/die", "auth requisite bad\nauth required ok\n");
	image_write(&image, "/etc/pam.d/long",
		"auth [success=5 default=ignore] ok\nauth required ok\n");
	image_write(&image, "/etc/pam.d/reset", "auth required bad\nauth [success=reset] ok\n");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	image_remove(&image);
	return 0;
}

/* A module is called by what it answers; "later" is ignored, and in setcred agrees. */
static int answer(const struct stack_line *line, void *userdata)
{
	static const struct {
		const char *module;
		int authenticate, setcred;
	} modules[] = {
		{ "ok", PAM_SUCCESS, PAM_SUCCESS },
		{ "bad", PAM_AUTH_ERR, PAM_AUTH_ERR },
		{ "unknown", PAM_USER_UNKNOWN, PAM_SUCCESS },
		{ "ignore", PAM_IGNORE, PAM_IGNORE },
		{ "good-then-bad", PAM_SUCCESS, PAM_CRED_ERR },
		{ "bad-then-good", PAM_AUTH_ERR, PAM_SUCCESS },
		{ "mad", 99, PAM_SUCCESS },
	};
	const bool *setcred = userdata;

	for (size_t i = 0; i < COUNT(modules); i++)
		if (strcmp(modules[i].module, line->module) == 0)
			return *setcred ? modules[i].setcred : modules[i].authenticate;
	fail();
	return PAM_ABORT;
}

static const struct token {
	const char *lines;
	int result;
	unsigned int decider; /* the number of its line; 0: none */
} tokens[] = {
	{ "", PAM_PERM_DENIED, 0 },
	{ "auth required ok", PAM_SUCCESS, 1 },
	{ "auth required bad", PAM_AUTH_ERR, 1 },
	{ "auth required ignore", PAM_PERM_DENIED, 0 },
	{ "auth optional bad", PAM_PERM_DENIED, 0 },
	{ "auth required bad\nauth required unknown", PAM_AUTH_ERR, 1 },
	{ "auth required bad\nauth sufficient ok", PAM_AUTH_ERR, 1 },
	{ "auth sufficient ok\nauth required bad", PAM_SUCCESS, 1 },
	{ "auth sufficient bad\nauth required ok", PAM_SUCCESS, 2 },
	{ "auth requisite unknown\nauth required bad", PAM_USER_UNKNOWN, 1 },
	{ "auth required ok\nauth requisite bad\nauth required ok", PAM_AUTH_ERR, 2 },
	{ "auth required mad", PAM_PERM_DENIED, 1 },
	{ "auth [default=bad] ignore", PAM_PERM_DENIED, 1 },
	{ "auth [success=1 default=bad] ok\nauth required bad\nauth required ok", PAM_SUCCESS, 3 },
	{ "auth [success=1 default=bad] ok\nauth required bad", PAM_PERM_DENIED, 0 },
	{ "auth [success=2 default=bad] ok\nauth required bad", PAM_PERM_DENIED, 1 },
	/* A substack is one line to a jump, an include is not. */
	{ "auth [success=1 default=bad] ok\nauth substack die\nauth required ok", PAM_SUCCESS, 3 },
	{ "auth [success=1 default=bad] ok\nauth include in\nauth required ok", PAM_AUTH_ERR, 2 },
	/* It ends by itself, and there is no way out of it by a jump. */
	{ "auth substack in\nauth requisite bad", PAM_AUTH_ERR, 2 },
	{ "auth include in\nauth requisite bad", PAM_SUCCESS, 1 },
	{ "auth substack die\nauth sufficient ok", PAM_AUTH_ERR, 1 },
	{ "auth include die\nauth sufficient ok", PAM_AUTH_ERR, 1 },
	{ "auth substack long\nauth required ok", PAM_PERM_DENIED, 1 },
	{ "auth required ok\nauth substack reset", PAM_SUCCESS, 2 },
	{ "auth required ok\nauth include reset\nauth required ok", PAM_SUCCESS, 3 },
	/* A setcred goes the way of authenticate, and has a result of its own. */
	{ "auth sufficient good-then-bad\nauth required ok", PAM_CRED_ERR, 1 },
	{ "auth sufficient bad-then-good\nauth required ok", PAM_SUCCESS, 2 },
	{ "auth [success=1] good-then-bad\nauth required bad\nauth required ok", PAM_SUCCESS, 3 },
};

/* The result of setcred, where authenticate comes to one. */
static int run_row(const char *lines, bool debian, unsigned int *ret_decider)
{
	cleanup_service struct service service = { 0 };
	cleanup_run struct run first = { 0 }, second = { 0 };
	const struct stack *stack = &service.stacks[STACK_AUTH];
	const struct run *last = &first;
	bool setcred = false;

	image_write(&image, "/etc/pam.d/s", lines);
	assert_int_equal(service_read(&image.root, true, "s", &service), 0);
	run_authenticate(stack, answer, &setcred, &first);
	if (first.result == PAM_SUCCESS) {
		setcred = true;
		run_setcred(stack, &first, debian, answer, &setcred, &second);
		last = &second;
	}
	*ret_decider = last->decider == RUN_NOBODY ? 0 : stack->lines[last->decider].number;
	return last->result;
}

static void each_stack_comes_to_what_libpam_makes_of_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(tokens); i++) {
		unsigned int decider;
		int result = run_row(tokens[i].lines, true, &decider);

		assert_that(result == tokens[i].result, "\"%s\": %s", tokens[i].lines,
			pam_code_name(result));
	}
}

static void deciding_line_is_returned(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(tokens); i++) {
		unsigned int decider;

		if (strstr(tokens[i].lines, "include") || strstr(tokens[i].lines, "substack"))
			continue; /* numbers of other files */
		(void)run_row(tokens[i].lines, true, &decider);
		assert_that(
			decider == tokens[i].decider, "\"%s\": line %u", tokens[i].lines, decider);
	}
}

static void in_setcred_a_jump_counts_but_for_debian(void **state)
{
	static const char lines[] = "auth [success=1 default=ignore] good-then-bad\nauth required "
				    "bad\nauth required ok";
	unsigned int decider;

	(void)state;
	assert_int_equal(run_row(lines, true, &decider), PAM_SUCCESS);
	assert_int_equal(run_row(lines, false, &decider), PAM_CRED_ERR);
	assert_int_equal(decider, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			each_stack_comes_to_what_libpam_makes_of_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(deciding_line_is_returned, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			in_setcred_a_jump_counts_but_for_debian, set_up, tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
