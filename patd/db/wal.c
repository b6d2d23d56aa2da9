/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Syncing the write-ahead log, and writing it back. */
#include "patd/db/wal.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "patd/util/io.h"

enum {
	HEADER_BYTES = 32,
	FRAME_HEADER_BYTES = 24,
	PAGE_BYTES_MIN = 512,
	PAGE_BYTES_MAX = 65536
};

/* Where the members of a header and of the header of a frame are, in words of 4 bytes. */
enum {
	MAGIC_AT = 0,
	PAGE_SIZE_AT = 2,
	SALT_AT = 4, /* two */
	CHECKSUM_AT = 6,
	FRAME_PAGE_AT = 0,
	FRAME_COMMIT_AT = 1, /* not 0: the last of its transaction */
	FRAME_SALT_AT = 2,
	FRAME_CHECKSUM_AT = 4
};

#define MAGIC UINT32_C(0x377f0682) /* with the last bit: checksums of big-endian words */
#define BIG_ENDIAN_BIT UINT32_C(1)

/* What the check of the next frame goes on from. */
struct chain {
	bool big_endian;
	uint32_t page_size, salt[2], sum[2];
};

static uint32_t word_at(const uint8_t *bytes, size_t index)
{
	uint32_t word;

	memcpy(&word, bytes + 4 * index, sizeof(word));
	return be32toh(word);
}

static void add_to_sum(struct chain *chain, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i += 8) {
		uint32_t words[2];

		memcpy(words, bytes + i, sizeof(words));
		for (int w = 0; w < 2; w++)
			words[w] = chain->big_endian ? be32toh(words[w]) : le32toh(words[w]);
		chain->sum[0] += words[0] + chain->sum[1];
		chain->sum[1] += words[1] + chain->sum[0];
	}
}

static bool begin_chain(struct chain *chain, const uint8_t header[static HEADER_BYTES])
{
	uint32_t magic = word_at(header, MAGIC_AT);
	uint32_t page_size = word_at(header, PAGE_SIZE_AT);

	if ((magic & ~BIG_ENDIAN_BIT) != MAGIC || page_size < PAGE_BYTES_MIN ||
		page_size > PAGE_BYTES_MAX || (page_size & (page_size - 1)) != 0)
		return false;
	*chain = (struct chain) {
		.big_endian = (magic & BIG_ENDIAN_BIT) != 0,
		.page_size = page_size,
		.salt = { word_at(header, SALT_AT), word_at(header, SALT_AT + 1) },
	};
	add_to_sum(chain, header, sizeof(uint32_t) * CHECKSUM_AT);
	return chain->sum[0] == word_at(header, CHECKSUM_AT) &&
	       chain->sum[1] == word_at(header, CHECKSUM_AT + 1);
}

/* Whether the frame follows what was checked before. */
static bool continue_chain(struct chain *chain, const uint8_t *frame)
{
	if (word_at(frame, FRAME_PAGE_AT) == 0 || word_at(frame, FRAME_SALT_AT) != chain->salt[0] ||
		word_at(frame, FRAME_SALT_AT + 1) != chain->salt[1])
		return false;
	add_to_sum(chain, frame, sizeof(uint32_t) * FRAME_SALT_AT);
	add_to_sum(chain, frame + FRAME_HEADER_BYTES, chain->page_size);
	return chain->sum[0] == word_at(frame, FRAME_CHECKSUM_AT) &&
	       chain->sum[1] == word_at(frame, FRAME_CHECKSUM_AT + 1);
}

int wal_open(int state_fd, int *ret_fd)
{
	int fd = openat(state_fd, WAL_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

int wal_size(int fd, uint64_t *ret_size)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	*ret_size = (uint64_t)st.st_size;
	return 0;
}

/* Each frame that is whole is written where it was read.  *ret_frames: those committed. */
static int write_frames(int fd, struct chain *chain, uint32_t *ret_frames)
{
	const size_t size = FRAME_HEADER_BYTES + (size_t)chain->page_size;
	cleanup_free uint8_t *frame = malloc(size);
	uint64_t offset = HEADER_BYTES;
	int r;

	if (!frame)
		return -ENOMEM;
	*ret_frames = 0;
	for (uint32_t n = 1; (r = io_read_at(fd, frame, size, offset)) > 0; n++, offset += size) {
		if (!continue_chain(chain, frame))
			return 0;
		r = io_write_at(fd, frame, size, offset);
		if (r < 0)
			return r;
		if (word_at(frame, FRAME_COMMIT_AT) != 0)
			*ret_frames = n;
	}
	return r;
}

int wal_write_back(int fd, uint32_t at_least, uint32_t *ret_frames)
{
	uint8_t header[HEADER_BYTES];
	uint32_t frames = 0;
	struct chain chain;
	int r = io_read_at(fd, header, sizeof(header), 0);

	if (r < 0)
		return r;
	/* Without a header nothing in it counts. */
	if (r > 0 && begin_chain(&chain, header)) {
		r = io_write_at(fd, header, sizeof(header), 0);
		if (r == 0)
			r = write_frames(fd, &chain, &frames);
		if (r < 0)
			return r;
	}
	if (frames < at_least)
		return -EBADMSG;
	*ret_frames = frames;
	return fdatasync(fd) < 0 ? -errno : 0;
}

/* An empty one gets a new header with its first frame. */
uint64_t wal_size_of(uint32_t page_size, uint32_t frames)
{
	return frames == 0 ? 0 : HEADER_BYTES + frames * (uint64_t)(FRAME_HEADER_BYTES + page_size);
}

int wal_cut(int fd, uint32_t page_size, uint32_t frames)
{
	const uint64_t end = wal_size_of(page_size, frames);
	uint64_t size = 0;
	int r = wal_size(fd, &size);

	if (r < 0)
		return r;
	return size > end && ftruncate(fd, (off_t)end) < 0 ? -errno : 0;
}

int wal_sync_empty(int fd)
{
	static const uint8_t no_header[HEADER_BYTES];

	/* Whether this or the cut reaches the disk, there is no log on it then; on a full one, the
	 * cut alone. */
	(void)io_write_at(fd, no_header, sizeof(no_header), 0);
	if (fdatasync(fd) < 0 || ftruncate(fd, 0) < 0 || fdatasync(fd) < 0)
		return -errno;
	return 0;
}
