/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What doctor opens of the files of a system. */
#include "tests/unit/patctl/image_test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include "patctl/base/text.h"

static void expect_read(const char *name, int expected)
{
	FILE *file = NULL;

	assert_int_equal(sysroot_read(&image.root, name, &file), expected);
	if (expected == 0)
		assert_int_equal(fclose(file), 0);
	else
		assert_null(file);
}

static void regular_file_is_read_also_behind_links(void **state)
{
	char line[16];
	FILE *file;

	(void)state;
	image_write(&image, "/etc/pam.d/real", "text\n");
	assert_int_equal(symlink("real", image_path(&image, "/etc/pam.d/link")), 0);
	assert_int_equal(symlink("/etc/pam.d/link", image_path(&image, "/etc/absolute")), 0);
	assert_int_equal(sysroot_read(&image.root, "/etc/absolute", &file), 0);
	assert_non_null(fgets(line, sizeof(line), file));
	assert_string_equal(line, "text\n");
	assert_int_equal(fclose(file), 0);
	expect_read("/etc/pam.d/none", -ENOENT);
}

/* To open a socket, or a device that is not there, would give ENXIO: nobody has tried. */
static void availability__what_is_no_regular_file_is_never_opened(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const char *path;

	(void)state;
	path = image_path(&image, "/etc/pam.d/socket");
	assert_true(fd >= 0 && strlen(path) < sizeof(address.sun_path));
	(void)strcpy(address.sun_path, path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
	expect_read("/etc/pam.d/socket", -EINVAL);
	assert_int_equal(symlink("socket", image_path(&image, "/etc/pam.d/to-socket")), 0);
	expect_read("/etc/pam.d/to-socket", -EINVAL);

	assert_int_equal(mkfifo(image_path(&image, "/etc/pam.d/fifo"), 0600), 0);
	expect_read("/etc/pam.d/fifo", -EINVAL);
	expect_read("/etc/pam.d", -EINVAL);
	if (unit_is_root() && mknod(image_path(&image, "/etc/pam.d/device"), S_IFCHR | 0600,
				      makedev(240, 0)) == 0)
		expect_read("/etc/pam.d/device", -EINVAL);
}

static void availability__what_is_no_folder_is_never_opened_as_one(void **state)
{
	char **names = NULL;

	(void)state;
	assert_int_equal(mkfifo(image_path(&image, "/etc/fifo"), 0600), 0);
	assert_int_equal(sysroot_list(&image.root, "/etc/fifo", &names), -ENOTDIR);
	assert_null(names);
	image_write(&image, "/etc/folder/b", "");
	image_write(&image, "/etc/folder/a", "");
	assert_int_equal(sysroot_list(&image.root, "/etc/folder", &names), 0);
	assert_string_equal(names[0], "a");
	assert_string_equal(names[1], "b");
	assert_null(names[2]);
	names_free(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IMAGE_TEST(regular_file_is_read_also_behind_links),
		IMAGE_TEST(availability__what_is_no_regular_file_is_never_opened),
		IMAGE_TEST(availability__what_is_no_folder_is_never_opened_as_one),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
