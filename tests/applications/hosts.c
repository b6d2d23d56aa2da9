/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Prints what patctl knows of programs that ask PAM, a line for each service:
 *
 *     SERVICE|PROGRAM|USER|may be setuid|skips account
 */
#include <stdio.h>

#include "patctl/base/pam_hosts.h"

static const char *text(const char *text_or_null)
{
	return text_or_null ? text_or_null : "";
}

static const char *yes(bool is)
{
	return is ? "yes" : "no";
}

int main(void)
{
	for (size_t i = 0; i < pam_hosts_n; i++) {
		const struct pam_host *host = &pam_hosts[i];

		printf("%s|%s|%s|%s|%s\n", host->service, text(host->program), text(host->user),
			yes(host->may_be_setuid), yes(host->skips_account));
	}
	return 0;
}
