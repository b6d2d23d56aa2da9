/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The key, its subkeys, and what is computed with them. */
#include "patd/crypto/key_private.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "patd/util/io.h"
#include "patd/util/log.h"

#define KEY_FILE_NEW "key.new"
#define CREDENTIAL "patd.key"

_Static_assert(KEY_LEN == crypto_kdf_KEYBYTES, "the key is what the derivation takes");

/* The context is part of the format, as is the order of the subkeys. */
static const char kdf_context[crypto_kdf_CONTEXTBYTES] = { 'p', 'a', 't', 'd', '-', 'k', 'e', 'y' };

_Static_assert(KEY_CHECK_LEN == MAC_LEN && crypto_generichash_KEYBYTES == MAC_LEN, "one length");

int key_new(const uint8_t bytes[static KEY_LEN], struct key **ret_key)
{
	struct key *key = sodium_malloc(sizeof(*key));

	if (!key)
		return -ENOMEM;
	for (unsigned int i = 0; i < SUBKEYS; i++)
		if (crypto_kdf_derive_from_key(
			    key->subkeys[i], MAC_LEN, i + 1, kdf_context, bytes) < 0) {
			sodium_free(key);
			return -EINVAL;
		}
	*ret_key = key;
	return 0;
}

void key_free(struct key *key)
{
	sodium_free(key);
}

/* private: whether the file must be ours alone; systemd sees to that for a credential. */
static int read_bytes_at(const char *path, bool private, uint8_t bytes[static KEY_LEN + 1])
{
	cleanup_close int fd = -1;
	struct stat st;
	ssize_t n;
	int r;

	/* O_NONBLOCK: a pipe in its place is refused below, not waited for. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | (private ? O_NOFOLLOW : 0));
	if (fd < 0) {
		r = -errno;
		if (r != -ENOENT)
			log_error("cannot open the key %s: %s", path, strerror(-r));
		return r;
	}
	if (fstat(fd, &st) < 0) {
		r = -errno;
		log_error("cannot read the key %s: %s", path, strerror(-r));
		return r;
	}
	if (!S_ISREG(st.st_mode)) {
		log_error("the key %s is not a regular file", path);
		return -EBADMSG;
	}
	if (private && (st.st_uid != geteuid() || (st.st_mode & 077) != 0)) {
		log_error("the key %s can be read by others: it must belong to patd's user, mode "
			  "0600",
			path);
		return -EPERM;
	}
	/* One byte more than the key, so that a file that is too long shows. */
	n = io_read(fd, bytes, KEY_LEN + 1);
	if (n == KEY_LEN)
		return 0;
	if (n < 0)
		log_error("cannot read the key %s: %s", path, strerror((int)-n));
	else
		log_error("the key %s does not hold exactly %d bytes: restore it from a backup",
			path, KEY_LEN);
	return n < 0 ? (int)n : -EBADMSG;
}

static int read_bytes_in(
	const char *folder, const char *name, bool private, uint8_t bytes[static KEY_LEN + 1])
{
	cleanup_free char *path = NULL;

	if (asprintf(&path, "%s/%s", folder, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	return read_bytes_at(path, private, bytes);
}

static int find_file(const char *state_dir, uint8_t bytes[static KEY_LEN + 1])
{
	return read_bytes_in(state_dir, KEY_FILE, true, bytes);
}

static int find_credential(const char *state_dir, uint8_t bytes[static KEY_LEN + 1])
{
	const char *credentials = secure_getenv("CREDENTIALS_DIRECTORY");

	(void)state_dir;
	return credentials ? read_bytes_in(credentials, CREDENTIAL, false, bytes) : -ENOENT;
}

static int read_bytes(int (*find)(const char *state_dir, uint8_t bytes[static KEY_LEN + 1]),
	const char *state_dir, uint8_t **ret_bytes)
{
	cleanup_key_bytes uint8_t *bytes = sodium_malloc(KEY_LEN + 1);
	int r;

	if (!bytes) {
		log_error("cannot read the key: out of memory");
		return -ENOMEM;
	}
	r = find(state_dir, bytes);
	if (r == 0)
		*ret_bytes = TAKE(bytes);
	return r;
}

int key_read_file(const char *state_dir, uint8_t **ret_bytes)
{
	return read_bytes(find_file, state_dir, ret_bytes);
}

int key_read_bytes(const char *state_dir, uint8_t **ret_bytes)
{
	int r = read_bytes(find_credential, state_dir, ret_bytes);

	return r == -ENOENT ? key_read_file(state_dir, ret_bytes) : r;
}

static int remove_file(const char *state_dir)
{
	cleanup_close int dir = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return dir < 0 || unlinkat(dir, KEY_FILE, 0) < 0 || fsync(dir) < 0 ? -errno : 0;
}

void key_settle_file(const char *state_dir, bool remove)
{
	cleanup_key_bytes uint8_t *credential = NULL, *file = NULL;
	int r;

	if (read_bytes(find_credential, state_dir, &credential) < 0 ||
		key_read_file(state_dir, &file) < 0)
		return;
	if (sodium_memcmp(credential, file, KEY_LEN) != 0) {
		log_warning("%s/" KEY_FILE " is another key than the credential " CREDENTIAL
			    ", which patd uses: see patd(8)",
			state_dir);
		return;
	}
	if (!remove)
		return;
	r = remove_file(state_dir);
	if (r < 0)
		log_warning("cannot remove %s/" KEY_FILE ": %s", state_dir, strerror(-r));
	else
		log_notice("removed %s/" KEY_FILE ": the key is the credential " CREDENTIAL,
			state_dir);
}

/* The key in clear, a second time: left by a patd that was killed while it made it. */
static void remove_new(const char *state_dir)
{
	cleanup_close int dir = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir >= 0 && unlinkat(dir, KEY_FILE_NEW, 0) < 0 && errno != ENOENT)
		log_warning("cannot remove %s/" KEY_FILE_NEW ": %s", state_dir, strerror(errno));
}

int key_read(const char *state_dir, struct key **ret_key)
{
	cleanup_key_bytes uint8_t *bytes = NULL;
	int r = key_read_bytes(state_dir, &bytes);

	if (r < 0)
		return r;
	remove_new(state_dir);
	return key_new(bytes, ret_key);
}

int key_write(int dir, const uint8_t bytes[static KEY_LEN])
{
	int fd, r = 0;

	/* Left by a patd that was killed right here: never in use. */
	if (unlinkat(dir, KEY_FILE_NEW, 0) < 0 && errno != ENOENT)
		return -errno;
	fd = openat(dir, KEY_FILE_NEW, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	errno = ENOSPC; /* for a short write, which sets none */
	if (write(fd, bytes, KEY_LEN) != KEY_LEN || fsync(fd) < 0)
		r = -errno;
	if (close(fd) < 0 && r == 0)
		r = -errno;
	/* linkat() refuses to replace a key that is there, which renameat() would not. */
	if (r == 0 && (linkat(dir, KEY_FILE_NEW, dir, KEY_FILE, 0) < 0 || fsync(dir) < 0))
		r = -errno;
	if (unlinkat(dir, KEY_FILE_NEW, 0) < 0 && r == 0)
		r = -errno;
	return r;
}

int key_random(uint8_t **ret_bytes)
{
	uint8_t *bytes = sodium_malloc(KEY_LEN);

	if (!bytes)
		return -ENOMEM;
	randombytes_buf(bytes, KEY_LEN);
	*ret_bytes = bytes;
	return 0;
}

int key_create(const char *state_dir, struct key **ret_key)
{
	cleanup_key_bytes uint8_t *bytes = NULL;
	cleanup_close int dir = -1;
	int r = key_random(&bytes);

	if (r < 0)
		return r;
	dir = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = dir < 0 ? -errno : key_write(dir, bytes);
	if (r == 0)
		return key_new(bytes, ret_key);
	log_error("cannot make a key in %s: %s", state_dir, strerror(-r));
	return r;
}

void key_verifier(const struct key *key, const struct pat_digest *digest,
	uint8_t ret[static TOKEN_VERIFIER_LEN])
{
	crypto_generichash(ret, TOKEN_VERIFIER_LEN, digest->bytes, sizeof(digest->bytes),
		key->subkeys[SUBKEY_VERIFIER], MAC_LEN);
}

static void hash_number(crypto_generichash_state *state, uint64_t number)
{
	uint64_t bytes = htole64(number);

	crypto_generichash_update(state, (const uint8_t *)&bytes, sizeof(bytes));
}

static void hash_bytes(crypto_generichash_state *state, const void *bytes, size_t len)
{
	hash_number(state, len);
	crypto_generichash_update(state, bytes, len);
}

static void hash_field(
	crypto_generichash_state *state, const struct field *field, const void *member)
{
	if (FIELD_IS_TEXT(field->kind))
		hash_bytes(state, member, strlen(member));
	else if (field->kind == FIELD_BYTES)
		hash_bytes(state, member, field->size);
	else if (field->kind != FIELD_MAC)
		hash_number(state, field_number(field, member));
}

static bool is_default(const struct field *field, const void *member)
{
	return FIELD_IS_TEXT(field->kind) ? *(const char *)member == '\0'
					  : sodium_is_zero(member, field->size) != 0;
}

void mac_record(const uint8_t key[static MAC_LEN], const uint8_t before[MAC_LEN],
	const struct table *table, const void *record, uint8_t ret[static MAC_LEN])
{
	crypto_generichash_state state;
	bool added_later = false;

	crypto_generichash_init(&state, key, MAC_LEN, MAC_LEN);
	if (before)
		hash_bytes(&state, before, MAC_LEN);
	for (size_t i = 0; i < table->n; i++) {
		const struct field *field = &table->fields[i];
		const void *member = (const char *)record + field->offset;

		if (added_later && is_default(field, member))
			continue;
		if (added_later)
			hash_number(&state, i);
		hash_field(&state, field, member);
		added_later = added_later || field->kind == FIELD_MAC;
	}
	crypto_generichash_final(&state, ret, MAC_LEN);
	sodium_memzero(&state, sizeof(state));
}

void key_row_mac(
	const struct key *key, const struct token *token, uint8_t ret[static TOKEN_MAC_LEN])
{
	mac_record(key->subkeys[SUBKEY_ROW], NULL, &token_table, token, ret);
}

void key_entry_mac(const struct key *key, const struct entry *entry,
	const uint8_t before[static ENTRY_MAC_LEN], uint8_t ret[static ENTRY_MAC_LEN])
{
	mac_record(key->subkeys[SUBKEY_ENTRY], before, &entry_table, entry, ret);
}

void key_seal_mac(
	const struct key *key, const struct history_seal *seal, uint8_t ret[static ENTRY_MAC_LEN])
{
	mac_record(key->subkeys[SUBKEY_SEAL], NULL, &seal_table, seal, ret);
}

void key_fleet_mark_mac(
	const struct key *key, const struct fleet_mark *mark, uint8_t ret[static TOKEN_MAC_LEN])
{
	mac_record(key->subkeys[SUBKEY_FLEET_MARK], NULL, &fleet_mark_table, mark, ret);
}

void key_fleet_ledger_mac(
	const struct key *key, const struct fleet_ledger *ledger, uint8_t ret[static TOKEN_MAC_LEN])
{
	mac_record(key->subkeys[SUBKEY_FLEET_LEDGER], NULL, &fleet_ledger_table, ledger, ret);
}

void key_usage_mac(const struct key *key, const uint8_t *header, size_t header_len,
	const uint8_t *records, size_t records_len, uint8_t ret[static MAC_LEN])
{
	crypto_generichash_state state;

	/* The header says how long the records are. */
	crypto_generichash_init(&state, key->subkeys[SUBKEY_USAGE], MAC_LEN, MAC_LEN);
	crypto_generichash_update(&state, header, header_len);
	crypto_generichash_update(&state, records, records_len);
	crypto_generichash_final(&state, ret, MAC_LEN);
	sodium_memzero(&state, sizeof(state));
}

void key_clock_mac(
	const struct key *key, const uint8_t *bytes, size_t len, uint8_t ret[static MAC_LEN])
{
	crypto_generichash(ret, MAC_LEN, bytes, len, key->subkeys[SUBKEY_CLOCK], MAC_LEN);
}

void key_check_value(const struct key *key, uint8_t ret[static KEY_CHECK_LEN])
{
	memcpy(ret, key->subkeys[SUBKEY_CHECK], KEY_CHECK_LEN);
}
