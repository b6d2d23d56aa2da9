/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding the PAM services of this machine. */
#include "patctl/base/pam_services.h"

#include <fnmatch.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/sysroot.h"
#include "patctl/base/text.h"

bool pam_is_service(const char *file)
{
	static const char *const others[] = { "common-*", "*.dpkg-*", "*.ucf-*", "*.rpm*", "*~",
		"*.bak", "*[A-Z]*" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (fnmatch(others[i], file, 0) == 0)
			return false;
	return true;
}

static bool contains(char *const *names, const char *name)
{
	for (; names && *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

static int add_folder(const struct sysroot *root, const char *folder, char ***services, size_t *n)
{
	cleanup_names char **files = NULL;
	int r = sysroot_list(root, folder, &files);

	for (char **file = files; file && *file; file++)
		if (pam_is_service(*file) && !contains(*services, *file))
			names_add(services, n, *file);
	return r;
}

int pam_services(char ***ret)
{
	cleanup_sysroot struct sysroot root = { .fd = -1 };
	char **services;
	size_t n = 0;
	int r = sysroot_new(NULL, &root);

	if (r < 0)
		return r;
	services = must_alloc(calloc(1, sizeof(*services)));
	r = add_folder(&root, PAM_DIR, &services, &n);
	if (r < 0) {
		names_free(&services);
		return r;
	}
	(void)add_folder(&root, PAM_VENDOR_DIR, &services, &n);
	*ret = services;
	return 0;
}

/* As patd matches, where a backslash is a character as any other. */
static bool is_fitted(char *const *services, const char *pattern)
{
	for (; *services; services++)
		if (fnmatch(pattern, *services, FNM_NOESCAPE) == 0)
			return true;
	return false;
}

#define FURTHER_MAX 3 /* characters, as "postgres" and "postgresql" */

/* The service that text begins with, or that begins with text; NULL if none does. */
static const char *nearest(char *const *services, const char *text)
{
	for (; *services; services++) {
		const size_t a = strlen(*services), b = strlen(text), least = a < b ? a : b;

		if (strncmp(*services, text, least) == 0 && a + b - 2 * least <= FURTHER_MAX)
			return *services;
	}
	return NULL;
}

bool pam_services_expect(const char *list)
{
	cleanup_names char **services = NULL;
	bool all = true;

	if (pam_services(&services) < 0)
		return true;
	for (const char *at = list; *at != '\0'; at += strcspn(at, ",")) {
		cleanup_text char *pattern = NULL, *safe = NULL;
		const char *near;

		at += strspn(at, ", \t");
		pattern = text_format("%.*s", (int)strcspn(at, ", \t"), at);
		if (*pattern == '\0' || is_fitted(services, pattern))
			continue;
		all = false;
		safe = text_safe(pattern);
		near = nearest(services, pattern);
		if (near)
			complain(_("this machine has no PAM service \"%s\"; did you mean %s?"),
				safe, near);
		else
			complain(_("this machine has no PAM service \"%s\": see /etc/pam.d"), safe);
	}
	return all;
}
