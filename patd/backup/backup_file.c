/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The backup file: its header, its checksum, and the copy of the image. */
#include "patd/backup/backup_file.h"

#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/progress.h"
#include "patd/util/io.h"
#include "patd/util/log.h"

#define PIECE ((size_t)256 * 1024) /* bytes */
#define CHECKSUM_LEN 32
#define PIPE_POLL_MS 100 /* between two looks whether the backup is still wanted */

static const char magic[16] = "patd backup 1\n";

/* As patd/backup/backup_file.h has it. */
struct header {
	char magic[sizeof(magic)];
	uint64_t size; /* little-endian */
	uint8_t key[KEY_LEN];
	uint8_t checksum[CHECKSUM_LEN]; /* of what stands before it, and of the image */
};

_Static_assert(sizeof(struct header) == BACKUP_HEADER_LEN, "no padding in the header");

/* It has the key. */
static void header_wipe(struct header *header)
{
	sodium_memzero(header, sizeof(*header));
}

#define cleanup_header __attribute__((cleanup(header_wipe)))

/* Copies size bytes from one file, where it stands, to the beginning of another, or to a pipe. */
struct copy {
	int from, to;
	bool piped;
	uint64_t size;
	backup_progress_fn progress;
	void *userdata;
};

/*
 * Waits for who reads the pipe, and asks progress() meanwhile whether it shall; a pipe that nobody
 * reads any more is -EPIPE.
 */
static int write_piped(const struct copy *copy, const uint8_t *bytes, size_t len, uint64_t done)
{
	while (len > 0) {
		struct pollfd wait = { .fd = copy->to, .events = POLLOUT };
		ssize_t n = write(copy->to, bytes, len);
		int r;

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
			continue;
		}
		r = copy->progress ? copy->progress(done, copy->size, copy->userdata) : 0;
		if (r != 0)
			return r;
		if (poll(&wait, 1, PIPE_POLL_MS) < 0 && errno != EINTR)
			return -errno;
	}
	return 0;
}

static int write_piece(const struct copy *copy, const uint8_t *piece, size_t len, uint64_t done)
{
	if (copy->piped)
		return write_piped(copy, piece, len, done);
	return io_write_at(copy->to, piece, len, done);
}

/* By way of piece, which has room for PIECE bytes.  -EBADMSG: there are fewer. */
static int copy_pieces(const struct copy *copy, uint8_t *piece, crypto_generichash_state *checksum)
{
	uint64_t done = 0;

	while (done < copy->size) {
		size_t len = copy->size - done < PIECE ? (size_t)(copy->size - done) : PIECE;
		ssize_t n = io_read(copy->from, piece, len);
		int r;

		if (n < 0)
			return (int)n;
		if ((size_t)n != len)
			return -EBADMSG;
		crypto_generichash_update(checksum, piece, len);
		r = write_piece(copy, piece, len, done);
		if (r < 0)
			return r;
		done += len;
		if (copy->progress) {
			r = copy->progress(done, copy->size, copy->userdata);
			if (r != 0)
				return r;
		}
	}
	return 0;
}

/* The checksum is of the header and of what was copied. */
static int copy_run(const struct copy *copy, const struct header *header,
	uint8_t ret_checksum[static CHECKSUM_LEN])
{
	uint8_t *piece = malloc(PIECE);
	crypto_generichash_state checksum;
	int r;

	if (!piece)
		return -ENOMEM;
	crypto_generichash_init(&checksum, NULL, 0, CHECKSUM_LEN);
	crypto_generichash_update(
		&checksum, (const uint8_t *)header, offsetof(struct header, checksum));
	r = copy_pieces(copy, piece, &checksum);
	free(piece);
	crypto_generichash_final(&checksum, ret_checksum, CHECKSUM_LEN);
	sodium_memzero(&checksum, sizeof(checksum));
	return r;
}

int backup_stream(int fd, const uint8_t key[static KEY_LEN], int image, backup_progress_fn progress,
	void *userdata)
{
	cleanup_header struct header header = { 0 };
	struct copy copy = {
		.from = image,
		.to = fd,
		.piped = true,
		.progress = progress,
		.userdata = userdata,
	};
	struct stat st;
	int r;

	if (fstat(image, &st) < 0 || lseek(image, 0, SEEK_SET) < 0)
		return -errno;
	copy.size = (uint64_t)st.st_size;
	memcpy(header.magic, magic, sizeof(magic));
	header.size = htole64(copy.size);
	memcpy(header.key, key, KEY_LEN);
	r = copy_run(&copy, &header, header.checksum);
	return r != 0 ? r : write_piped(&copy, (const uint8_t *)&header, sizeof(header), copy.size);
}

static int damaged(const char *how)
{
	log_error("the backup is damaged (%s): use another one", how);
	return -EBADMSG;
}

static int show(uint64_t done, uint64_t total, void *userdata)
{
	progress_show(userdata, done, total);
	return 0;
}

static int read_image(int fd, int image, const struct header *header)
{
	uint8_t found[CHECKSUM_LEN], byte;
	struct progress progress;
	const struct copy copy = {
		.from = fd,
		.to = image,
		.size = le64toh(header->size),
		.progress = show,
		.userdata = &progress,
	};
	ssize_t n;
	int r;

	progress_begin(&progress, "Reading the backup", !isatty(STDOUT_FILENO));
	r = copy_run(&copy, header, found);
	progress_end(&progress);
	if (r == -EBADMSG)
		return damaged("its end is missing");
	n = r == 0 ? io_read(fd, &byte, sizeof(byte)) : r;
	if (n < 0) {
		log_error("the backup could not be read, or written to the disk: %s",
			strerror((int)-n));
		return (int)n;
	}
	if (n > 0)
		return damaged("something follows its end");
	if (sodium_memcmp(found, header->checksum, CHECKSUM_LEN) != 0)
		return damaged("its checksum is wrong");
	return 0;
}

int backup_read(int fd, int image, uint8_t ret_key[static KEY_LEN])
{
	cleanup_header struct header header;
	ssize_t n = io_read(fd, &header, sizeof(header));
	int r;

	if (n < 0) {
		log_error("the backup could not be read: %s", strerror((int)-n));
		return (int)n;
	}
	if ((size_t)n != sizeof(header) || memcmp(header.magic, magic, sizeof(magic)) != 0) {
		log_error("not a patd backup, or of an unsupported version: name a file written "
			  "by patctl backup");
		return -EBADMSG;
	}
	if (le64toh(header.size) > INT64_MAX - BACKUP_HEADER_LEN)
		return damaged("its size is wrong");
	r = read_image(fd, image, &header);
	if (r < 0)
		return r;
	memcpy(ret_key, header.key, KEY_LEN);
	return 0;
}
