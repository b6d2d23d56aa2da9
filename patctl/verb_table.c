/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of all verbs.  Each verb defines its row in its own file. */
#include "patctl/verb_table.h"

extern const struct verb verb_list, verb_generate, verb_show, verb_revoke, verb_restore,
	verb_rotate, verb_set, verb_rename, verb_delete, verb_check, verb_log, verb_sessions,
	verb_requests, verb_approve, verb_deny, verb_askpass, verb_disable, verb_enable, verb_fleet,
	verb_policy, verb_status, verb_doctor, verb_backup, verb_restore_backup, verb_help,
	verb_complete;

const struct verb *const verb_table[] = { &verb_list, &verb_generate, &verb_show, &verb_revoke,
	&verb_restore, &verb_rotate, &verb_set, &verb_rename, &verb_delete, &verb_check, &verb_log,
	&verb_sessions, &verb_requests, &verb_approve, &verb_deny, &verb_askpass, &verb_disable,
	&verb_enable, &verb_fleet, &verb_policy, &verb_status, &verb_doctor, &verb_backup,
	&verb_restore_backup, &verb_help, &verb_complete, NULL };
