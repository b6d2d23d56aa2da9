/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The entry that the history gets when patd first starts on a state from a backup. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "patd/db/state_dir.h"
#include "patd/tokens/tokens_fleet_private.h"
#include "patd/util/log.h"

static uint64_t made_at_ns(const struct stat *st)
{
	return (uint64_t)st->st_mtim.tv_sec * UINT64_C(1000000000) + (uint64_t)st->st_mtim.tv_nsec;
}

void tokens_record_restore(struct tokens *tokens)
{
	static const struct caller root = { .user = "root" };
	struct entry entry = tokens_entry(tokens, &root, ENTRY_RESTORED, NULL);
	const struct change change = { .kind = CHANGE_NONE, .entry = &entry };
	const int state_fd = tokens->database->state_fd;
	struct stat st;
	int r;

	/* The issuer may have its name since patd last ran. */
	tokens_set_policy(tokens, tokens->policy);
	if (fstatat(state_fd, STATE_DIR_RESTORED, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	pat_field_cut(entry.detail, sizeof(entry.detail), "from a backup");
	/* The hub may have what the backup lacks.  If anything cannot be written, tokens are
	 * accepted nevertheless, and the next start tries again. */
	r = fleet_return_begin(tokens, made_at_ns(&st));
	if (r == 0)
		r = tokens_commit(tokens, &change);
	if (r == 0 && unlinkat(state_fd, STATE_DIR_RESTORED, 0) < 0)
		r = -errno;
	if (r < 0)
		log_error("the restore from a backup could not be recorded in the history: %s",
			strerror(-r));
}
