/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arrays as parameters of statements. */
#include <stdlib.h>

#include "common/cleanup.h"
#include "fleet/carry/carrier_private.h"

void array_begin(struct array *array)
{
	*array = (struct array) { 0 };
	array->file = open_memstream(&array->text, &array->len);
	if (array->file)
		(void)putc('{', array->file);
}

/* To write the next element; NULL without memory. */
static FILE *next(struct array *array)
{
	if (array->file && array->some)
		(void)putc(',', array->file);
	array->some = true;
	return array->file;
}

void array_add(struct array *array, const char *text)
{
	FILE *file = next(array);

	if (!file)
		return;
	(void)putc('"', file);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			(void)putc('\\', file);
		(void)putc(*text, file);
	}
	(void)putc('"', file);
}

void array_add_number(struct array *array, uint64_t number)
{
	FILE *file = next(array);

	if (file)
		(void)fprintf(file, "%llu", (unsigned long long)number);
}

void array_add_hex(struct array *array, const uint8_t *bytes, size_t len)
{
	FILE *file = next(array);

	for (size_t i = 0; file && i < len; i++)
		(void)fprintf(file, "%02x", bytes[i]);
}

const char *array_end(struct array *array)
{
	bool whole;

	if (!array->file)
		return NULL;
	(void)putc('}', array->file);
	whole = !ferror(array->file);
	if (fclose(TAKE(array->file)) != 0 || !whole) {
		free(array->text);
		array->text = NULL;
	}
	return array->text;
}
