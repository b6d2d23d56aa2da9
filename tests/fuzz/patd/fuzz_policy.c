/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patd.conf: either it is refused with a reason, or what is in force says the same once more. */
#include "patd/policy/policy.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/patd/place.h"

#define LINES_MAX (1 << 16)

static struct place place;
static unsigned int problems;
static char shown[LINES_MAX], once[LINES_MAX], file[LINES_MAX];

static void take_away(void)
{
	place_remove(&place);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	place_make(&place);
	return atexit(take_away);
}

static void on_problem(const char *message, void *userdata)
{
	(void)userdata;
	assert_true(*message != '\0');
	problems++;
}

static void add(char *text, const char *part)
{
	assert_true(strlen(text) + strlen(part) < LINES_MAX);
	(void)strcat(text, part);
}

static void add_setting(char *text, const char *key, const char *value)
{
	add(text, key);
	add(text, " = ");
	add(text, value);
	add(text, "\n");
}

/* "SECTION.key" as the section and the key of a file; that of a verifier or an issuer has a blank
 * in it. */
static void on_line(const struct policy_line *line, void *userdata)
{
	char section[512];
	const char *key = strrchr(line->key, '.');
	const size_t len = (size_t)(key - line->key);
	char *dot;

	(void)userdata;
	assert_true(key && len < sizeof(section));
	memcpy(section, line->key, len);
	section[len] = '\0';
	dot = strncmp(section, "verifier.", 9) == 0 || strncmp(section, "issuer.", 7) == 0
		      ? strchr(section, '.')
		      : NULL;
	if (dot)
		*dot = ' ';
	add_setting(shown, line->key, line->value);
	add(file, "[");
	add(file, section);
	add(file, "]\n");
	add_setting(file, key + 1, line->value);
}

static bool read_policy(const void *text, size_t size)
{
	struct policy_set *set = NULL;
	int r;

	place_write(&place, "patd.conf", 0600, text, size);
	problems = 0;
	shown[0] = file[0] = '\0';
	r = policy_read(place.dir, on_problem, NULL, &set);
	assert_true(r == 0 ? problems == 0 : problems > 0);
	if (r == 0)
		policy_each(set, on_line, NULL);
	policy_free(set);
	return r == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[LINES_MAX];

	if (!read_policy(data, size))
		return 0;
	(void)strcpy(once, shown);
	(void)strcpy(text, file);
	assert_true(read_policy(text, strlen(text)));
	assert_string_equal(shown, once);
	return 0;
}
