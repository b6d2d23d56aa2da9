/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A database that somebody changed, byte by byte: a place (3 bytes), and what stands there from
 * now on.  What verify_image() takes has every token and every entry as they were.
 */
#include "patd/backup/restore.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/patd/world.h"

#define TEXT_MAX (1 << 16)

static struct world world;
static uint8_t sound[1 << 20];
static size_t sound_size;
static char expected[TEXT_MAX];

static void add(char *text, const void *bytes, size_t size)
{
	const size_t len = strlen(text);

	assert_true(len + 2 * size + 2 < TEXT_MAX);
	(void)sodium_bin2hex(text + len, TEXT_MAX - len, bytes, size);
	(void)strcat(text, "\n");
}

static int take_token(const struct token *token, void *userdata)
{
	add(userdata, token->mac, sizeof(token->mac));
	return 0;
}

static int take_entry(const struct entry *entry, void *userdata)
{
	add(userdata, entry->mac, sizeof(entry->mac));
	return 0;
}

/* The MACs, which verify_image() has found to be right. */
static void read_all(char ret_text[static TEXT_MAX])
{
	const struct list_filter tokens = { 0 };
	const struct entry_filter entries = { 0 };
	struct database *database;
	struct statements *rows;
	struct store *store;

	ret_text[0] = '\0';
	assert_int_equal(database_open(world.place.dir, &database), 0);
	assert_int_equal(history_rows_open(database, &rows), 0);
	assert_int_equal(store_new(database, &store), 0);
	assert_int_equal(store_list(store, &tokens, take_token, ret_text), 0);
	assert_int_equal(history_rows_list(rows, &entries, take_entry, ret_text), 0);
	statements_free(rows);
	store_free(store);
	database_free(database);
}

static void take_away(void)
{
	world_end(&world);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct made made;

	(void)argc;
	(void)argv;
	world_make(&world);
	made = world_generate(&world, &alice, "laptop");
	assert_int_equal(world_log_in(&world, &alice, &made), PAT_ACCEPTED);
	made = world_generate(&world, &bob, "phone");
	assert_int_equal(world_revoke(&world, &made), PAT_OK);
	world_stop(&world);
	sound_size = place_read(&world.place, "patd.db", sound, sizeof(sound));
	read_all(expected);
	return atexit(take_away);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_bytes bytes = { data, size };
	uint8_t *image = malloc(sound_size);
	char found[TEXT_MAX];
	int fd, r;

	assert_non_null(image);
	memcpy(image, sound, sound_size);
	while (bytes.left > 0) {
		const size_t at = fuzz_number(&bytes, 3) % sound_size;

		image[at] = fuzz_byte(&bytes);
	}
	place_write(&world.place, "patd.db", 0600, image, sound_size);
	fd = open(place_path(&world.place, "patd.db"), O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	r = verify_image(fd, world.key);
	close(fd);
	if (r == 0) {
		read_all(found);
		assert_string_equal(found, expected);
	}
	(void)unlink(place_path(&world.place, "patd.db-wal"));
	(void)unlink(place_path(&world.place, "patd.db-shm"));
	free(image);
	return 0;
}
