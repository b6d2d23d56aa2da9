/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Members of records, read and set by the table that describes them. */
#include "common/field.h"

#include "common/name.h"
#include "common/token_format.h"

bool field_text_valid(enum field_kind kind, const char *text)
{
	if (kind == FIELD_TEXT)
		return !pat_text_problem(text);
	if (text[0] == '\0')
		return kind == FIELD_ANY_NAME || kind == FIELD_ANY_ID;
	if (kind == FIELD_ID || kind == FIELD_ANY_ID)
		return pat_id_valid(text);
	return !pat_name_problem(text);
}

bool field_set_number(const struct field *field, uint64_t number, void *ret_member)
{
	if (number > field->max)
		return false;
	if (field->kind == FIELD_NUMBER)
		*(uint64_t *)ret_member = number;
	else if (field->kind == FIELD_BOOL)
		*(bool *)ret_member = number != 0;
	else
		*(uint32_t *)ret_member = (uint32_t)number;
	return true;
}
