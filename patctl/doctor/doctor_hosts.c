/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks of a PAM service by the program that asks for it, and of programs without a service. */
#include "patctl/doctor/doctor_hosts.h"

#include <string.h>

#include "common/cleanup.h"
#include "common/l10n.h"
#include "patctl/base/config_check.h"
#include "patctl/base/pam_hosts.h"
#include "patctl/base/text.h"
#include "patctl/client/asker.h"
#include "patctl/client/verifiers.h"
#include "patctl/doctor/pam/pam_account.h"
#include "patctl/doctor/pam/pam_trial.h"
#include "patctl/print/json.h"

/* For programs: what comes of a token that patd refuses comes of every token. */
static void refuse_tokens(const struct doctor *doctor)
{
	const size_t n = json_array_size(doctor->services);
	json_t *outcomes =
		n > 0 ? json_object_get(json_array_get(doctor->services, n - 1), "outcomes") : NULL;

	if (outcomes)
		json_add(outcomes, trials[TRIAL_TOKEN].name,
			json_incref(json_object_get(outcomes, trials[TRIAL_TOKEN_REFUSED].name)));
}

/* The command that writes the section; or, where there is one, words about it. */
static char *section_advice(
	const struct doctor *doctor, const char *service, const struct asker *asker)
{
	const struct setting_row *section = verifier_section(&doctor->settings, asker->user);
	cleanup_text char *folder = text_format("%s/patd.conf.d", config_dir()),
			  *make = sysroot_has(doctor->root, folder)
					  ? text_format("%s", "")
					  : text_format("mkdir -p %s && ", folder);

	if (section)
		return text_format(
			_("add %s to the services of [verifier %s] in %s, then: systemctl "
			  "reload-or-restart patd"),
			service, asker->user, section->source);
	return text_format("%sprintf '[verifier %s]\\nservices = %s\\n' >>%s/%s.conf && systemctl "
			   "reload-or-restart patd",
		make, asker->user, service, folder, service);
}

/* False, after a finding, if patd does not verify tokens for who asks. */
static bool check_verifier(struct doctor *doctor, const char *service, const struct asker *asker)
{
	cleanup_text char *advice = NULL;

	if (doctor->has_settings && verifier_covers(&doctor->settings, asker->user, service))
		return true;
	if (!doctor->has_settings) {
		found_in(doctor, service, LEVEL_UNSEEN, NULL,
			_("whether tokens are accepted: %s asks as user %s, and patd does not say "
			  "whether patd.conf has [verifier %s]"),
			asker->what, asker->user, asker->user);
		return false;
	}
	advice = section_advice(doctor, service, asker);
	found_in(doctor, service, LEVEL_WARNING, advice,
		_("tokens are refused: %s asks as user %s, which is not a verifier account for "
		  "service %s"),
		asker->what, asker->user, service);
	refuse_tokens(doctor);
	return false;
}

#define PERMIT "account required pam_permit.so"

/* The number of the line of the service's file that includes Debian's account lines; 0: none. */
static unsigned int find_include(const struct sysroot *root, const char *service)
{
	cleanup_text char *path = text_format(PAM_DIR "/%s", service), *line = NULL;
	cleanup_file FILE *file = NULL;
	unsigned int number = 0;
	size_t size = 0;

	if (sysroot_read(root, path, &file) < 0)
		return 0;
	while (getline(&line, &size, file) >= 0) {
		char *rest = line, *word = pam_word_next(&rest);

		number++;
		if (word && strcmp(word, "@include") == 0 && (word = pam_word_next(&rest)) &&
			strcmp(word, "common-account") == 0)
			return number;
	}
	return 0;
}

/* own: the stack of the service; it is empty where that of "other" counts. */
static char *permit_advice(const struct sysroot *root, const char *service, const struct stack *own)
{
	const char *const common = PAM_DIR "/common-account";
	bool included = own->n > 0;
	unsigned int number;

	for (size_t i = 0; i < own->n; i++)
		included &= strcmp(own->lines[i].file, common) == 0;
	if (own->n == 0)
		return text_format("echo '" PERMIT "' >>" PAM_DIR "/%s", service);
	number = included ? find_include(root, service) : 0;
	if (number > 0)
		return text_format("sed -i '%u s/.*/" PERMIT "/' " PAM_DIR "/%s", number, service);
	return text_format(
		_("let this be the only account line in %s/%s: %s"), PAM_DIR, service, PERMIT);
}

/* False, after a finding, if the account phase refuses everybody. */
static bool check_account(struct doctor *doctor, const char *service, const struct asker *asker,
	const struct stack *own, const struct stack *fallback)
{
	const struct stack *stack = own->n > 0 ? own : fallback;
	cleanup_text char *advice = NULL, *line = NULL;
	const struct stack_line *decider;

	if (asker->skips_account || pam_user_reads_shadow(doctor->root, asker->user))
		return true;
	if (account_permits(stack, &decider))
		return true;
	line = decider ? stack_line_text(decider)
		       : text_format("%s", _("no line of the stack succeeds"));
	advice = permit_advice(doctor->root, service, own);
	found_in(doctor, service, LEVEL_WARNING, advice,
		_("the account phase of %s refuses every login: %s asks as user %s, which "
		  "cannot read /etc/shadow: %s"),
		service, asker->what, asker->user, line);
	refuse_tokens(doctor);
	return false;
}

bool doctor_host(struct doctor *doctor, const char *name, const struct stack *account,
	const struct stack *fallback, bool good)
{
	const struct pam_host *host = pam_host_of(name);
	cleanup_asker struct asker asker = { 0 };

	if (host && host->without_tokens) {
		refuse_tokens(doctor);
		if (good)
			found_in(doctor, name, LEVEL_OK, NULL,
				_("passwords are accepted; no token is, as it could generate "
				  "others"));
		return false;
	}
	if (!asker_of(
		    doctor->root, doctor->has_settings ? &doctor->settings : NULL, name, &asker)) {
		if (!host || !pam_host_is_another_user(doctor->root, host))
			return good;
		found_in(doctor, name, LEVEL_UNSEEN,
			_("find out its user, and give it a [verifier] section in patd.conf"),
			_("whether tokens are accepted: %s does not ask as root, and there is no "
			  "user %s"),
			host->what, host->user);
		return false;
	}
	good &= check_verifier(doctor, name, &asker);
	good &= check_account(doctor, name, &asker, account, fallback);
	if (!good || pam_user_reads_shadow(doctor->root, asker.user))
		return good;
	found_in(doctor, name, LEVEL_OK, NULL,
		_("tokens are accepted, asked for by user %s; passwords of /etc/shadow are not"),
		asker.user);
	return false;
}

static bool has_file(const struct sysroot *root, const char *service)
{
	cleanup_text char *path = text_format("%s/%s", PAM_DIR, service),
			  *vendor = text_format("%s/%s", PAM_VENDOR_DIR, service);

	return sysroot_has(root, path) || sysroot_has(root, vendor);
}

void doctor_hosts_without_file(struct doctor *doctor, const struct service *fallback)
{
	if (!stack_find_pat(&fallback->stacks[STACK_AUTH]) || fallback->broken)
		return;
	for (size_t i = 0; i < pam_hosts_n; i++) {
		const struct pam_host *host = &pam_hosts[i];

		/* Who is not root needs a file anyway, and may not ask PAM at all. */
		if (!host->user && pam_host_is_installed(doctor->root, host) &&
			!has_file(doctor->root, host->service))
			found_in(doctor, host->service, LEVEL_OK, NULL,
				_("no file in %s: the service other applies, which has pam_pat.so"),
				PAM_DIR);
	}
}
