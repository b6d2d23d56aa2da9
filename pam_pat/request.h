/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a request says of its handle: the user, the service and the source. */
#pragma once

#include <pwd.h>
#include <security/pam_modules.h>
#include <stdbool.h>

#include "common/wire.h"

/* Service and source.  False if there is no service, or if it is too long to be sent. */
bool request_place(pam_handle_t *pamh, struct pat_request *request);

/*
 * The user of that name.  0, or
 *
 *     -ENOENT   there is none, or its name is too long to be sent
 *     or an error that may pass: -ENOMEM, -EMFILE, -ENFILE, -EIO
 *
 * ret_entry may be NULL; libpam owns the entry.
 */
int request_user(pam_handle_t *pamh, const char *name, struct pat_request *request,
	const struct passwd **ret_entry);
