/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A system of a test's own, to be looked at from its root. */
#pragma once

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "patctl/base/sysroot.h"
#include "tests/unit/unit.h"

struct image {
	char dir[32];
	char path[256]; /* of what image_path() was asked for last */
	struct sysroot root;
};

static inline void image_make(struct image *image)
{
	(void)strcpy(image->dir, "/tmp/test_patctl.XXXXXX");
	assert_non_null(mkdtemp(image->dir));
	assert_int_equal(sysroot_new(image->dir, &image->root), 0);
}

static inline int image_remove_one(
	const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static inline void image_remove(struct image *image)
{
	sysroot_close(&image->root);
	(void)nftw(image->dir, image_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* With the folders above it. */
static inline const char *image_path(struct image *image, const char *name)
{
	(void)snprintf(image->path, sizeof(image->path), "%s%s", image->dir, name);
	for (char *slash = image->path + strlen(image->dir) + 1; (slash = strchr(slash, '/'));
		slash++) {
		*slash = '\0';
		(void)mkdir(image->path, 0755);
		*slash = '/';
	}
	return image->path;
}

static inline void image_write(struct image *image, const char *name, const char *text)
{
	FILE *file = fopen(image_path(image, name), "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* A module of PAM: that it is there. */
static inline void image_module(struct image *image, const char *module)
{
	char name[128];

	(void)snprintf(name, sizeof(name), "/usr/lib/x86_64-linux-gnu/security/%s", module);
	image_write(image, name, "");
}
