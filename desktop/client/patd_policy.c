/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The settings of patd.conf about the lifetime of tokens, as GetPolicy writes them. */
#include "desktop/client/patd_policy.h"

#include "common/timespan.h"

#define SECOND ((guint64)1000000)

/* As patd reads them. */
static gboolean is_yes(const char *value)
{
	static const char *const words[] = { "yes", "true", "on", "1", NULL };

	return g_strv_contains(words, value);
}

static gboolean read_period(const char *value, guint64 *ret_seconds)
{
	struct timespan span;

	if (timespan_parse(value, &span))
		return FALSE;
	*ret_seconds = span.usec / SECOND;
	return *ret_seconds > 0;
}

/* False if the value is one that this program does not understand. */
static gboolean take_setting(PatdPolicy *policy, const char *key, const char *value)
{
	if (strcmp(key, "tokens.default_lifetime") == 0)
		return read_period(value, &policy->default_lifetime);
	if (strcmp(key, "tokens.max_lifetime") == 0)
		return strcmp(value, "unlimited") == 0 || read_period(value, &policy->max_lifetime);
	if (strcmp(key, "tokens.allow_never") == 0)
		policy->allow_never = is_yes(value);
	return TRUE;
}

gboolean patd_policy_read(GVariant *settings, PatdPolicy *ret_policy)
{
	PatdPolicy policy = { 0 };

	for (gsize i = 0; i < g_variant_n_children(settings); i++) {
		g_autoptr(GVariant) setting = g_variant_get_child_value(settings, i);
		const char *key, *value;

		if (g_variant_lookup(setting, "Key", "&s", &key) &&
			g_variant_lookup(setting, "Value", "&s", &value) &&
			!take_setting(&policy, key, value))
			return FALSE;
	}
	if (policy.default_lifetime == 0)
		return FALSE;
	/* As patd does, if the file contradicts itself. */
	if (policy.max_lifetime > 0)
		policy.default_lifetime = MIN(policy.default_lifetime, policy.max_lifetime);
	policy.allow_never = policy.allow_never && policy.max_lifetime == 0;
	*ret_policy = policy;
	return TRUE;
}

void patd_policy_get(PatdService *service, GCancellable *cancellable, GAsyncReadyCallback callback,
	gpointer data)
{
	patd_service_call(service, PATD_PATH, PATD_MANAGER, "GetPolicy", NULL, FALSE, cancellable,
		callback, data);
}

gboolean patd_policy_get_finish(
	PatdService *service, GAsyncResult *result, PatdPolicy *ret_policy, GError **error)
{
	g_autoptr(GVariant) reply = patd_service_call_finish(service, result, NULL, error);
	g_autoptr(GVariant) settings = reply ? g_variant_get_child_value(reply, 0) : NULL;

	if (!settings)
		return FALSE;
	if (!patd_policy_read(settings, ret_policy)) {
		g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
			"the policy of patd has a value that this program does not know");
		return FALSE;
	}
	return TRUE;
}
