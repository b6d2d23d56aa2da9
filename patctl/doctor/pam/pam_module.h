/* Where PAM's modules are. */
#ifndef PATCTL_DOCTOR_PAM_PAM_MODULE_H
#define PATCTL_DOCTOR_PAM_PAM_MODULE_H

#include <stdbool.h>

#include "patctl/doctor/sysroot.h"

/* Whether libpam would find the module, of that path, or of that name in its folders. */
bool pam_module_is_there(const struct sysroot *root, const char *module);

#endif
