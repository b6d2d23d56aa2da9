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
#define START_WITH_TPM2                                                                            \
	N_("start the machine with the TPM2 that it had; without it, see patd(8), DIAGNOSTICS")

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
 * Why systemd cannot decrypt $0, by exit status: see faults.  The key itself is not read.  It has
 * to be tried out, and systemd makes the secret of the installation, $1, anew where it is missing
 * or of another /etc/machine-id: so it gets a copy of it in memory, in a mount namespace.
 */
static const char decrypt_script[] =
	"command -v systemd-creds >/dev/null || exit 2\n"
	"mode=\n"
	"if [ -e \"$1\" ]; then mode=$(stat -c %a \"$1\") && exec 3<\"$1\" || exit 2; fi\n"
	"mount -t ramfs -o mode=0700 none \"${1%/*}\" || exit 2\n"
	"[ -z \"$mode\" ] || { (umask 077; cat <&3 >\"$1\") && chmod \"$mode\" \"$1\" && "
	"sum=$(sha256sum \"$1\"); } || exit 2\n"
	"systemd-creds decrypt --name=patd.key \"$0\" - >/dev/null && exit 0\n"
	"[ -n \"$mode\" ] || exit 3\n"
	"printf probe | systemd-creds encrypt --name=probe --with-key=host - - |"
	" systemd-creds decrypt --name=probe - - | grep -qx probe || exit 5\n"
	"[ \"$sum\" = \"$(sha256sum \"$1\")\" ] || exit 4\n"
	/* The ids of what is encrypted with a TPM2 alone, and with the secret, too. */
	"case $(head -c 21 \"$0\") in\n"
	"DHzAexF2RZGcSwvqCLwg/|k6iUCUh0RJCQyvL8k8q1U) ;;\n"
	"*) exit 6 ;;\n"
	"esac\n"
	"[ -e /dev/tpmrm0 ] || exit 7\n"
	"for pcrs in '' 16; do\n"
	"printf probe | systemd-creds encrypt --name=probe --with-key=tpm2"
	" --tpm2-pcrs=$pcrs - - |"
	" systemd-creds decrypt --name=probe - - | grep -qx probe && exit 6\n"
	"done\n"
	"exit 8\n";

static const struct fault {
	int status; /* of the script */
	const char *why, *advice;
} faults[] = {
	{ 3, N_("/var/lib/systemd/credential.secret is missing"), RESTORE_OR_DISCARD },
	{ 4,
		N_("/etc/machine-id is not the one for which /var/lib/systemd/credential.secret "
		   "was made"),
		RESTORE_OR_DISCARD },
	{ 5, N_("systemd-creds fails with other credentials, too"),
		N_("find out why: echo test | systemd-creds encrypt - - | systemd-creds decrypt - "
		   "-") },
	{ 6,
		N_("it is damaged, or was encrypted by another installation or TPM2, or before "
		   "/etc/machine-id changed"),
		RESTORE_OR_DISCARD },
	{ 7, N_("it was encrypted with a TPM2, and there is none"), START_WITH_TPM2 },
	{ 8, N_("it was encrypted with a TPM2, which does not answer"), START_WITH_TPM2 },
};

/* The status of the script; 2: it is not known, as in an image. */
static int try_decrypt(const struct doctor *doctor, const char *path)
{
	const char *const argv[] = { "unshare", "--mount", "sh", "-c", decrypt_script, path,
		"/var/lib/systemd/credential.secret", NULL };
	cleanup_text char *output = NULL;

	if (doctor->root->image || geteuid() != 0)
		return 2;
	return program_read(argv, NULL, DECRYPT_LIMIT, &output);
}

/* NULL: systemd can decrypt it, or it is not known whether. */
static const struct fault *decrypt_fault(const struct doctor *doctor, const char *path)
{
	int status;

	if (sysroot_has(doctor->root, CREDENTIAL_RUNNING))
		return NULL;
	status = try_decrypt(doctor, path);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (faults[i].status == status)
			return &faults[i];
	return NULL;
}

static void found_fault(struct doctor *doctor, const struct fault *fault, const char *path)
{
	found(doctor, LEVEL_PROBLEM, "key", _(fault->advice),
		_("this machine cannot decrypt the key in %s: %s"), path, _(fault->why));
}

/* emptied: the file that takes it away; NULL: none loads it.  good: it can be decrypted. */
static void found_not_given(struct doctor *doctor, const char *emptied, bool good)
{
	const bool file = sysroot_has(doctor->root, KEY_PATH);
	const enum level level = file ? LEVEL_WARNING : LEVEL_PROBLEM;
	const char *advice = file || !good
				     ? _("see patd-seal-key(8)")
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
			_("patd.service is not given the key that is sealed in %s: no line "
			  "LoadCredentialEncrypted=patd.key is in effect"),
			SEALED_PATH);
}

/* What is sealed serves if patd.service is given it, and systemd can decrypt it. */
static void check_sealed(struct doctor *doctor)
{
	const struct fault *fault = decrypt_fault(doctor, SEALED_PATH);
	cleanup_unit_credential struct unit_credential credential;
	bool given;

	unit_read_credential(doctor->root, "patd.service", "patd.key", &credential);
	given = credential.sealed || !(credential.unit || credential.emptied);
	if (!given)
		found_not_given(doctor, credential.emptied, !fault);
	if (fault && (given || !sysroot_has(doctor->root, KEY_PATH)))
		found_fault(doctor, fault, SEALED_PATH);
	if (given && !fault)
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

/* What patd-seal-key has put aside; it puts it back if it can be decrypted after all. */
static void check_undecryptable(struct doctor *doctor)
{
	const struct fault *fault = decrypt_fault(doctor, UNDECRYPTABLE_PATH);

	if (fault)
		found_fault(doctor, fault, UNDECRYPTABLE_PATH);
	else
		found(doctor, LEVEL_PROBLEM, "key",
			_("systemctl restart patd.service; if patd does not start: patctl doctor"),
			_("the key in %s could not be decrypted when patd was started"),
			UNDECRYPTABLE_PATH);
}

static void no_key(struct doctor *doctor, const char *credential)
{
	if (credential)
		return;
	if (sysroot_has(doctor->root, CREDENTIAL_RUNNING))
		found(doctor, LEVEL_OK, "key", NULL, _("the key is a credential"));
	else if (sysroot_has(doctor->root, UNDECRYPTABLE_PATH))
		check_undecryptable(doctor);
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
