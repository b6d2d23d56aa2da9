/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading a{sv} by tables. */
#include "desktop/client/fields.h"

static const GVariantType *type_of(PatdFieldKind kind)
{
	switch (kind) {
	case PATD_FIELD_TEXT:
		return G_VARIANT_TYPE_STRING;
	case PATD_FIELD_TEXTS:
		return G_VARIANT_TYPE_STRING_ARRAY;
	case PATD_FIELD_TIME:
		return G_VARIANT_TYPE_UINT64;
	case PATD_FIELD_UINT:
		return G_VARIANT_TYPE_UINT32;
	case PATD_FIELD_FLAG:
	default:
		return G_VARIANT_TYPE_BOOLEAN;
	}
}

void patd_fields_init(const PatdField *fields, gpointer info)
{
	for (; fields->key; fields++) {
		gpointer member = G_STRUCT_MEMBER_P(info, fields->offset);

		if (fields->kind == PATD_FIELD_TEXT)
			*(char **)member = g_strdup("");
		else if (fields->kind == PATD_FIELD_TEXTS)
			*(char ***)member = g_new0(char *, 1);
	}
}

void patd_fields_clear(const PatdField *fields, gpointer info)
{
	for (; fields->key; fields++) {
		gpointer member = G_STRUCT_MEMBER_P(info, fields->offset);

		if (fields->kind == PATD_FIELD_TEXT)
			g_clear_pointer((char **)member, g_free);
		else if (fields->kind == PATD_FIELD_TEXTS)
			g_clear_pointer((char ***)member, g_strfreev);
	}
}

static gboolean take_text(char **member, GVariant *value)
{
	const char *text = g_variant_get_string(value, NULL);

	if (strcmp(*member, text) == 0)
		return FALSE;
	g_free(*member);
	*member = g_strdup(text);
	return TRUE;
}

static gboolean take_texts(char ***member, GVariant *value)
{
	g_autofree const char **texts = g_variant_get_strv(value, NULL);

	if (g_strv_equal((const char *const *)*member, texts))
		return FALSE;
	g_strfreev(*member);
	*member = g_variant_dup_strv(value, NULL);
	return TRUE;
}

static gboolean take_time(guint64 *member, GVariant *value)
{
	const guint64 former = *member;

	*member = g_variant_get_uint64(value);
	return *member != former;
}

static gboolean take_uint(guint32 *member, GVariant *value)
{
	const guint32 former = *member;

	*member = g_variant_get_uint32(value);
	return *member != former;
}

static gboolean take_flag(gboolean *member, GVariant *value)
{
	const gboolean former = *member;

	*member = g_variant_get_boolean(value);
	return *member != former;
}

static gboolean take(const PatdField *field, gpointer info, GVariant *value)
{
	gpointer member = G_STRUCT_MEMBER_P(info, field->offset);

	if (!g_variant_is_of_type(value, type_of(field->kind)))
		return FALSE;
	switch (field->kind) {
	case PATD_FIELD_TEXT:
		return take_text(member, value);
	case PATD_FIELD_TEXTS:
		return take_texts(member, value);
	case PATD_FIELD_TIME:
		return take_time(member, value);
	case PATD_FIELD_UINT:
		return take_uint(member, value);
	case PATD_FIELD_FLAG:
	default:
		return take_flag(member, value);
	}
}

/* Begins behind the last one that was found: patd sends the keys in one order. */
static const PatdField *find(const PatdField *fields, const PatdField *last, const char *key)
{
	const PatdField *begin = last ? last + 1 : fields;

	for (const PatdField *field = begin; field->key; field++)
		if (strcmp(field->key, key) == 0)
			return field;
	for (const PatdField *field = fields; field < begin; field++)
		if (strcmp(field->key, key) == 0)
			return field;
	return NULL;
}

gboolean patd_fields_take(const PatdField *fields, gpointer info, GVariant *properties)
{
	const PatdField *last = NULL;
	gboolean changed = FALSE;
	GVariantIter iter;
	const char *key;
	GVariant *value;

	g_variant_iter_init(&iter, properties);
	while (g_variant_iter_loop(&iter, "{&sv}", &key, &value)) {
		const PatdField *field = find(fields, last, key);

		if (!field)
			continue;
		last = field;
		if (take(field, info, value))
			changed = TRUE;
	}
	return changed;
}
