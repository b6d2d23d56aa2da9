/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the user, the service and the source from libpam and NSS. */
#include "pam_pat/request.h"

#include <errno.h>
#include <security/pam_modutil.h>
#include <stddef.h>

static const char *text_item(pam_handle_t *pamh, int item)
{
	const void *text = NULL;

	return pam_get_item(pamh, item, &text) == PAM_SUCCESS && text != NULL ? text : "";
}

/* The service is never cut short, since patd must match all of it; see common/wire.h. */
bool request_place(pam_handle_t *pamh, struct pat_request *request)
{
	const char *service = text_item(pamh, PAM_SERVICE);

	pat_field_cut(request->rhost, sizeof(request->rhost), text_item(pamh, PAM_RHOST));
	pat_field_cut(request->tty, sizeof(request->tty), text_item(pamh, PAM_TTY));
	return pat_field_set(request->service, sizeof(request->service), service) &&
	       service[0] != '\0';
}

/*
 * A token is bound to the name that NSS returns, not to the one typed: where lookups ignore case or
 * know aliases, all spellings are one user.
 */
int request_user(pam_handle_t *pamh, const char *name, struct pat_request *request,
	const struct passwd **ret_entry)
{
	const struct passwd *entry;

	errno = 0;
	entry = pam_modutil_getpwnam(pamh, name);
	if (entry == NULL &&
		(errno == ENOMEM || errno == EMFILE || errno == ENFILE || errno == EIO))
		return -errno;
	if (entry == NULL || entry->pw_name[0] == '\0' ||
		!pat_field_set(request->user, sizeof(request->user), entry->pw_name))
		return -ENOENT;
	request->uid = entry->pw_uid;
	if (ret_entry != NULL)
		*ret_entry = entry;
	return 0;
}
