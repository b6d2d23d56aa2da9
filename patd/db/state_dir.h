/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The state directory as a whole: how another state takes the place of the one in it, and what a
 * patd that was killed left there.
 *
 * A crash leaves the old state or the new one.  The new one is made ready, whole and on disk, in
 * a folder of its own; its last step is to get the name STATE_DIR_READY, and that decides.  From
 * then on whoever opens the state directory carries it on, one rename after the other, before it
 * looks at a database; what is left shows which rename is still to be done.
 */
#pragma once

#define USAGE_FILE "usage" /* see patd/usage/usage_log.h */

#define STATE_DIR_IMAGE "backup.new"  /* of a backup under way */
#define STATE_DIR_NEW "restore.new"   /* a folder, a state that is being made ready */
#define STATE_DIR_READY "restore.now" /* the same, which is the state from now on */
#define STATE_DIR_BEFORE "before"     /* in both, for the state that was there */

/* An empty file: the state was restored from a backup, and its history does not say so yet. */
#define STATE_DIR_RESTORED "was-restored"

/*
 * state_dir: the path of the directory state_fd, for the log.
 *
 * In the locked directory: removes what was left there, and carries a restore on that was
 * decided.  The state before it is then in before-restore-TIME, which is logged.
 */
int state_dir_settle(int state_fd, const char *state_dir);

/* Makes an empty folder STATE_DIR_NEW, and opens it. */
int state_dir_begin(int state_fd, int *ret_new_fd);

/* What is in STATE_DIR_NEW, database and key, and all synced, is the state from now on. */
int state_dir_switch(int state_fd, int new_fd, const char *state_dir);

/* Removes a folder and the files, and folders of files, in it; none: nothing to do. */
int state_dir_remove(int parent_fd, const char *name);
