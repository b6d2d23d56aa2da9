#include "patctl/print/column.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "patctl/base/text.h"

size_t column_width(const char *text)
{
	const size_t len = strlen(text);
	wchar_t *wide = text_must(calloc(len + 1, sizeof(*wide)));
	const size_t n = mbstowcs(wide, text, len + 1);
	const int width = n == (size_t)-1 ? -1 : wcswidth(wide, n);

	free(wide);
	/* The C library cannot print it: its bytes count. */
	return width < 0 ? len : (size_t)width;
}

size_t column_wider(size_t width, const char *text)
{
	const size_t own = column_width(text);

	return own > width ? own : width;
}

char *column_pad(const char *text, size_t width)
{
	const size_t own = column_width(text);

	return text_format("%s%*s", text, own < width ? (int)(width - own) : 0, "");
}
