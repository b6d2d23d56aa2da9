/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of the key, which is a file of patd's or a credential of root's. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/l10n.h"
#include "patctl/base/program.h"
#include "patctl/base/text.h"
#include "patctl/doctor/doctor.h"
#include "patctl/doctor/unit_file.h"

#define KEY_PATH PAT_STATE_DIR "/key"
#define KEY_LEN 32
#define SEALED_PATH "/etc/credstore.encrypted/patd.key"
#define PLAIN_PATH "/etc/credstore/patd.key"

static const char *const credentials[] = { SEALED_PATH, PLAIN_PATH };
#define CREDENTIALS (sizeof(credentials) / sizeof(credentials[0]))
#define CREDENTIAL_RUNNING "/run/credentials/patd.service/patd.key"
#define UNDECRYPTABLE_PATH SEALED_PATH ".undecryptable" /* see patd-seal-key */
#define DECRYPT_LIMIT 20000                             /* milliseconds: a TPM2 may be slow */

#define RESTORE_OR_DISCARD                                                                         \
	N_("restore a backup: patctl restore-backup FILE; or discard all tokens: see patd(8), "    \
	   "DIAGNOSTICS")

static void found_exposed(struct doctor *doctor, const char *path, const struct stat *st)
{
	cleanup_text char *command =
		S_ISREG(st->st_mode)
			? text_format("chown root: %s && chmod 0600 %s", path, path)
			: text_format("%s", _("replace it by a file, which only root can read"));

	found(doctor, LEVEL_PROBLEM, "key", command,
		_("users other than root have access to %s: uid %u, mode %04o"), path, st->st_uid,
		st->st_mode & DOCTOR_PERMISSIONS);
}

/*
 * Whether systemd cannot decrypt it; of the running machine, as root.  The key itself is not read.
 * systemd 252 deletes the secret of the installation if /etc/machine-id is another than when it
 * made it: it cannot in a mount namespace where that is a mount point.
 */
static bool is_undecryptable(const struct doctor *doctor)
{
	static const char *const argv[] = { "unshare", "--mount", "sh", "-c",
		"command -v systemd-creds >/dev/null || exit 2\n"
		"if [ -e \"$1\" ]; then mount --bind \"$1\" \"$1\" || exit 2; fi\n"
		"systemd-creds decrypt --name=patd.key \"$0\" - >/dev/null || exit 3",
		SEALED_PATH, "/var/lib/systemd/credential.secret", NULL };
	cleanup_text char *errors = NULL;

	return !doctor->root->image && geteuid() == 0 &&
	       !sysroot_has(doctor->root, CREDENTIAL_RUNNING) &&
	       program_read(argv, NULL, DECRYPT_LIMIT, &errors) == 3;
}

/* emptied: the file that takes it away; NULL: none loads it. */
static void found_not_given(struct doctor *doctor, const char *emptied)
{
	const bool file = sysroot_has(doctor->root, KEY_PATH);
	const enum level level = file ? LEVEL_WARNING : LEVEL_PROBLEM;
	const char *advice = file ? _("see patd-seal-key(8)")
				  : "systemd-creds decrypt --name=patd.key " SEALED_PATH
				    " - | runuser -u patd -- sh -c 'umask 077; cat >" KEY_PATH
				    ".new && test -s " KEY_PATH ".new && mv " KEY_PATH
				    ".new " KEY_PATH "'";

	if (emptied)
		found(doctor, level, "key", advice,
			_("patd.service is not given the key that is sealed in %s: %s empties "
			  "LoadCredential="),
			SEALED_PATH, emptied);
	else
		found(doctor, level, "key", advice,
			_("patd.service is not given the key that is sealed in %s: it has no line "
			  "LoadCredentialEncrypted=patd.key"),
			SEALED_PATH);
}

/* What is sealed serves if patd.service is given it, and systemd can decrypt it. */
static void check_sealed(struct doctor *doctor)
{
	cleanup_unit_credential struct unit_credential credential;

	unit_read_credential(doctor->root, "patd.service", "patd.key", &credential);
	if ((credential.unit || credential.emptied) && !credential.sealed)
		found_not_given(doctor, credential.emptied);
	else if (is_undecryptable(doctor))
		found(doctor, LEVEL_PROBLEM, "key", _(RESTORE_OR_DISCARD),
			_("this machine cannot decrypt the key in %s: it is a copy with a new "
			  "machine-id, or has another TPM2"),
			SEALED_PATH);
	else
		found(doctor, LEVEL_OK, "key", NULL,
			_("the key is a credential: only root has access to %s"), SEALED_PATH);
}

/* Whether the key is a credential at path; adds a finding on its owner and mode. */
static bool check_credential(struct doctor *doctor, const char *path)
{
	struct stat st;
	int r = sysroot_stat(doctor->root, path, O_NOFOLLOW, &st);

	if (r == -ENOENT)
		return false;
	if (r < 0)
		found(doctor, LEVEL_UNSEEN, "key", r == -EACCES ? _("needs root") : NULL, "%s: %s",
			path, strerror(-r));
	else if (!S_ISREG(st.st_mode) || st.st_uid != 0 || (st.st_mode & 077) != 0)
		found_exposed(doctor, path, &st);
	else if (path == credentials[0])
		check_sealed(doctor);
	else
		found(doctor, LEVEL_OK, "key", NULL,
			_("the key is a credential: only root has access to %s"), path);
	return r == 0;
}

/* The unit expects an encrypted credential and cannot decrypt this one: patd does not start. */
static void check_plain(struct doctor *doctor)
{
	cleanup_unit_credential struct unit_credential credential;

	unit_read_credential(doctor->root, "patd.service", "patd.key", &credential);
	if (sysroot_has(doctor->root, SEALED_PATH) || !sysroot_has(doctor->root, PLAIN_PATH) ||
		credential.plain)
		return;
	found(doctor, LEVEL_PROBLEM, "key",
		_("systemctl edit patd.service, and add to [Service]: LoadCredential=patd.key"),
		_("%s is not encrypted, but patd.service requires encryption: patd does not "
		  "start"),
		PLAIN_PATH);
}

/* Whether patd.service loads what is sealed; a container without nesting takes that away. */
static bool is_given(const struct doctor *doctor)
{
	cleanup_unit_credential struct unit_credential credential;

	unit_read_credential(doctor->root, "patd.service", "patd.key", &credential);
	return credential.sealed || !(credential.unit || credential.emptied);
}

/* The one that is found, or NULL. */
static const char *check_credentials(struct doctor *doctor)
{
	const char *path = NULL;

	for (size_t i = 0; i < CREDENTIALS; i++)
		if (check_credential(doctor, credentials[i]) && !path)
			path = credentials[i];
	check_plain(doctor);
	if (path && sysroot_has(doctor->root, KEY_PATH) &&
		(path != credentials[0] || is_given(doctor)))
		found(doctor, LEVEL_WARNING, "key",
			_("if tokens work, keep a backup of the file and remove it; else remove "
			  "the credential"),
			_("the key exists twice: %s takes precedence over %s"), path, KEY_PATH);
	return path;
}

static void no_key(struct doctor *doctor, const char *credential)
{
	if (credential)
		return;
	if (sysroot_has(doctor->root, CREDENTIAL_RUNNING))
		found(doctor, LEVEL_OK, "key", NULL, _("the key is a credential"));
	else if (sysroot_has(doctor->root, UNDECRYPTABLE_PATH))
		found(doctor, LEVEL_PROBLEM, "key", _(RESTORE_OR_DISCARD),
			_("this machine cannot decrypt the key in %s: it is a copy with a new "
			  "machine-id, or has another TPM2"),
			UNDECRYPTABLE_PATH);
	else if (sysroot_has(doctor->root, DOCTOR_DATABASE))
		found(doctor, LEVEL_WARNING, "key",
			_("if it is not handed to patd as a credential, restore it from a backup"),
			_("the database exists, but %s does not"), KEY_PATH);
	else
		found(doctor, LEVEL_UNSEEN, "key", NULL,
			_("none yet: patd creates it at its first start"));
}

void doctor_key(struct doctor *doctor)
{
	const char *credential = check_credentials(doctor);
	struct stat folder, st;
	int r;

	if (!doctor_state_dir(doctor, "key", &folder))
		return;
	if ((folder.st_mode & 077) != 0)
		found(doctor, LEVEL_WARNING, "key", "chmod 0700 " PAT_STATE_DIR,
			_("other users have access to %s: mode %04o"), PAT_STATE_DIR,
			folder.st_mode & DOCTOR_PERMISSIONS);
	r = sysroot_stat(doctor->root, KEY_PATH, O_NOFOLLOW, &st);
	if (r == -ENOENT)
		no_key(doctor, credential);
	else if (r < 0)
		found(doctor, LEVEL_UNSEEN, "key", r == -EACCES ? _("needs root") : NULL,
			KEY_PATH ": %s", strerror(-r));
	else if (!S_ISREG(st.st_mode) || st.st_uid != folder.st_uid || (st.st_mode & 077) != 0)
		found(doctor, LEVEL_PROBLEM, "key",
			S_ISREG(st.st_mode) ? "chown patd: " PAT_STATE_DIR " " KEY_PATH
					      " && chmod 0600 " KEY_PATH
					    : _("restore it from a backup"),
			_("patd refuses its key, because users other than patd have access to %s: uid %u, mode %04o"),
			KEY_PATH, st.st_uid, st.st_mode & DOCTOR_PERMISSIONS);
	else if (st.st_size != KEY_LEN)
		found(doctor, LEVEL_PROBLEM, "key", _("restore it from a backup"),
			_("%s does not have %d bytes"), KEY_PATH, KEY_LEN);
	else
		found(doctor, LEVEL_OK, "key", NULL, _("only user patd has access to %s"),
			KEY_PATH);
}
