/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The name of this machine as an issuer of fleet tokens. */
#include "desktop/client/own_issuer.h"

char *patd_own_issuer_read(GVariant *settings)
{
	for (gsize i = 0; i < g_variant_n_children(settings); i++) {
		g_autoptr(GVariant) setting = g_variant_get_child_value(settings, i);
		const char *key, *value;

		/* None is called that: see patd.conf(5). */
		if (g_variant_lookup(setting, "Key", "&s", &key) &&
			g_variant_lookup(setting, "Value", "&s", &value) &&
			g_str_equal(key, "fleet.issuer") && !g_str_equal(value, "none"))
			return g_strdup(value);
	}
	return g_strdup("");
}
