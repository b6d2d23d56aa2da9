/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One configuration file, read strictly: INI, in lines of [SECTION], KEY = VALUE, or a comment
 * after "#" or ";".  A line is up to 4096 bytes of UTF-8 that deceives nobody (common/name.h), a
 * file up to 1 MiB, and nobody but root and the user who reads it can have written it.
 *
 * The reader gives meaning to sections and keys; it is called for every problem, not only for the
 * first. Strings are valid during the call.
 */
#pragma once

#include <stdbool.h>

struct conf_reader {
	/* place: "FILE:LINE", or "FILE" if the whole of it is wrong */
	void (*section)(const char *place, const char *name, void *userdata);
	void (*setting)(const char *place, const char *key, const char *value, void *userdata);
	void (*problem)(const char *place, const char *text, void *userdata);
	void *userdata;
};

/* A file that is missing is as if empty. */
void conf_file_read(const char *path, const struct conf_reader *reader);

/* Whether there is such a folder.  One that others could put files into is a problem. */
bool conf_folder_check(const char *path, const struct conf_reader *reader);
