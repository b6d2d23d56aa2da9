#include "patd/policy.h"

#include "common/expiry.h"
#include "patd/services.h"

const struct policy policy_default = {
	.default_lifetime = PAT_LIFETIME_DEFAULT,
	.max_lifetime = POLICY_UNLIMITED,
	.allow_never = true,
	.max_tokens = 1000,
	.revoke_unused = POLICY_UNLIMITED,
	.keep_history = UINT64_C(31557600), /* a year of systemd.time(7) */
	.max_history = 1000000,
};

bool policy_has_verifier(const struct policy *policy, uint32_t uid)
{
	for (size_t i = 0; i < policy->verifiers_n; i++)
		if (policy->verifiers[i].uid == uid)
			return true;
	return false;
}

bool policy_verifier(const struct policy *policy, uint32_t uid, const char *service)
{
	for (size_t i = 0; i < policy->verifiers_n; i++)
		if (policy->verifiers[i].uid == uid &&
			services_match(policy->verifiers[i].services, service))
			return true;
	return false;
}
