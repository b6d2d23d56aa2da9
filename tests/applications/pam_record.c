/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A PAM module, for tests only: it tells the journal what an application has given to PAM, and
 * decides nothing.  With the argument "length" it asks for user and secret before, and refuses.
 *
 * One message for each call, its fields separated by '|':
 *
 *     pam-record|PHASE|SERVICE|PAM_RHOST|PAM_TTY|uid|euid|user|length of PAM_AUTHTOK
 *
 * An item that is not set is "unset", one that is "" is "empty", and PAM_AUTHTOK that is not set
 * has the length -1.  It uses the socket of the journal, as an application in a sandbox that does
 * not let it write a file can still reach that one, and patd's.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <security/pam_ext.h>
#include <security/pam_modules.h>

#define EXPORTED __attribute__((visibility("default")))
#define JOURNAL "/run/systemd/journal/socket"

static const char *item(const pam_handle_t *pamh, int type)
{
	const void *value = NULL;

	if (pam_get_item(pamh, type, &value) != PAM_SUCCESS || !value)
		return "unset";
	return *(const char *)value ? value : "empty";
}

static int length_of_secret(const pam_handle_t *pamh)
{
	const void *secret = NULL;

	if (pam_get_item(pamh, PAM_AUTHTOK, &secret) != PAM_SUCCESS || !secret)
		return -1;
	return (int)strlen(secret);
}

static int record(const pam_handle_t *pamh, const char *phase)
{
	const struct sockaddr_un journal = { .sun_family = AF_UNIX, .sun_path = JOURNAL };
	char message[1024];
	int length, fd;

	length = snprintf(message, sizeof(message),
		"SYSLOG_IDENTIFIER=pam-record\nMESSAGE=pam-record|%s|%s|%s|%s|%u|%u|%s|%d\n", phase,
		item(pamh, PAM_SERVICE), item(pamh, PAM_RHOST), item(pamh, PAM_TTY), getuid(),
		geteuid(), item(pamh, PAM_USER), length_of_secret(pamh));
	if (length < 0 || (size_t)length >= sizeof(message))
		return PAM_IGNORE;

	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return PAM_IGNORE;
	(void)sendto(fd, message, (size_t)length, MSG_NOSIGNAL, (const struct sockaddr *)&journal,
		sizeof(journal));
	(void)close(fd);
	return PAM_IGNORE;
}

EXPORTED int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	const char *name, *secret;

	(void)flags;
	if (argc == 0)
		return record(pamh, "auth");
	if (strcmp(argv[0], "length") != 0)
		return PAM_SERVICE_ERR;
	(void)pam_get_user(pamh, &name, NULL);
	(void)pam_get_authtok(pamh, PAM_AUTHTOK, &secret, NULL);
	(void)record(pamh, "auth");
	return PAM_AUTH_ERR;
}

EXPORTED int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)argc, (void)argv;
	return record(pamh, flags & (int)PAM_DELETE_CRED ? "delcred" : "setcred");
}

EXPORTED int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags, (void)argc, (void)argv;
	return record(pamh, "account");
}

EXPORTED int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags, (void)argc, (void)argv;
	return record(pamh, "session");
}

EXPORTED int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)flags, (void)argc, (void)argv;
	return record(pamh, "close");
}
