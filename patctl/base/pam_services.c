/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding the PAM services of this machine. */
#include "patctl/base/pam_services.h"

#include <fnmatch.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/l10n.h"
#include "patctl/base/pam_hosts.h"
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

/* The next pattern of a list, from *at on, which the caller owns; NULL at its end. */
static char *pattern_next(const char **at)
{
	char *pattern;

	*at += strspn(*at, ", \t");
	if (**at == '\0')
		return NULL;
	pattern = text_format("%.*s", (int)strcspn(*at, ", \t"), *at);
	*at += strcspn(*at, ",");
	return pattern;
}

bool pam_services_match(const char *list, const char *service)
{
	bool matches = false;
	char *pattern;

	while ((pattern = pattern_next(&list))) {
		matches |= fnmatch(pattern, service, FNM_NOESCAPE) == 0;
		free(pattern);
	}
	return matches;
}

bool pam_services_name(const char *list, const char *service)
{
	bool named = false;
	char *pattern;

	while ((pattern = pattern_next(&list))) {
		named |= strcmp(pattern, service) == 0;
		free(pattern);
	}
	return named;
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

/* The service of a program that may have no file, and so the stack of "other". */
static bool is_installed(const char *service)
{
	const struct pam_host *host = pam_host_of(service);
	cleanup_sysroot struct sysroot root = { .fd = -1 };

	return host && sysroot_new(NULL, &root) == 0 && pam_host_is_installed(&root, host);
}

char **pam_services_named(const char *list)
{
	cleanup_names char **services = NULL;
	char **named = must_alloc(calloc(1, sizeof(*named))), *pattern;
	size_t n = 0;

	if (pam_services(&services) < 0)
		return named;
	while ((pattern = pattern_next(&list))) {
		if (contains(services, pattern) || is_installed(pattern))
			names_add(&named, &n, pattern);
		free(pattern);
	}
	return named;
}

/* False, after a complaint, if no service of the machine fits the pattern. */
static bool expect(char *const *services, const char *pattern)
{
	const struct pam_host *misnamed = pam_host_misnamed(pattern);
	cleanup_text char *safe = text_safe(pattern);
	const char *near;
	const bool fits = is_fitted(services, pattern) || is_installed(pattern);

	if (fits)
		return true;
	if (misnamed) {
		complain(_("%s asks PAM for the service \"%s\", not \"%s\""), misnamed->what,
			misnamed->service, safe);
		return false;
	}
	near = nearest(services, pattern);
	if (near)
		complain(_("this machine has no PAM service \"%s\"; did you mean %s?"), safe, near);
	else
		complain(_("this machine has no PAM service \"%s\": see /etc/pam.d"), safe);
	return false;
}

/* False, after a complaint, if the list has the logins at the console, and not those by telnet. */
static bool expect_remote(const char *list)
{
	if (!pam_services_name(list, "login") || pam_services_match(list, "remote") ||
		!is_installed("remote"))
		return true;
	complain(_("logins by telnet ask PAM for the service \"%s\", not \"%s\""), "remote",
		"login");
	return false;
}

bool pam_services_expect(const char *list)
{
	cleanup_names char **services = NULL;
	bool all = true;
	char *pattern;

	if (pam_services(&services) < 0)
		return true;
	all &= expect_remote(list);
	while ((pattern = pattern_next(&list))) {
		all &= expect(services, pattern);
		free(pattern);
	}
	return all;
}
