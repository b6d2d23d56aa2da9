/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding the user as which a program asks PAM. */
#include "patctl/client/asker.h"

#include "patctl/base/pam_hosts.h"
#include "patctl/base/text.h"
#include "patctl/client/verifiers.h"

bool asker_of(const struct sysroot *root, const struct records *settings, const char *service,
	struct asker *ret)
{
	const struct pam_host *host = pam_host_of(service);

	*ret = (struct asker) { .what = service };
	if (host && (!host->user || pam_host_is_setuid(root, host)))
		return false;
	/* Its section is what the administrator says; the table has the user of the package. */
	ret->user = settings ? verifier_user_of(settings, service) : NULL;
	if (!ret->user && host && pam_host_is_unprivileged(root, host))
		ret->user = text_format("%s", host->user);
	if (host) {
		ret->what = host->what;
		ret->skips_account = host->skips_account;
	}
	return ret->user != NULL;
}

void asker_clear(struct asker *asker)
{
	text_free(&asker->user);
}
