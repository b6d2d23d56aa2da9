/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of states, as the page shows them. */
#include "desktop/page/state_pill.h"

#include "common/l10n.h"

/* The icons are among those that GTK itself has. */
static const struct {
	const char *word, *icon, *style;
} states[] = {
	[PATD_STATE_ACTIVE] = { N_("Active"), "object-select-symbolic", "state-good" },
	[PATD_STATE_PENDING] = { N_("Pending"), "document-open-recent-symbolic", "state-over" },
	[PATD_STATE_REVOKED] = { N_("Revoked"), "window-close-symbolic", "state-warning" },
	[PATD_STATE_DISABLED] = { N_("Disabled"), "changes-prevent-symbolic", "state-warning" },
	[PATD_STATE_EXHAUSTED] = { N_("Used Up"), "media-playback-stop-symbolic", "state-over" },
	[PATD_STATE_ENDED] = { N_("Ended"), "media-playback-stop-symbolic", "state-over" },
	[PATD_STATE_EXPIRED] = { N_("Expired"), "document-open-recent-symbolic", "state-over" },
	[PATD_STATE_ALTERED] = { N_("Altered"), "dialog-warning-symbolic", "state-danger" },
	[PATD_STATE_STALE] = { N_("Out of Date"), "content-loading-symbolic", "state-warning" },
	[PATD_STATE_UNKNOWN_ISSUER] = { N_("Not Trusted"), "dialog-warning-symbolic",
		"state-warning" },
	[PATD_STATE_UNKNOWN] = { N_("Unknown"), "dialog-question-symbolic", "state-over" },
};

static PatdState known(PatdState state)
{
	return (guint)state < G_N_ELEMENTS(states) ? state : PATD_STATE_UNKNOWN;
}

static void set_style(GtkWidget *widget, PatdState state)
{
	for (guint i = 0; i < G_N_ELEMENTS(states); i++)
		gtk_widget_remove_css_class(widget, states[i].style);
	gtk_widget_add_css_class(widget, states[known(state)].style);
}

const char *patd_state_word(PatdState state)
{
	return _(states[known(state)].word);
}

void patd_state_pill_set(GtkLabel *pill, PatdState state)
{
	gtk_label_set_text(pill, patd_state_word(state));
	set_style(GTK_WIDGET(pill), state);
}

void patd_state_icon_set(GtkImage *icon, PatdState state)
{
	gtk_image_set_from_icon_name(icon, states[known(state)].icon);
	set_style(GTK_WIDGET(icon), state);
}
