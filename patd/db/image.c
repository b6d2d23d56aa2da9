/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A database in one file, opened in memory. */
#include "patd/db/image.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "patd/db/schema.h"

#define ROOM_MIN ((size_t)1 << 20)

/* Of the header of an SQLite database: see sqlite.org/fileformat. */
enum {
	WRITE_VERSION_AT = 18,
	READ_VERSION_AT = 19,
	HEADER_BYTES = 100
};
#define VERSION_WAL 2
#define VERSION_PLAIN 1

int image_map(int fd, struct image *ret_image)
{
	const int wanted = PROT_READ | PROT_WRITE, how = MAP_PRIVATE | MAP_NORESERVE;
	struct image image;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size < HEADER_BYTES || (uintmax_t)st.st_size > SIZE_MAX / 4)
		return -EBADMSG;
	image.size = (size_t)st.st_size;
	image.room = 2 * image.size + ROOM_MIN;
	/* Behind the end of a file there is no memory. */
	image.bytes = mmap(NULL, image.room, wanted, how | MAP_ANONYMOUS, -1, 0);
	if (image.bytes == MAP_FAILED)
		return -errno;
	if (mmap(image.bytes, image.size, wanted, how | MAP_FIXED, fd, 0) == MAP_FAILED) {
		int r = -errno;

		image_unmap(&image);
		return r;
	}
	/* There is no WAL in memory, and none with a copy that SQLite made. */
	for (int at = WRITE_VERSION_AT; at <= READ_VERSION_AT; at++)
		if (image.bytes[at] == VERSION_WAL)
			image.bytes[at] = VERSION_PLAIN;
	*ret_image = image;
	return 0;
}

int image_open(const struct image *image, sqlite3 **ret_db)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	sqlite3 *db;
	int r = sqlite3_open_v2(":memory:", &db, flags, NULL);

	if (r == SQLITE_OK)
		r = sqlite3_deserialize(db, "main", image->bytes, (sqlite3_int64)image->size,
			(sqlite3_int64)image->room, 0);
	if (r != SQLITE_OK) {
		sqlite3_close(db);
		return schema_errno(r);
	}
	*ret_db = db;
	return 0;
}

void image_unmap(struct image *image)
{
	if (image->bytes)
		(void)munmap(image->bytes, image->room);
	image->bytes = NULL;
}
