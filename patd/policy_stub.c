#include "patd/policy.h"
#include <stdlib.h>
struct policy_set {
	struct policy p;
};
int policy_read(
	const char *conf_dir, policy_problem_fn fn, void *userdata, struct policy_set **ret_set)
{
	(void)conf_dir;
	(void)fn;
	(void)userdata;
	*ret_set = calloc(1, sizeof(**ret_set));
	if (!*ret_set)
		return -1;
	(*ret_set)->p = policy_default;
	return 0;
}
void policy_free(struct policy_set *set)
{
	free(set);
}
const struct policy *policy_of(const struct policy_set *set)
{
	return &set->p;
}
void policy_each(const struct policy_set *set,
	void (*fn)(const struct policy_line *line, void *userdata), void *userdata)
{
	(void)set;
	(void)fn;
	(void)userdata;
}
