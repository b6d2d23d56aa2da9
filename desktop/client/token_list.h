/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tokens that the page shows: a GListModel of PatdToken, in patd's order, filled by pages and
 * kept up to date by signals.  It lists anew whenever the service becomes ready, and then keeps the
 * objects of the tokens that are still there, so that the view stays where it is.
 *
 * Properties, which notify: "state" (PatdListState), "complete" (gboolean), "everyone" (gboolean);
 * see below.
 * Signals: "token-changed" (PatdToken *): any of the list, after its own "changed".
 */
#pragma once

#include "desktop/client/patd_token.h"
#include "desktop/client/service.h"

typedef enum {
	PATD_LIST_LOADING, /* and nothing to show yet */
	PATD_LIST_READY,   /* there are tokens, of which more may be on their way; or there are none
			    */
	PATD_LIST_OFFLINE, /* see the state of the service; former tokens may still be in the model
			    */
	PATD_LIST_REFUSED,
	PATD_LIST_FAILED,
} PatdListState;

#define PATD_TYPE_TOKEN_LIST (patd_token_list_get_type())
G_DECLARE_FINAL_TYPE(PatdTokenList, patd_token_list, PATD, TOKEN_LIST, GObject)

PatdTokenList *patd_token_list_new(PatdService *service);
PatdListState patd_token_list_get_state(PatdTokenList *list);

/* Whether all pages are there; not while the list is filled for the first time, or again after
 * patd was away. */
gboolean patd_token_list_is_complete(PatdTokenList *list);

/* Why, in PATD_LIST_REFUSED and PATD_LIST_FAILED; else NULL. */
const GError *patd_token_list_get_error(PatdTokenList *list);

/* NULL if it is not in the list. */
PatdToken *patd_token_list_find(PatdTokenList *list, const char *id);

/* Lists again, as for a button "Try again". */
void patd_token_list_reload(PatdTokenList *list);

/*
 * Whether all users' tokens are listed, for which polkit asks for an administrator's password.  If
 * it says no, "everyone" becomes FALSE again, "refused-everyone" (GError *) is emitted, and the own
 * tokens stay in the list.  After a restart of patd no dialog is shown, since nobody asked for
 * anything: if polkit does not remember the last one, it counts as refused.
 */
void patd_token_list_set_everyone(PatdTokenList *list, gboolean everyone);
gboolean patd_token_list_get_everyone(PatdTokenList *list);

/* Asks for the state of the tokens that are bound to a boot, session or unit, whose end no signal
 * tells, and of fleet tokens, of which none tells that news has come or is overdue: when the window
 * gets the focus. */
void patd_token_list_refresh_unsignalled(PatdTokenList *list);
