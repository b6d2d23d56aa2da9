/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stacks of a service, out of its files. */
#include "patctl/doctor/pam/pam_stack.h"

#include <errno.h>
#include <unistd.h>

#include "tests/unit/patctl/image_test.h"

/* "common-auth:1 pam_unix.so|" for each line: "+" a substack begins, "?" it cannot succeed. */
static const char *text_of(const struct stack *stack)
{
	static char text[512];
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < stack->n; i++) {
		const struct stack_line *line = &stack->lines[i];

		len += (size_t)snprintf(text + len, sizeof(text) - len, "%.*s%s:%u %s|",
			(int)line->level, ">>>>>>>>>>>>>>>>", strrchr(line->file, '/') + 1,
			line->number, line->substack ? "+" : (line->module ? line->module : "?"));
	}
	return text;
}

static void expect_auth(const char *name, bool debian, const char *text)
{
	cleanup_service struct service service = { 0 };

	assert_int_equal(service_read(&image.root, debian, name, &service), 0);
	assert_null(service.broken);
	assert_string_equal(text_of(&service.stacks[STACK_AUTH]), text);
}

static void expect_broken(const char *name, bool debian, const char *where)
{
	cleanup_service struct service service = { 0 };

	assert_int_equal(service_read(&image.root, debian, name, &service), 0);
	assert_non_null(service.broken);
	assert_memory_equal(service.broken, where, strlen(where));
}

static void lines_go_to_the_stack_of_their_type(void **state)
{
	cleanup_service struct service service = { 0 };

	(void)state;
	image_write(&image, "/etc/pam.d/s",
		"auth required a.so x  y\nAccount required b.so\n-session optional c.so\n"
		"password required d.so\nauth optional /lib/e.so\n");
	assert_int_equal(service_read(&image.root, true, "s", &service), 0);
	assert_string_equal(text_of(&service.stacks[STACK_AUTH]), "s:1 a.so|s:5 /lib/e.so|");
	assert_string_equal(service.stacks[STACK_AUTH].lines[0].arguments, "x  y");
	assert_string_equal(text_of(&service.stacks[STACK_ACCOUNT]), "s:2 b.so|");
	assert_string_equal(text_of(&service.stacks[STACK_SESSION]), "s:3 c.so|");
	assert_string_equal(text_of(&service.stacks[STACK_PASSWORD]), "s:4 d.so|");
	assert_true(stack_line_is(&service.stacks[STACK_AUTH].lines[1], "e.so"));
	assert_false(stack_line_is(&service.stacks[STACK_AUTH].lines[1], "lib/e.so"));
}

static void included_lines_stand_in_place_of_the_include(void **state)
{
	(void)state;
	image_write(&image, "/etc/pam.d/in", "auth required a.so\naccount required b.so\n");
	image_write(&image, "/etc/pam.d/s",
		"auth include in\nauth substack in\nauth required c.so\n@include in\n");
	expect_auth("s", true, "in:1 a.so|s:2 +|>in:1 a.so|s:3 c.so|in:1 a.so|");
	image_write(&image, "/etc/pam.d/absolute", "auth include /etc/pam.d/in\n");
	expect_auth("absolute", true, "in:1 a.so|");
}

static void at_include_is_debians(void **state)
{
	(void)state;
	image_write(&image, "/etc/pam.d/in", "auth required a.so\n");
	image_write(&image, "/etc/pam.d/s", "@include in\n");
	expect_auth("s", true, "in:1 a.so|");
	expect_auth("s", false, "s:1 ?|");
	assert_false(pam_is_debian(&image.root));
	image_write(&image, "/etc/debian_version", "13\n");
	assert_true(pam_is_debian(&image.root));
}

static void the_vendors_folder_comes_second(void **state)
{
	(void)state;
	image_write(&image, "/usr/lib/pam.d/s", "auth required vendor.so\n");
	image_write(&image, "/usr/lib/pam.d/in", "auth required vendor.so\n");
	expect_auth("s", true, "s:1 vendor.so|");
	image_write(&image, "/etc/pam.d/s", "auth include in\n");
	expect_auth("s", false, "in:1 vendor.so|");
	/* Debian looks there for services alone. */
	expect_auth("s", true, "s:1 ?|");
}

static void write_libpam(const char *version)
{
	char text[200];

	(void)snprintf(text, sizeof(text),
		"Package: libpam-runtime\nVersion: 9\n\nPackage: libpam0g\n"
		"Status: install ok installed\nVersion: %s\n\nPackage: z\nVersion: 0\n",
		version);
	image_write(&image, "/var/lib/dpkg/status", text);
}

static void included_files_are_in_the_vendors_folder_for_later_debians(void **state)
{
	static const struct {
		const char *version;
		bool included;
	} libpams[] = { { "1.5.2-6+deb12u2", false }, { "1.7.0-5", false },
		{ "1.7.0-5+deb13u1", false }, { "1.7.0-6", true }, { "1.7.0-8", true },
		{ "1.7.0-10", true }, { "1.10.0-1", true } };

	(void)state;
	image_write(&image, "/usr/lib/pam.d/in", "auth required vendor.so\n");
	image_write(&image, "/etc/pam.d/s", "auth include in\n");
	image_write(&image, "/etc/pam.d/all", "@include in\n");
	for (size_t i = 0; i < COUNT(libpams); i++) {
		write_libpam(libpams[i].version);
		expect_auth("s", true, libpams[i].included ? "in:1 vendor.so|" : "s:1 ?|");
		if (libpams[i].included)
			expect_auth("all", true, "in:1 vendor.so|");
		else
			expect_broken("all", true, "/etc/pam.d/all:1: ");
	}
}

static void wrong_lines_fail(void **state)
{
	(void)state;
	image_write(&image, "/etc/pam.d/s",
		"auth\nauth required\noauth required a.so\nauth include missing\n"
		"auth substack missing\nauth bogus b.so\n");
	expect_auth("s", true, "s:1 ?|s:2 ?|s:3 ?|s:4 ?|s:5 +|s:5 ?|s:6 b.so|");
}

static void what_libpam_gives_up_on_is_broken(void **state)
{
	(void)state;
	image_write(&image, "/etc/pam.d/s", "auth required a.so\n@include missing\n");
	expect_broken("s", true, "/etc/pam.d/s:2: ");
	image_write(&image, "/etc/pam.d/t", "auth required a.so \\\n");
	expect_broken("t", false, "/etc/pam.d/t:1: ");
}

static void files_that_include_themselves_end(void **state)
{
	cleanup_service struct service service = { 0 };

	(void)state;
	image_write(&image, "/etc/pam.d/s", "auth substack s\n");
	assert_int_equal(service_read(&image.root, true, "s", &service), 0);
	assert_null(service.broken);
	assert_true(service.stacks[STACK_AUTH].n <= 2 * STACK_LEVELS);
	assert_true(service.stacks[STACK_AUTH].lines[STACK_LEVELS - 1].level < STACK_LEVELS);
	image_write(&image, "/etc/pam.d/t", "@include t\n");
	expect_broken("t", true, "/etc/pam.d/t:1: ");
	image_write(&image, "/etc/pam.d/u", "auth include u\nauth include u\nauth include u\n");
	expect_broken("u", false, "/etc/pam.d/u:1: more than 200 nested files");
}

static void links_stay_in_the_image(void **state)
{
	struct service service;

	(void)state;
	image_write(&image, "/usr/share/s", "auth required a.so\n");
	assert_int_equal(symlink("/usr/share/s", image_path(&image, "/etc/pam.d/s")), 0);
	expect_auth("s", true, "s:1 a.so|");
	assert_int_equal(symlink("/etc/passwd", image_path(&image, "/etc/pam.d/t")), 0);
	assert_int_equal(service_read(&image.root, true, "t", &service), -ENOENT);
	assert_int_equal(
		symlink("../../../../../../etc/passwd", image_path(&image, "/etc/pam.d/u")), 0);
	assert_int_equal(service_read(&image.root, true, "u", &service), -ENOENT);
}

static void no_file_is_no_service(void **state)
{
	struct service service;

	(void)state;
	assert_int_equal(service_read(&image.root, true, "s", &service), -ENOENT);
}

static void modules_are_found_where_libpam_does(void **state)
{
	cleanup_service struct service service = { 0 };
	const struct stack *auth = &service.stacks[STACK_AUTH];

	(void)state;
	image_module(&image, "a.so");
	image_write(&image, "/lib/security/b.so", "");
	image_write(&image, "/opt/c.so", "");
	image_write(&image, "/usr/lib/else/security/d.so", "");
	image_write(&image, "/etc/pam.d/s",
		"auth required a.so\nauth required b.so\nauth required /opt/c.so\n"
		"auth required d.so\nauth required /opt/a.so\n");
	assert_int_equal(service_read(&image.root, true, "s", &service), 0);
	for (size_t i = 0; i < auth->n; i++)
		assert_int_equal(auth->lines[i].missing, i >= 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IMAGE_TEST(lines_go_to_the_stack_of_their_type),
		IMAGE_TEST(included_lines_stand_in_place_of_the_include),
		IMAGE_TEST(at_include_is_debians),
		IMAGE_TEST(the_vendors_folder_comes_second),
		IMAGE_TEST(included_files_are_in_the_vendors_folder_for_later_debians),
		IMAGE_TEST(wrong_lines_fail),
		IMAGE_TEST(what_libpam_gives_up_on_is_broken),
		IMAGE_TEST(files_that_include_themselves_end),
		IMAGE_TEST(links_stay_in_the_image),
		IMAGE_TEST(no_file_is_no_service),
		IMAGE_TEST(modules_are_found_where_libpam_does),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
