/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows of a form by which a person chooses when a token expires. */
#pragma once

#include <adwaita.h>

#include "desktop/client/patd_policy.h"

#define PATD_TYPE_EXPIRATION_GROUP (patd_expiration_group_get_type())
G_DECLARE_FINAL_TYPE(
	PatdExpirationGroup, patd_expiration_group, PATD, EXPIRATION_GROUP, AdwPreferencesGroup)

/* Offers what the policy permits, and selects its default. */
void patd_expiration_group_set_policy(PatdExpirationGroup *group, const PatdPolicy *policy);

/* FALSE if the date cannot be, which the rows then say. */
gboolean patd_expiration_group_check(PatdExpirationGroup *group);

/* Adds "lifetime" or "expires_at" to the options of Generate. */
void patd_expiration_group_collect(PatdExpirationGroup *group, GVariantBuilder *options);

/* Says what is wrong with the expiration. */
void patd_expiration_group_explain(PatdExpirationGroup *group, const char *text);
