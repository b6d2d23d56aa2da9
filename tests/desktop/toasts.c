/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded: a toast of libadwaita stays until the next one comes.  By itself it goes after 5
 * seconds, in which a slow machine may not have looked for it.
 */
#include <dlfcn.h>
#include <stddef.h>

#define EXPORTED __attribute__((visibility("default")))

/* AdwToast */
struct toast;
/* Of AdwToastPriority: the one before does not stay in its way. */
enum {
	HIGH = 1
};

struct toast *adw_toast_new(const char *title);

EXPORTED struct toast *adw_toast_new(const char *title)
{
	struct toast *(*make)(const char *) = NULL;
	void (*set_timeout)(struct toast *, unsigned int) = NULL;
	void (*set_priority)(struct toast *, int) = NULL;
	struct toast *toast;

	*(void **)&make = dlsym(RTLD_NEXT, "adw_toast_new");
	*(void **)&set_timeout = dlsym(RTLD_NEXT, "adw_toast_set_timeout");
	*(void **)&set_priority = dlsym(RTLD_NEXT, "adw_toast_set_priority");
	toast = make(title);
	set_timeout(toast, 0);
	set_priority(toast, HIGH);
	return toast;
}
