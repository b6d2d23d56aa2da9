#include "patctl/doctor/pam/pam_module.h"

#include <fnmatch.h>
#include <stddef.h>

#include "patctl/base/text.h"

static const char *const folders[] = {
	"/lib/security",
	"/usr/lib/security",
	"/lib64/security",
	"/usr/lib64/security",
	"/usr/local/lib/security",
};

/* Debian's, one for each architecture. */
static bool is_in_multiarch(const struct sysroot *root, const char *module)
{
	cleanup_names char **names = NULL;

	if (sysroot_list(root, "/usr/lib", &names) < 0)
		return false;
	for (char **name = names; *name; name++) {
		cleanup_text char *path = text_format("/usr/lib/%s/security/%s", *name, module);

		if (fnmatch("*-linux-*", *name, 0) == 0 && sysroot_has(root, path))
			return true;
	}
	return false;
}

bool pam_module_is_there(const struct sysroot *root, const char *module)
{
	if (*module == '/')
		return sysroot_has(root, module);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		cleanup_text char *path = text_format("%s/%s", folders[i], module);

		if (sysroot_has(root, path))
			return true;
	}
	return is_in_multiarch(root, module);
}
