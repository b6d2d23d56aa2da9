/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A folder with a patd.conf, and what is read of it: settings and problems. */
#pragma once

#include <errno.h>

#include "patd/policy/policy.h"
#include "patd/policy/policy_keys.h"
#include "tests/unit/patd/place.h"

/* Two public keys of Ed25519. */
#define KEY_1 "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#define KEY_2 "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw="

static struct place place;
static struct policy_set *set;
/* Lines of "FILE:LINE: what is wrong", FILE without the folder of the test. */
static char problems[1 << 14];
/* Lines of "KEY = VALUE (SOURCE)". */
static char shown[1 << 14];

/* Adds a line to list, without the test's folder. */
static inline void add(char *list, size_t size, const char *line)
{
	size_t len = strlen(list), dir = strlen(place.dir) + 1;

	assert_true(len + strlen(line) + 2 < size);
	for (; *line != '\0'; line++) {
		if (strncmp(line, place.dir, dir - 1) == 0 && line[dir - 1] == '/')
			line += dir;
		list[len++] = *line;
	}
	list[len++] = '\n';
	list[len] = '\0';
}

static inline void on_problem(const char *message, void *userdata)
{
	assert_ptr_equal(userdata, &place);
	add(problems, sizeof(problems), message);
}

static inline void write_text(const char *name, const char *text)
{
	place_write(&place, name, 0644, text, strlen(text));
}

static inline int read_policy(void)
{
	policy_free(set);
	set = NULL;
	problems[0] = '\0';
	return policy_read(place.dir, on_problem, &place, &set);
}

static inline const struct policy *read_good(const char *text)
{
	write_text("patd.conf", text);
	assert_that(read_policy() == 0, "%s: %s", text, problems);
	assert_string_equal(problems, "");
	return policy_of(set);
}

/* Each line of expected is the beginning of the problem in the same place. */
static inline void check_problems(const char *text, const char *expected)
{
	const char *told = problems;

	assert_that(read_policy() == -EINVAL, "%s", text);
	assert_null(set);
	while (*expected != '\0') {
		size_t len = strcspn(expected, "\n");

		assert_that(strncmp(told, expected, len) == 0, "%s: %s", text, problems);
		told = strchrnul(told, '\n');
		told += *told == '\n';
		expected += len + (expected[len] == '\n');
	}
	assert_that(*told == '\0', "%s: %s", text, told);
}

static inline void check_bad(const char *text, const char *expected)
{
	write_text("patd.conf", text);
	check_problems(text, expected);
}

static inline void on_line(const struct policy_line *line, void *userdata)
{
	char text[1024];

	assert_ptr_equal(userdata, &place);
	(void)snprintf(text, sizeof(text), "%s = %s (%s)", line->key, line->value, line->source);
	add(shown, sizeof(shown), text);
}

static inline const char *show(void)
{
	shown[0] = '\0';
	policy_each(set, on_line, &place);
	return shown;
}

static inline int set_up(void **state)
{
	(void)state;
	place_make(&place);
	return 0;
}

static inline int tear_down(void **state)
{
	(void)state;
	policy_free(set);
	set = NULL;
	place_remove(&place);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
