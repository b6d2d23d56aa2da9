/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the requests of each kind are served. */
#include "common/l10n.h"
#include "patd/requests/handlers.h"

/* clang-format off */
#define READ(serve) { LANE_READ, false, false, NULL, serve, NULL }
#define CHANGE(serve) { LANE_CHANGE, false, false, NULL, serve, NULL }
#define READ_BY_ROOT(serve) { LANE_READ, false, true, NULL, serve, NULL }
#define TAKES_AWAY(serve) { LANE_CHANGE, true, false, NULL, serve, NULL }
/* clang-format on */

static const struct service services[REQUEST_KINDS] = {
	[REQUEST_VERIFY] = { LANE_LOGIN, false, false, NULL, serve_login, NULL },
	[REQUEST_MANAGER] = READ(serve_manager),
	[REQUEST_POLICY] = READ(serve_policy),
	[REQUEST_LIST] = READ(serve_list),
	[REQUEST_GET] = READ(serve_get),
	[REQUEST_MAY_GENERATE] = READ(serve_may_generate),
	[REQUEST_GENERATE] = { LANE_CHANGE, false, false,
		N_("the token could not be written to the disk, and was deleted; see the log of "
		   "patd"),
		serve_generate, generate_ended },
	[REQUEST_REVOKE] = TAKES_AWAY(serve_revoke),
	[REQUEST_RESTORE] = CHANGE(serve_restore),
	[REQUEST_RENAME] = CHANGE(serve_rename),
	[REQUEST_ROTATE] = { LANE_CHANGE, false, false,
		N_("the new secret could not be written to the disk, and is not handed out; see "
		   "the log of patd, and rotate the token again"),
		serve_rotate, NULL },
	[REQUEST_SET] = CHANGE(serve_set),
	[REQUEST_DELETE] = TAKES_AWAY(serve_delete),
	[REQUEST_REVOKE_ALL] = TAKES_AWAY(serve_revoke_all),
	[REQUEST_DISABLE] = TAKES_AWAY(serve_disable),
	[REQUEST_ENABLE] = CHANGE(serve_enable),
	[REQUEST_LIST_DISABLED] = READ(serve_list_disabled),
	[REQUEST_CHECK] = READ(serve_check),
	[REQUEST_HISTORY] = READ(serve_history),
	[REQUEST_SOURCES] = READ(serve_sources),
	[REQUEST_VERIFY_HISTORY] = READ(serve_verify_history),
	[REQUEST_FOLLOW] = READ(serve_follow),
	[REQUEST_BACKUP] = { LANE_READ, false, true, NULL, serve_backup, backup_ended },
	[REQUEST_LIST_APPROVALS] = READ(serve_list_approvals),
	[REQUEST_APPROVE] = TAKES_AWAY(serve_answer_approval),
	[REQUEST_DENY] = TAKES_AWAY(serve_answer_approval),
	[REQUEST_LIST_SESSIONS] = READ(serve_list_sessions),
	[REQUEST_FLEET_STATUS] = READ_BY_ROOT(serve_fleet_status),
	[REQUEST_FLEET_HOSTS] = READ_BY_ROOT(serve_fleet_hosts),
	[REQUEST_FLEET_NEW_KEY] = { LANE_CHANGE, false, true, NULL, serve_fleet_new_key, NULL },
	[REQUEST_CANCEL] = { 0 }, /* at once, by who receives it */
};

const struct service *request_service(uint32_t kind)
{
	return kind < REQUEST_KINDS && services[kind].serve ? &services[kind] : NULL;
}
