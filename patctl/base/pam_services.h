/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The PAM services of this machine, by the names of their files. */
#pragma once

#include <stdbool.h>

#define PAM_DIR "/etc/pam.d"
#define PAM_VENDOR_DIR "/usr/lib/pam.d" /* searched after it */

/*
 * False for a file that others include and no program is named after, such as Debian's
 * "common-auth", and for one that a package or an editor left: libpam looks for names in lower
 * case.
 */
bool pam_is_service(const char *file);

/*
 * The services, each once, see names_free().  0, or a negative errno if PAM_DIR cannot be read:
 * then nothing can be said about what is a service.
 */
int pam_services(char ***ret);

/* Whether a list of patterns, with commas between them, has the service. */
bool pam_services_match(const char *list, const char *service);

/* Whether it has the service by its name, and not by a pattern for many. */
bool pam_services_name(const char *list, const char *service);

/*
 * Those of this machine that a list has by their names, without those that it has by a pattern for
 * many, see names_free(); none if PAM_DIR cannot be read.  A program that is known may have no
 * file.
 */
char **pam_services_named(const char *list);

/*
 * Complains of each pattern of a list, with commas between them, that no service of this machine
 * fits; says nothing where that cannot be known.  False if it complained.
 */
bool pam_services_expect(const char *list);
