/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of the files that the hub's connection string names: patd-fleet reads them, and libpq
 * judges the key as ssh does its own. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/certificates.h"
#include "patctl/base/text.h"
#include "patctl/base/user_lookup.h"
#include "patctl/doctor/doctor.h"
#include "patctl/doctor/doctor_hub.h"
#include "patctl/print/output_context.h"

#define CHECK "fleet"
#define CARRIER "patd-fleet"
#define BLANKS " \t"

#define SOON (UINT64_C(14) * 24 * 3600) /* seconds before its end */

/* --- the string, whose form patd has judged: see patd/policy/hub.h --- */

/* In single quotes, or up to a blank; a backslash takes the next character for itself. */
static char *take_value(const char **at)
{
	const bool quoted = **at == '\'';
	char *value = must_alloc(malloc(strlen(*at) + 1)), *to = value;

	*at += quoted;
	while (**at != '\0' && (quoted ? **at != '\'' : !strchr(BLANKS, **at))) {
		*at += **at == '\\' && (*at)[1] != '\0';
		*to++ = *(*at)++;
	}
	*at += quoted && **at != '\0';
	*to = '\0';
	return value;
}

/* What the string says for the keyword, which the caller owns; NULL: nothing. */
static char *find_value(const char *text, const char *keyword)
{
	const char *at = text + strspn(text, BLANKS);

	while (*at != '\0') {
		const char *name = at;
		const size_t len = strcspn(at, "=" BLANKS);
		cleanup_text char *value = NULL;

		at += len;
		at += strspn(at, BLANKS);
		if (*at != '=')
			return NULL;
		at++;
		at += strspn(at, BLANKS);
		value = take_value(&at);
		at += strspn(at, BLANKS);
		if (len == strlen(keyword) && memcmp(name, keyword, len) == 0)
			return text_format("%s", value);
	}
	return NULL;
}

/* --- the files --- */

enum content {
	AUTHORITIES,
	REVOKED,
	OWN,
	SECRET,
};

/* A file that the string names, and who is to read it. */
struct named_file {
	const char *keyword, *path;
	uint32_t uid;
	enum content content;
};

/* bit: S_IROTH or S_IXOTH.  Which groups the user is in is not asked. */
static bool may(const struct stat *st, uint32_t uid, mode_t bit)
{
	const mode_t owners = bit << 6, groups = bit << 3;

	return (st->st_mode & (st->st_uid == uid ? owners : groups | bit)) != 0;
}

/* As libpq has it: root's may be for a group as well. */
static bool is_private(const struct stat *st, uint32_t uid)
{
	if (st->st_uid != 0 && st->st_uid != uid)
		return false;
	return (st->st_mode & (st->st_uid == 0 ? 027U : 077U)) == 0;
}

static bool found_missing(struct doctor *doctor, const struct named_file *file, int r)
{
	found(doctor, r == -EACCES ? LEVEL_UNSEEN : LEVEL_PROBLEM, CHECK,
		_("correct hub in section [fleet] of patd.conf, or bring the file"),
		_("%s of the hub, %s: %s"), file->keyword, file->path, strerror(-r));
	return false;
}

/* The folders on the way to it.  False, after a finding, if the user cannot enter one. */
static bool check_way(struct doctor *doctor, const struct named_file *file)
{
	const char *slash = file->path;

	while ((slash = strchr(slash + 1, '/'))) {
		cleanup_text char *folder =
			text_format("%.*s", (int)(slash - file->path), file->path);
		cleanup_text char *advice = NULL;
		struct stat st;
		const int r = sysroot_stat(doctor->root, folder, 0, &st);

		if (r < 0)
			return found_missing(doctor, file, r);
		if (may(&st, file->uid, S_IXOTH))
			continue;
		if (text_is_word(folder))
			advice = text_format("chmod a+x %s", folder);
		found(doctor, LEVEL_PROBLEM, CHECK, advice,
			_("user %s cannot enter the folder %s, and %s of the hub is in it"),
			CARRIER, folder, file->keyword);
		return false;
	}
	return true;
}

static char *advise_mode(const struct named_file *file)
{
	if (!text_is_word(file->path))
		return NULL;
	return file->content == SECRET ? text_format("chown %s: %s && chmod 0400 %s", CARRIER,
						 file->path, file->path)
				       : text_format("chmod a+r %s", file->path);
}

static bool check_file(struct doctor *doctor, const struct named_file *file)
{
	cleanup_text char *advice = advise_mode(file);
	struct stat st;
	int r;

	if (!check_way(doctor, file))
		return false;
	r = sysroot_stat(doctor->root, file->path, 0, &st);
	if (r < 0)
		return found_missing(doctor, file, r);
	if (file->content == SECRET && !is_private(&st, file->uid)) {
		found(doctor, LEVEL_PROBLEM, CHECK, advice,
			_("the key %s is not private to user %s, which refuses it: uid %u, mode "
			  "%04o"),
			file->path, CARRIER, st.st_uid, st.st_mode & DOCTOR_PERMISSIONS);
		return false;
	}
	if (may(&st, file->uid, S_IROTH))
		return true;
	found(doctor, LEVEL_PROBLEM, CHECK, advice,
		_("user %s cannot read %s, %s of the hub: uid %u, mode %04o"), CARRIER, file->path,
		file->keyword, st.st_uid, st.st_mode & DOCTOR_PERMISSIONS);
	return false;
}

/* --- certificates --- */

static const char *advise_other(bool authority)
{
	return authority ? _("make another with the same key, and put it in its place here, on the "
			     "hub and on the other machines")
			 : _("have the authority of the fleet make another, and put it in its "
			     "place");
}

static void judge_end(
	struct doctor *doctor, const struct named_file *file, const struct certificates *read)
{
	const struct output_context context = output_context_for(NULL);
	const bool authority = file->content == AUTHORITIES;
	/* Each of several authorities may be the hub's; behind an own one stand its authorities. */
	const uint64_t end = authority ? read->latest : read->first;
	cleanup_text char *at = format_time_and_age(&context, end);

	if (end <= context.now)
		found(doctor, LEVEL_PROBLEM, CHECK, advise_other(authority),
			authority ? _("the certificate of the authority, %s, ended on %s, so that "
				      "patd-fleet cannot verify the hub")
				  : _("the certificate of this machine for the hub, %s, ended on "
				      "%s, so that the hub refuses patd-fleet"),
			file->path, at);
	else if (end - context.now <= SOON)
		found(doctor, LEVEL_WARNING, CHECK, advise_other(authority),
			authority ? _("the certificate of the authority, %s, ends on %s; after "
				      "that patd-fleet cannot verify the hub")
				  : _("the certificate of this machine for the hub, %s, ends on "
				      "%s; after that the hub refuses patd-fleet"),
			file->path, at);
	else
		found(doctor, LEVEL_OK, CHECK, NULL,
			authority ? _("the certificate of the authority, %s, ends on %s")
				  : _("the certificate of this machine for the hub, %s, ends on "
				      "%s"),
			file->path, at);
}

static void check_end(struct doctor *doctor, const struct named_file *file)
{
	struct certificates read;
	FILE *stream = NULL;
	int r = sysroot_read(doctor->root, file->path, &stream);

	if (r == 0) {
		r = certificates_read(stream, &read);
		(void)fclose(stream);
	}
	if (r == 0)
		judge_end(doctor, file, &read);
	else
		found(doctor, LEVEL_UNSEEN, CHECK, NULL, _("when the certificate %s ends: %s"),
			file->path,
			r == -EBADMSG ? _("it is none that could be read") : strerror(-r));
}

void doctor_hub_files(struct doctor *doctor, const char *hub)
{
	static const struct {
		const char *keyword;
		enum content content;
	} files[] = { { "sslrootcert", AUTHORITIES }, { "sslcrl", REVOKED }, { "sslcert", OWN },
		{ "sslkey", SECRET } };
	struct system_user user;
	const enum user_answer answer = user_lookup(CARRIER, DOCTOR_USER_LIMIT, &user);
	bool good = true;
	size_t n = 0;

	if (answer != USER_FOUND) {
		found(doctor, answer == USER_UNKNOWN ? LEVEL_PROBLEM : LEVEL_UNSEEN, "user",
			answer == USER_UNKNOWN ? "systemd-sysusers" : NULL,
			answer == USER_UNKNOWN ? _("there is no user %s")
					       : _("user %s could not be looked up"),
			CARRIER);
		return;
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		cleanup_text char *path = find_value(hub, files[i].keyword);
		const struct named_file file = { files[i].keyword, path, user.uid,
			files[i].content };

		/* Others are names, such as "system". */
		if (!path || *path != '/')
			continue;
		n++;
		if (!check_file(doctor, &file))
			good = false;
		else if (file.content == AUTHORITIES || file.content == OWN)
			check_end(doctor, &file);
	}
	if (n > 0 && good)
		found(doctor, LEVEL_OK, CHECK, NULL,
			_("user %s can read the certificates and the key for the hub"), CARRIER);
}
