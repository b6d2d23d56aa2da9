#include "patd/backup/backup_file.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/progress.h"
#include "patd/util/log.h"

#define PIECE ((size_t)256 * 1024) /* bytes */
#define CHECKSUM_LEN 32

static const char magic[16] = "patd backup 1\n";

enum {
	SIZE_AT = sizeof(magic),
	KEY_AT = SIZE_AT + 8,
	CHECKSUM_AT = KEY_AT + KEY_LEN,
};

_Static_assert(CHECKSUM_AT + CHECKSUM_LEN == BACKUP_HEADER_LEN, "the header is as its file says");

/* The number of bytes read, fewer than len at the end only. */
static ssize_t read_all(int fd, uint8_t *bytes, size_t len)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = read(fd, bytes + got, len - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

static int write_all(int fd, const uint8_t *bytes, size_t len, uint64_t at)
{
	while (len > 0) {
		ssize_t n = pwrite(fd, bytes, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -ENOSPC;
		bytes += n;
		len -= (size_t)n;
		at += (uint64_t)n;
	}
	return 0;
}

/* Copies size bytes from one file, where it stands, into the other, and into the checksum. */
struct copy {
	int from, to;
	uint64_t at, size; /* at: in the other */
	crypto_generichash_state *checksum;
	backup_progress_fn progress;
	void *userdata;
};

/* -EBADMSG: there are fewer. */
static int copy_pieces(const struct copy *copy, uint8_t *piece)
{
	uint64_t done = 0;
	int r = 0;

	while (r == 0 && done < copy->size) {
		size_t len = copy->size - done < PIECE ? (size_t)(copy->size - done) : PIECE;
		ssize_t n = read_all(copy->from, piece, len);

		if (n < 0 || (size_t)n != len)
			return n < 0 ? (int)n : -EBADMSG;
		crypto_generichash_update(copy->checksum, piece, len);
		r = write_all(copy->to, piece, len, copy->at + done);
		done += len;
		if (r == 0 && copy->progress)
			r = copy->progress(done, copy->size, copy->userdata);
	}
	return r;
}

static int copy_run(const struct copy *copy)
{
	uint8_t *piece = malloc(PIECE);
	int r;

	if (!piece)
		return -ENOMEM;
	r = copy_pieces(copy, piece);
	free(piece);
	return r;
}

static void begin_checksum(
	crypto_generichash_state *checksum, const uint8_t header[static BACKUP_HEADER_LEN])
{
	crypto_generichash_init(checksum, NULL, 0, CHECKSUM_LEN);
	crypto_generichash_update(checksum, header, CHECKSUM_AT);
}

static void make_header(
	uint8_t header[static BACKUP_HEADER_LEN], uint64_t size, const uint8_t key[static KEY_LEN])
{
	memcpy(header, magic, sizeof(magic));
	for (size_t i = 0; i < 8; i++)
		header[SIZE_AT + i] = (uint8_t)(size >> (8 * i));
	memcpy(header + KEY_AT, key, KEY_LEN);
}

static uint64_t size_in(const uint8_t header[static BACKUP_HEADER_LEN])
{
	uint64_t size = 0;

	for (size_t i = 0; i < 8; i++)
		size |= (uint64_t)header[SIZE_AT + i] << (8 * i);
	return size;
}

int backup_write(int fd, const uint8_t key[static KEY_LEN], int image, backup_progress_fn progress,
	void *userdata)
{
	uint8_t header[BACKUP_HEADER_LEN];
	crypto_generichash_state checksum;
	struct copy copy = {
		.from = image,
		.to = fd,
		.at = BACKUP_HEADER_LEN,
		.checksum = &checksum,
		.progress = progress,
		.userdata = userdata,
	};
	struct stat st;
	int r;

	if (fstat(image, &st) < 0)
		return -errno;
	if (lseek(image, 0, SEEK_SET) < 0)
		return -errno;
	copy.size = (uint64_t)st.st_size;
	make_header(header, copy.size, key);
	begin_checksum(&checksum, header);
	r = copy_run(&copy);
	crypto_generichash_final(&checksum, header + CHECKSUM_AT, CHECKSUM_LEN);
	if (r == 0)
		r = write_all(fd, header, sizeof(header), 0);
	sodium_memzero(header, sizeof(header));
	sodium_memzero(&checksum, sizeof(checksum));
	return r;
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

static int read_image(int fd, int image, const uint8_t header[static BACKUP_HEADER_LEN])
{
	uint8_t found[CHECKSUM_LEN], more;
	crypto_generichash_state checksum;
	struct progress progress;
	const struct copy copy = {
		.from = fd,
		.to = image,
		.size = size_in(header),
		.checksum = &checksum,
		.progress = show,
		.userdata = &progress,
	};
	ssize_t n;
	int r;

	begin_checksum(&checksum, header);
	progress_begin(&progress, "Reading the backup", !isatty(STDOUT_FILENO));
	r = copy_run(&copy);
	progress_end(&progress);
	crypto_generichash_final(&checksum, found, sizeof(found));
	sodium_memzero(&checksum, sizeof(checksum));
	if (r == -EBADMSG)
		return damaged("its end is missing");
	n = r == 0 ? read_all(fd, &more, sizeof(more)) : r;
	if (n < 0) {
		log_error("the backup could not be read, or written to the disk: %s",
			strerror((int)-n));
		return (int)n;
	}
	if (n > 0)
		return damaged("something follows its end");
	if (sodium_memcmp(found, header + CHECKSUM_AT, CHECKSUM_LEN) != 0)
		return damaged("its checksum is wrong");
	return 0;
}

int backup_read(int fd, int image, uint8_t ret_key[static KEY_LEN])
{
	uint8_t header[BACKUP_HEADER_LEN];
	ssize_t n = read_all(fd, header, sizeof(header));
	int r;

	if (n < 0) {
		r = (int)n;
		log_error("the backup could not be read: %s", strerror(-r));
	} else if ((size_t)n != sizeof(header) || memcmp(header, magic, sizeof(magic)) != 0) {
		r = -EBADMSG;
		log_error("that is no backup that this patd can read: name a file that patctl "
			  "backup made");
	} else if (size_in(header) > INT64_MAX - BACKUP_HEADER_LEN) {
		r = damaged("its size is wrong");
	} else {
		r = read_image(fd, image, header);
	}
	if (r == 0)
		memcpy(ret_key, header + KEY_AT, KEY_LEN);
	sodium_memzero(header, sizeof(header));
	return r;
}
