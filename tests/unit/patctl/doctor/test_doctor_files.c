/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What doctor finds of sockets, units, the key and the database. */
#include <sys/socket.h>
#include <sys/un.h>

#include "patctl/base/text.h"
#include "patctl/base/user_lookup.h"
#include "patctl/doctor/doctor.h"
#include "tests/unit/patctl/root_image.h"

#define UNITS "/usr/lib/systemd/system/"
#define WANTS "/etc/systemd/system/sockets.target.wants/"
#define STATE PAT_STATE_DIR

static struct image image;
static struct doctor doctor;

static int set_up(void **state)
{
	(void)state;
	umask(022);
	image_make(&image);
	doctor = (struct doctor) { .root = &image.root };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	findings_clear(&doctor.findings);
	image_remove(&image);
	return 0;
}

/* Looks, and expects one finding that says so. */
static void expect_said(void (*look)(struct doctor *doctor), enum level level, const char *part)
{
	bool said = false;

	findings_clear(&doctor.findings);
	look(&doctor);
	for (size_t i = 0; i < doctor.findings.n; i++) {
		const struct finding *finding = &doctor.findings.items[i];

		print_message("# %s\n", finding->text);
		said |= finding->level == level && strstr(finding->text, part);
	}
	assert_that(said, "%s", part);
}

/* The same, and none that is worse. */
static void expect(void (*look)(struct doctor *doctor), enum level level, const char *part)
{
	expect_said(look, level, part);
	assert_that(findings_worst(&doctor.findings) == level, "%s", part);
}

/* Of what was looked at last. */
static void expect_unsaid(const char *part)
{
	for (size_t i = 0; i < doctor.findings.n; i++)
		assert_that(!strstr(doctor.findings.items[i].text, part), "%s", part);
}

static void expect_silence(void (*look)(struct doctor *doctor))
{
	findings_clear(&doctor.findings);
	look(&doctor);
	assert_int_equal(doctor.findings.n, 0);
}

/* Listens, or is a file that nobody listens on any more. */
static int make_socket(const char *name, mode_t mode, bool listening)
{
	const char *path = image_path(&image, name);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0 && strlen(path) < sizeof(address.sun_path));
	(void)strcpy(address.sun_path, path);
	(void)remove(path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(chmod(path, mode), 0);
	if (listening)
		assert_int_equal(listen(fd, 0), 0);
	return fd;
}

static void sockets_are_their_owners_have_their_mode_and_are_listened_on(void **state)
{
	struct system_user front;
	int root, user;

	(void)state;
	if (!unit_is_root())
		return;
	expect(doctor_sockets, LEVEL_PROBLEM, "root.sock does not exist");
	expect(doctor_sockets, LEVEL_PROBLEM, "front.sock does not exist");
	root = make_socket(PAT_RUNTIME_DIR "/root.sock", 0600, true);
	user = make_socket(PAT_RUNTIME_DIR "/user.sock", 0666, true);
	expect_said(doctor_sockets, LEVEL_OK, "listening on " PAT_RUNTIME_DIR "/root.sock");
	expect_said(doctor_sockets, LEVEL_WARNING, "accepts no more");
	close(root);
	expect(doctor_sockets, LEVEL_PROBLEM, "nothing listens on " PAT_RUNTIME_DIR "/root.sock");
	root = make_socket(PAT_RUNTIME_DIR "/root.sock", 0666, true);
	expect(doctor_sockets, LEVEL_PROBLEM, "with mode 0600: uid 0, mode 0666");
	close(root);
	close(user);

	/* A front.sock that root owns is not patd-bus's, whether there is such a user or not. */
	root = make_socket(PAT_RUNTIME_DIR "/front.sock", 0600, true);
	expect(doctor_sockets, LEVEL_PROBLEM, "owned by patd-bus with mode 0600: uid 0, mode 0600");
	if (user_lookup("patd-bus", 1000, &front) == USER_FOUND) {
		assert_int_equal(
			chown(image_path(&image, PAT_RUNTIME_DIR "/front.sock"), front.uid, 0), 0);
		expect_said(
			doctor_sockets, LEVEL_OK, "listening on " PAT_RUNTIME_DIR "/front.sock");
	}
	close(root);
}

static void another_user_s_socket_or_folder_is_a_problem(void **state)
{
	int root, user;

	(void)state;
	if (!unit_is_root())
		return;
	root = make_socket(PAT_RUNTIME_DIR "/root.sock", 0600, true);
	user = make_socket(PAT_RUNTIME_DIR "/user.sock", 0666, true);
	assert_int_equal(chown(image_path(&image, PAT_RUNTIME_DIR "/root.sock"), 1, 0), 0);
	expect(doctor_sockets, LEVEL_PROBLEM, "uid 1, mode 0600");
	assert_int_equal(chown(image_path(&image, PAT_RUNTIME_DIR "/root.sock"), 0, 0), 0);
	assert_int_equal(chown(image_path(&image, PAT_RUNTIME_DIR), 1, 0), 0);
	expect(doctor_sockets, LEVEL_PROBLEM, "users other than root can write ");
	close(root);
	close(user);
}

static void enable(const char *socket)
{
	cleanup_text char *unit = text_format("%s%s", UNITS, socket),
			  *wanted = text_format("%s%s", WANTS, socket);

	image_write(&image, unit, "");
	assert_int_equal(symlink(unit, image_path(&image, wanted)), 0);
}

static void units_are_there_enabled_and_not_masked(void **state)
{
	(void)state;
	expect(doctor_units, LEVEL_PROBLEM, "systemd has no unit patd-root.socket");
	expect(doctor_units, LEVEL_PROBLEM, "systemd has no unit patd-bus.service");
	image_write(&image, UNITS "patd.service", "");
	image_write(&image, UNITS "patd-bus.service", "");
	enable("patd-root.socket");
	enable("patd-front.socket");
	image_write(&image, UNITS "patd-user.socket", "");
	expect(doctor_units, LEVEL_WARNING, "patd-user.socket does not start at boot");
	enable("patd-user.socket");
	expect(doctor_units, LEVEL_OK, "patd-front.socket is enabled");
	assert_int_equal(
		symlink("/dev/null", image_path(&image, "/etc/systemd/system/patd-bus.service")),
		0);
	expect(doctor_units, LEVEL_PROBLEM, "patd-bus.service is masked");
	assert_int_equal(
		symlink("/dev/null", image_path(&image, "/etc/systemd/system/patd-root.socket")),
		0);
	expect(doctor_units, LEVEL_PROBLEM, "patd-root.socket is masked");
}

static void make_key(mode_t mode, const char *bytes)
{
	image_write(&image, STATE "/key", bytes);
	assert_int_equal(chmod(image_path(&image, STATE "/key"), mode), 0);
	assert_int_equal(chmod(image_path(&image, STATE), 0700), 0);
}

static void the_key_is_patds_alone_and_whole(void **state)
{
	static const char key[] = "01234567890123456789012345678901";

	(void)state;
	expect(doctor_key, LEVEL_UNSEEN, STATE " does not exist");
	make_key(0600, key);
	expect(doctor_key, LEVEL_OK, "only user patd has access to ");
	make_key(0640, key);
	expect(doctor_key, LEVEL_PROBLEM, "users other than patd have access to ");
	make_key(0600, "short");
	expect(doctor_key, LEVEL_PROBLEM, "does not have 32 bytes");
	make_key(0600, key);
	assert_int_equal(chmod(image_path(&image, STATE), 0755), 0);
	expect(doctor_key, LEVEL_WARNING, "other users have access to " STATE ": mode 0755");
}

static void a_key_may_be_a_credential(void **state)
{
	(void)state;
	image_write(&image, STATE "/patd.db", "");
	assert_int_equal(chmod(image_path(&image, STATE), 0700), 0);
	expect(doctor_key, LEVEL_WARNING, "the database exists, but ");
	image_write(&image, "/etc/credstore.encrypted/patd.key", "");
	expect(doctor_key, LEVEL_PROBLEM, "users other than root have access to ");
	assert_int_equal(chmod(image_path(&image, "/etc/credstore.encrypted/patd.key"), 0600), 0);
	expect(doctor_key, LEVEL_OK, "the key is a credential");
}

#define UNIT UNITS "patd.service"
#define EMPTY "[Service]\nLoadCredential=\n"

static void seal_key(void)
{
	image_write(&image, STATE "/patd.db", "");
	assert_int_equal(chmod(image_path(&image, STATE), 0700), 0);
	image_write(&image, UNIT, "[Service]\nLoadCredentialEncrypted=patd.key\n");
	image_write(&image, "/etc/credstore.encrypted/patd.key", "");
	assert_int_equal(chmod(image_path(&image, "/etc/credstore.encrypted/patd.key"), 0600), 0);
}

/* As LXC writes it into containers. */
static void a_sealed_key_that_the_unit_is_not_given_is_a_problem(void **state)
{
	static const char key[] = "01234567890123456789012345678901";
	static const char lxc[] = "/run/systemd/system/service.d/zzz-lxc-service.conf";

	(void)state;
	seal_key();
	expect(doctor_key, LEVEL_OK, "the key is a credential");
	image_write(&image, lxc, EMPTY);
	expect(doctor_key, LEVEL_PROBLEM,
		"is not given the key that is sealed in /etc/credstore.encrypted/patd.key: "
		"/run/systemd/system/service.d/zzz-lxc-service.conf empties LoadCredential=");
	make_key(0600, key);
	expect_said(doctor_key, LEVEL_WARNING, "is not given the key that is sealed");
	/* Whoever removed the file then would have no key. */
	expect_unsaid("exists twice");
	assert_int_equal(unlink(image_path(&image, lxc)), 0);
	image_write(&image, UNIT, "[Service]\n");
	expect_said(doctor_key, LEVEL_WARNING,
		"patd.key: no line LoadCredentialEncrypted=patd.key is in effect");
	expect_unsaid("exists twice");
	assert_int_equal(unlink(image_path(&image, "/etc/credstore.encrypted/patd.key")), 0);
	expect(doctor_key, LEVEL_OK, "only user patd has access to ");
}

static void drop_ins_count_in_the_order_of_systemd(void **state)
{
	(void)state;
	seal_key();
	/* Before the one that empties, and after it. */
	image_write(&image, "/run/systemd/system/service.d/m.conf", EMPTY);
	image_write(&image, "/etc/systemd/system/patd.service.d/a.conf",
		"[Service]\nLoadCredentialEncrypted=patd.key\n");
	expect(doctor_key, LEVEL_PROBLEM, "m.conf empties LoadCredential=");
	image_write(&image, "/etc/systemd/system/patd.service.d/z.conf",
		"[Service]\n LoadCredentialEncrypted = patd.key\n");
	expect(doctor_key, LEVEL_OK, "the key is a credential");
	/* One of the same name in /etc stands for that in /run. */
	image_write(&image, "/etc/systemd/system/patd.service.d/z.conf", "");
	image_write(&image, "/etc/systemd/system/service.d/m.conf", "");
	expect(doctor_key, LEVEL_OK, "the key is a credential");
	image_write(&image, "/usr/lib/systemd/system/service.d/zz.conf",
		"[Service]\nLoadCredentialEncrypted=\n");
	expect(doctor_key, LEVEL_PROBLEM, "zz.conf empties LoadCredential=");
}

static void a_key_that_cannot_be_decrypted_is_named_where_it_was_put(void **state)
{
	(void)state;
	image_write(&image, STATE "/patd.db", "");
	assert_int_equal(chmod(image_path(&image, STATE), 0700), 0);
	image_write(&image, "/etc/credstore.encrypted/patd.key.undecryptable", "");
	/* Of an image it cannot be tried out. */
	expect(doctor_key, LEVEL_PROBLEM,
		"the key in /etc/credstore.encrypted/patd.key.undecryptable could not be decrypted");
}

static void a_key_that_is_not_encrypted_takes_a_line_in_the_unit(void **state)
{
	static const char drop_in[] = "/etc/systemd/system/patd.service.d/key.conf";
	static const char plain[] = "/etc/credstore/patd.key";

	(void)state;
	image_write(&image, STATE "/patd.db", "");
	assert_int_equal(chmod(image_path(&image, STATE), 0700), 0);
	image_write(&image, plain, "");
	assert_int_equal(chmod(image_path(&image, plain), 0600), 0);
	expect(doctor_key, LEVEL_PROBLEM, "is not encrypted");
	image_write(
		&image, drop_in, "[Service]\nLoadCredential=patd.keys\n#LoadCredential=patd.key\n");
	expect(doctor_key, LEVEL_PROBLEM, "is not encrypted");
	image_write(&image, "/etc/systemd/system/patd.service.d/key.conf.bak",
		"[Service]\nLoadCredential=patd.key\n");
	expect(doctor_key, LEVEL_PROBLEM, "is not encrypted");
	image_write(&image, drop_in, "[Service]\n LoadCredential = patd.key:/etc/key\n");
	expect(doctor_key, LEVEL_OK, "the key is a credential");
	image_write(&image, drop_in, "");
	image_write(
		&image, "/lib/systemd/system/patd.service", "[Service]\nLoadCredential=patd.key\n");
	expect(doctor_key, LEVEL_OK, "the key is a credential");
	image_write(&image, "/lib/systemd/system/patd.service",
		"[Service]\nLoadCredentialEncrypted=patd.key\n");
	image_write(&image, "/etc/credstore.encrypted/patd.key", "");
	assert_int_equal(chmod(image_path(&image, "/etc/credstore.encrypted/patd.key"), 0600), 0);
	expect(doctor_key, LEVEL_OK, "the key is a credential");
}

static void the_database_is_patds_alone(void **state)
{
	(void)state;
	image_write(&image, STATE "/patd.db", "");
	assert_int_equal(chmod(image_path(&image, STATE), 0700), 0);
	expect(doctor_database, LEVEL_PROBLEM, "users other than patd have access to ");
	assert_int_equal(chmod(image_path(&image, STATE "/patd.db"), 0600), 0);
	expect(doctor_database, LEVEL_OK, "only user patd has access to ");
}

static void a_link_in_their_place_is_not_followed(void **state)
{
	(void)state;
	image_write(&image, "/etc/key", "01234567890123456789012345678901");
	assert_int_equal(chmod(image_path(&image, "/etc/key"), 0600), 0);
	assert_int_equal(symlink("/etc/key", image_path(&image, STATE "/key")), 0);
	assert_int_equal(chmod(image_path(&image, STATE), 0700), 0);
	expect(doctor_key, LEVEL_PROBLEM, "users other than patd have access to ");
}

static void a_linked_state_folder_is_a_warning_and_what_it_leads_to_is_checked(void **state)
{
	(void)state;
	image_write(&image, "/srv/patd/patd.db", "");
	assert_int_equal(symlink("/srv/patd", image_path(&image, STATE)), 0);
	expect(doctor_database, LEVEL_PROBLEM, "users other than patd have access to ");
	assert_int_equal(chmod(image_path(&image, "/srv/patd/patd.db"), 0600), 0);
	assert_int_equal(chmod(image_path(&image, "/srv/patd"), 0700), 0);
	expect(doctor_database, LEVEL_WARNING, STATE " is a symbolic link");
}

static void a_file_in_the_place_of_the_state_folder_is_a_problem(void **state)
{
	(void)state;
	image_write(&image, STATE, "");
	expect(doctor_database, LEVEL_PROBLEM, STATE " is not a folder");
	expect(doctor_key, LEVEL_PROBLEM, STATE " is not a folder");
}

#define HELPER "/usr/lib/polkit-1/polkit-agent-helper-1"

static void polkit_s_stopped_helper_is_a_problem_unless_it_is_setuid(void **state)
{
	(void)state;
	image_write(&image, HELPER, "");
	expect_silence(doctor_polkit_agent);
	image_write(&image, UNITS "polkit-agent-helper.socket", "");
	expect(doctor_polkit_agent, LEVEL_PROBLEM, "polkit-agent-helper.socket is stopped");
	assert_int_equal(chmod(image_path(&image, HELPER), 04755), 0);
	expect_silence(doctor_polkit_agent);
	assert_int_equal(chmod(image_path(&image, HELPER), 0755), 0);
	image_write(&image, "/run/polkit/agent-helper.socket", "");
	expect_silence(doctor_polkit_agent);
}

/* "systemctl mask --now", and "systemctl mask" before the next start of the machine. */
static void polkit_s_masked_helper_is_a_problem_though_its_socket_is_there(void **state)
{
	(void)state;
	image_write(&image, HELPER, "");
	image_write(&image, UNITS "polkit-agent-helper.socket", "");
	image_write(&image, "/run/polkit/agent-helper.socket", "");
	assert_int_equal(
		symlink("/dev/null",
			image_path(&image, "/etc/systemd/system/polkit-agent-helper.socket")),
		0);
	expect(doctor_polkit_agent, LEVEL_PROBLEM, "polkit-agent-helper.socket is stopped");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sockets_are_their_owners_have_their_mode_and_are_listened_on),
		TEST(another_user_s_socket_or_folder_is_a_problem),
		TEST(units_are_there_enabled_and_not_masked),
		TEST(the_key_is_patds_alone_and_whole),
		TEST(a_key_may_be_a_credential),
		TEST(a_sealed_key_that_the_unit_is_not_given_is_a_problem),
		TEST(drop_ins_count_in_the_order_of_systemd),
		TEST(a_key_that_cannot_be_decrypted_is_named_where_it_was_put),
		TEST(a_key_that_is_not_encrypted_takes_a_line_in_the_unit),
		TEST(the_database_is_patds_alone),
		TEST(a_link_in_their_place_is_not_followed),
		TEST(a_linked_state_folder_is_a_warning_and_what_it_leads_to_is_checked),
		TEST(a_file_in_the_place_of_the_state_folder_is_a_problem),
		TEST(polkit_s_stopped_helper_is_a_problem_unless_it_is_setuid),
		TEST(polkit_s_masked_helper_is_a_problem_though_its_socket_is_there),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
