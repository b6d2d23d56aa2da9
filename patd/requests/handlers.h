/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What serves the requests of each kind: see struct service. */
#pragma once

#include "patd/requests/work.h"

/* request_table.c; NULL: there is no such kind, or it is not served in a turn. */
const struct service *request_service(uint32_t kind);

/* serve_login.c */
enum progress serve_login(struct work *work);
/* The verdict on the login of that cookie; for login_server_set_others(). */
void serve_verdict(uint64_t cookie, const struct pat_reply *reply, void *requests);

/* serve_lists.c */
enum progress serve_manager(struct work *work);
enum progress serve_policy(struct work *work);
enum progress serve_get(struct work *work);
enum progress serve_list(struct work *work);
enum progress serve_list_disabled(struct work *work);

/* serve_history.c */
enum progress serve_history(struct work *work);
enum progress serve_sources(struct work *work);
enum progress serve_check(struct work *work);
enum progress serve_verify_history(struct work *work);

/* serve_secrets.c */
enum progress serve_may_generate(struct work *work);
enum progress serve_generate(struct work *work);
void generate_ended(struct work *work, bool delivered);
/* Those for which there was no way when they ended. */
void secrets_delete_undelivered(struct requests *requests);
enum progress serve_rotate(struct work *work);

/* serve_changes.c */
enum progress serve_revoke(struct work *work);
enum progress serve_restore(struct work *work);
enum progress serve_rename(struct work *work);
enum progress serve_set(struct work *work);
enum progress serve_delete(struct work *work);
enum progress serve_revoke_all(struct work *work);
enum progress serve_disable(struct work *work);
enum progress serve_enable(struct work *work);

/* serve_approvals.c */
enum progress serve_list_approvals(struct work *work);
enum progress serve_answer_approval(struct work *work);

/* serve_sessions.c */
enum progress serve_list_sessions(struct work *work);

/* serve_fleet.c */
enum progress serve_fleet_status(struct work *work);
enum progress serve_fleet_hosts(struct work *work);
enum progress serve_fleet_new_key(struct work *work);

/* followers.c */
enum progress serve_follow(struct work *work);

/* serve_backup.c */
enum progress serve_backup(struct work *work);
void backup_ended(struct work *work, bool delivered);
