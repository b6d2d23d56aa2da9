/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A backup: size of the image, key and image as they come, under a checksum that is right. */
#include <errno.h>
#include <sodium.h>
#include <sys/mman.h>

#include "patd/backup/backup_file.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/patd/place.h"

#define CHECKSUM_LEN 32
#define CHECKED (BACKUP_HEADER_LEN - CHECKSUM_LEN)

static int file_of(const void *bytes, size_t size)
{
	int fd = memfd_create("backup", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void make_true(uint8_t *bytes, size_t size)
{
	crypto_generichash_state state;

	memcpy(bytes, "patd backup 1\n\0", 16);
	crypto_generichash_init(&state, NULL, 0, CHECKSUM_LEN);
	crypto_generichash_update(&state, bytes, CHECKED);
	crypto_generichash_update(&state, bytes + BACKUP_HEADER_LEN, size - BACKUP_HEADER_LEN);
	crypto_generichash_final(&state, bytes + CHECKED, CHECKSUM_LEN);
}

static bool tells_its_size(const uint8_t *bytes, size_t size)
{
	uint64_t told = 0;

	for (size_t i = 8; i > 0; i--)
		told = told << 8 | bytes[16 + i - 1];
	return told == size - BACKUP_HEADER_LEN;
}

/* What was read, written again, is the same file, but that the header comes last. */
static void assert_same(int image, const uint8_t key[static KEY_LEN], uint8_t *bytes, size_t size)
{
	uint8_t *again = malloc(size);
	int fd = memfd_create("again", MFD_CLOEXEC);

	assert_true(again && fd >= 0);
	assert_int_equal(lseek(image, 0, SEEK_SET), 0);
	assert_int_equal(backup_stream(fd, key, image, NULL, NULL), 0);
	assert_int_equal(pread(fd, again, size, 0), size);
	assert_memory_equal(again, bytes + BACKUP_HEADER_LEN, size - BACKUP_HEADER_LEN);
	assert_memory_equal(again + size - BACKUP_HEADER_LEN, bytes, BACKUP_HEADER_LEN);
	free(again);
	close(fd);
}

static int read_backup(const uint8_t *bytes, size_t size, int image, uint8_t key[static KEY_LEN])
{
	int fd = file_of(bytes, size), r;

	r = backup_read(fd, image, key);
	assert_true(r == 0 || r == -EBADMSG);
	close(fd);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int image = memfd_create("image", MFD_CLOEXEC);
	uint8_t key[KEY_LEN], *bytes = (uint8_t *)fuzz_text(data, size);

	assert_true(image >= 0);
	if (size < BACKUP_HEADER_LEN) {
		assert_int_equal(read_backup(bytes, size, image, key), -EBADMSG);
	} else {
		make_true(bytes, size);
		if (!tells_its_size(bytes, size)) {
			assert_int_equal(read_backup(bytes, size, image, key), -EBADMSG);
		} else if (read_backup(bytes, size, image, key) == 0) {
			assert_same(image, key, bytes, size);
		}
	}
	free(bytes);
	close(image);
	return 0;
}
