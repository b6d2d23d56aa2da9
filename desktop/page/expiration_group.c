/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Offers expirations, of which the policy permits each. */
#include "desktop/page/expiration_group.h"

#include "common/l10n.h"
#include "desktop/base/words.h"
#include "desktop/page/error_row.h"

#define DAY G_GUINT64_CONSTANT(86400)

/* Choices are lifetimes in seconds, and these two. */
#define NEVER G_GUINT64_CONSTANT(0)
#define CUSTOM G_MAXUINT64

struct _PatdExpirationGroup {
	AdwPreferencesGroup parent_instance;

	PatdPolicy policy;
	GArray *choices; /* guint64, as the rows of the combo */
	AdwComboRow *choice;
	AdwActionRow *date_row;
	GtkMenuButton *date;
	GtkCalendar *calendar;
	PatdErrorRow *error;
};

G_DEFINE_FINAL_TYPE(PatdExpirationGroup, patd_expiration_group, ADW_TYPE_PREFERENCES_GROUP)

static guint64 now_seconds(void)
{
	return (guint64)(g_get_real_time() / G_USEC_PER_SEC);
}

static guint64 get_chosen(PatdExpirationGroup *self)
{
	const guint selected = adw_combo_row_get_selected(self->choice);

	return selected < self->choices->len ? g_array_index(self->choices, guint64, selected)
					     : self->policy.default_lifetime;
}

/* The last second of the chosen day, local, so that the token lasts through it; if only a part of
 * that day is within the policy, the end of that part.  0 if there is no such time. */
static guint64 get_custom_end(PatdExpirationGroup *self)
{
	g_autoptr(GDateTime) day = gtk_calendar_get_date(self->calendar);
	g_autoptr(GDateTime) start = g_date_time_new_local(g_date_time_get_year(day),
		g_date_time_get_month(day), g_date_time_get_day_of_month(day), 0, 0, 0);
	g_autoptr(GDateTime) next = start ? g_date_time_add_days(start, 1) : NULL;
	const gint64 end = next ? g_date_time_to_unix(next) - 1 : 0;
	const guint64 latest = now_seconds() + self->policy.max_lifetime;

	if (end <= 0)
		return 0;
	if (self->policy.max_lifetime != 0 && (guint64)end > latest &&
		(guint64)g_date_time_to_unix(start) < latest)
		return latest;
	return (guint64)end;
}

static int compare_lifetimes(gconstpointer one, gconstpointer other)
{
	const guint64 *a = one, *b = other;

	return (*a > *b) - (*a < *b);
}

static gboolean is_offered(PatdExpirationGroup *self, guint64 lifetime)
{
	for (guint i = 0; i < self->choices->len; i++)
		if (g_array_index(self->choices, guint64, i) == lifetime)
			return TRUE;
	return FALSE;
}

static void offer(PatdExpirationGroup *self, guint64 lifetime)
{
	const guint64 max = self->policy.max_lifetime;

	if (lifetime != 0 && (max == 0 || lifetime <= max) && !is_offered(self, lifetime))
		g_array_append_val(self->choices, lifetime);
}

static void collect_choices(PatdExpirationGroup *self)
{
	static const guint64 usual[] = { 7 * DAY, 30 * DAY, 60 * DAY, 90 * DAY };
	static const guint64 custom = CUSTOM, never = NEVER;

	g_array_set_size(self->choices, 0);
	for (guint i = 0; i < G_N_ELEMENTS(usual); i++)
		offer(self, usual[i]);
	offer(self, self->policy.default_lifetime);
	if (self->policy.max_lifetime < 90 * DAY)
		offer(self, self->policy.max_lifetime);
	g_array_sort(self->choices, compare_lifetimes);
	g_array_append_val(self->choices, custom);
	if (self->policy.allow_never)
		g_array_append_val(self->choices, never);
}

static char *choice_words(guint64 choice)
{
	if (choice == CUSTOM)
		return g_strdup(_("Custom date"));
	if (choice == NEVER)
		return g_strdup(_("Never"));
	return patd_words_period(choice);
}

static void refresh(PatdExpirationGroup *self)
{
	const guint64 chosen = get_chosen(self);
	g_autoptr(GDateTime) day = gtk_calendar_get_date(self->calendar);
	/* TRANSLATORS: a format of g_date_time_format(): a date */
	/* xgettext:no-c-format */
	g_autofree char *date = g_date_time_format(day, _("%-d %B %Y"));
	g_autofree char *end = NULL;

	gtk_menu_button_set_label(self->date, date ? date : "");
	gtk_widget_set_visible(GTK_WIDGET(self->date_row), chosen == CUSTOM);
	if (chosen == NEVER)
		end = g_strdup(_("Until the token is revoked"));
	else if (chosen != CUSTOM)
		end = patd_words_date(now_seconds() + chosen);
	adw_action_row_set_subtitle(ADW_ACTION_ROW(self->choice), end ? end : "");
}

static void on_changed(PatdExpirationGroup *self)
{
	if (!self->choices)
		return;
	patd_error_row_set(self->error, GTK_WIDGET(self->choice), NULL);
	refresh(self);
}

/* So that the date on offer is one that the policy permits. */
static void limit_date(PatdExpirationGroup *self)
{
	g_autoptr(GDateTime) latest = NULL;
	const guint64 end = now_seconds() + self->policy.max_lifetime;

	if (self->policy.max_lifetime == 0 || get_custom_end(self) <= end)
		return;
	latest = g_date_time_new_from_unix_local((gint64)end);
	if (latest)
		gtk_calendar_select_day(self->calendar, latest);
}

void patd_expiration_group_set_policy(PatdExpirationGroup *self, const PatdPolicy *policy)
{
	g_autoptr(GtkStringList) words = gtk_string_list_new(NULL);
	guint selected = 0;

	self->policy = *policy;
	collect_choices(self);
	for (guint i = 0; i < self->choices->len; i++) {
		const guint64 choice = g_array_index(self->choices, guint64, i);

		gtk_string_list_take(words, choice_words(choice));
		if (choice == policy->default_lifetime)
			selected = i;
	}
	adw_combo_row_set_model(self->choice, G_LIST_MODEL(words));
	adw_combo_row_set_selected(self->choice, selected);
	limit_date(self);
	refresh(self);
}

gboolean patd_expiration_group_check(PatdExpirationGroup *self)
{
	const guint64 now = now_seconds(), max = self->policy.max_lifetime;
	const guint64 end = get_chosen(self) == CUSTOM ? get_custom_end(self) : G_MAXUINT64;
	g_autofree char *latest = NULL, *text = NULL;

	if (end == G_MAXUINT64 || (end > now && (max == 0 || end <= now + max)))
		return TRUE;
	latest = patd_words_date(now + max);
	text = end <= now ? g_strdup(_("The date is in the past."))
			  : g_strdup_printf(
				    _("The policy of this machine allows at most %s."), latest);
	patd_error_row_set(self->error, GTK_WIDGET(self->date_row), text);
	return FALSE;
}

void patd_expiration_group_collect(PatdExpirationGroup *self, GVariantBuilder *options)
{
	const guint64 chosen = get_chosen(self);

	if (chosen == NEVER || chosen == CUSTOM)
		g_variant_builder_add(options, "{sv}", "expires_at",
			g_variant_new_uint64(chosen == CUSTOM ? get_custom_end(self) : 0));
	else
		g_variant_builder_add(options, "{sv}", "lifetime", g_variant_new_uint64(chosen));
}

void patd_expiration_group_explain(PatdExpirationGroup *self, const char *text)
{
	patd_error_row_set(self->error, GTK_WIDGET(self->choice), text);
}

static void patd_expiration_group_finalize(GObject *object)
{
	g_array_unref(PATD_EXPIRATION_GROUP(object)->choices);
	G_OBJECT_CLASS(patd_expiration_group_parent_class)->finalize(object);
}

static void patd_expiration_group_class_init(PatdExpirationGroupClass *class)
{
	GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

	G_OBJECT_CLASS(class)->finalize = patd_expiration_group_finalize;
	g_type_ensure(PATD_TYPE_ERROR_ROW);
	gtk_widget_class_set_template_from_resource(
		widget_class, "/org/patd/Desktop/expiration_group.ui");
	gtk_widget_class_bind_template_child(widget_class, PatdExpirationGroup, choice);
	gtk_widget_class_bind_template_child(widget_class, PatdExpirationGroup, date_row);
	gtk_widget_class_bind_template_child(widget_class, PatdExpirationGroup, date);
	gtk_widget_class_bind_template_child(widget_class, PatdExpirationGroup, calendar);
	gtk_widget_class_bind_template_child(widget_class, PatdExpirationGroup, error);
	gtk_widget_class_bind_template_callback(widget_class, on_changed);
}

static void patd_expiration_group_init(PatdExpirationGroup *self)
{
	/* What every policy permits, until it is known. */
	static const PatdPolicy cautious = { .default_lifetime = 30 * DAY };
	g_autoptr(GDateTime) now = g_date_time_new_now_local();
	g_autoptr(GDateTime) month = g_date_time_add_days(now, 30);

	gtk_widget_init_template(GTK_WIDGET(self));
	self->choices = g_array_new(FALSE, FALSE, sizeof(guint64));
	gtk_calendar_select_day(self->calendar, month ? month : now);
	patd_expiration_group_set_policy(self, &cautious);
}
