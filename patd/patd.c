/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* patd: hardens its process, and serves, or does the one thing that an option asks for. */
#include <errno.h>
#include <malloc.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "patd/backup/restore.h"
#include "patd/command_line.h"
#include "patd/crypto/key.h"
#include "patd/daemon.h"
#include "patd/policy/policy.h"
#include "patd/util/log.h"
#include "patd/util/process.h"

/* What printf() could not write has made the stream fail, too. */
static int flush_output(void)
{
	return fflush(stdout) < 0 || ferror(stdout) ? -EIO : 0;
}

static void print_problem(const char *message, void *userdata)
{
	size_t *problems = userdata;

	fprintf(stderr, "patd: %s\n", message);
	++*problems;
}

static void print_setting(const struct policy_line *line, void *userdata)
{
	(void)userdata;
	(void)printf("%s\t%s\t%s\n", line->key, line->value, line->source);
}

/* print: the settings instead of a sentence. */
static int check_config(const char *conf_dir, bool print)
{
	struct policy_set *policy;
	size_t problems = 0;
	int r = policy_read(conf_dir, print_problem, &problems, &policy);

	if (r < 0 && problems > 0) {
		fprintf(stderr, "patd: problems in the configuration in %s: %zu\n", conf_dir,
			problems);
		return r;
	}
	if (r < 0) {
		fprintf(stderr, "patd: the configuration in %s could not be read: %s\n", conf_dir,
			strerror(-r));
		return r;
	}
	if (print)
		policy_each(policy, print_setting, NULL);
	else
		(void)printf("patd: the configuration in %s is good\n", conf_dir);
	policy_free(policy);
	return flush_output();
}

/* Offline: verifies a backup, or restores it. */
static int serve_backup(const struct options *options)
{
	const char *restore = options->restore_backup;
	int r = restore ? restore_run(options->state_dir, restore)
			: restore_verify(options->verify_backup);

	if (r < 0)
		return r;
	(void)printf("patd: the backup is %s\n", restore ? "restored" : "whole");
	return flush_output();
}

static bool write_key(const uint8_t bytes[static KEY_LEN])
{
	const bool written = write(STDOUT_FILENO, bytes, KEY_LEN) == KEY_LEN;

	if (!written)
		log_error("cannot write the key to standard output");
	return written;
}

/* For patd-seal-key, which has no eye for links, pipes and short files. */
static bool print_key(const struct options *options)
{
	cleanup_key_bytes uint8_t *bytes = NULL;
	int r;

	if (isatty(STDOUT_FILENO)) {
		log_error("a key is not for a terminal");
		return false;
	}
	r = options->new_key ? key_random(&bytes) : key_read_file(options->state_dir, &bytes);
	if (r == -ENOENT)
		log_error("there is no key in %s", options->state_dir);
	return r == 0 && write_key(bytes);
}

/* For patctl, which systemd tells: a drop-in may have it. */
static int refuse_command_line(void)
{
	(void)sd_notify(0, "STATUS=its command line is wrong: see journalctl -u patd");
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct options options;
	int r;

	r = options_read(argc, argv, &options);
	if (r != 0)
		return r < 0 ? refuse_command_line() : EXIT_SUCCESS;
	if (options.check_config || options.print_config)
		return check_config(options.conf_dir, options.print_config) < 0 ? EXIT_FAILURE
										: EXIT_SUCCESS;
	/* Threads that allocate little need no heaps of their own. */
	(void)mallopt(M_ARENA_MAX, 1);
	/* Without statistics threads do not wait for each other where SQLite allocates memory. */
	if (process_harden() < 0 || sodium_init() < 0 ||
		sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) != SQLITE_OK) {
		log_error("cannot prepare the process");
		return EXIT_FAILURE;
	}
	if (options.print_key || options.new_key)
		return print_key(&options) ? EXIT_SUCCESS : EXIT_FAILURE;
	if (options.verify_backup || options.restore_backup)
		return serve_backup(&options) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	return daemon_run(&options) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
