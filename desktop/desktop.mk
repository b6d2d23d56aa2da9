# SPDX-License-Identifier: LGPL-2.1-or-later
# The desktop page: patd-desktop, a package of its own.  "make all" is without it and needs no GTK.

desktop_pkgs := libadwaita-1 gio-unix-2.0
desktop_src := $(filter-out desktop/patd-desktop.c,$(call sources,desktop))
desktop_ui := $(sort $(wildcard desktop/page/*.ui))
desktop_data := $(desktop_ui) $(wildcard desktop/page/*.css)
desktop_templates := $(sort $(wildcard desktop/data/*.desktop.in desktop/data/*.metainfo.xml.in))
desktop_built := $(desktop_templates:%.in=$(O)/%)
desktop_manpage := $(O)/man/patd-desktop.1

# The interfaces of Debian 12 are the least and the most: what later versions call deprecated has no
# successor there.
desktop_versions := -DGDK_VERSION_MIN_REQUIRED=GDK_VERSION_4_8 \
	-DGDK_VERSION_MAX_ALLOWED=GDK_VERSION_4_8 -DADW_VERSION_MIN_REQUIRED=ADW_VERSION_1_2 \
	-DADW_VERSION_MAX_ALLOWED=ADW_VERSION_1_2
$(O)/desktop/%.o $(O)/tests/unit/desktop/%: private CPPFLAGS += $(desktop_versions)
$(O)/desktop/%.o: pkgs := $(desktop_pkgs)
# A header of graphene, which GTK includes, computes in float and double.
$(O)/desktop/%.o $(O)/tests/unit/desktop/%: CFLAGS += -Wno-double-promotion

.PHONY: desktop
#: desktop        patd-desktop, the page for GNOME and other desktops
desktop: $(O)/desktop/patd-desktop $(catalogs) $(desktop_built) $(desktop_manpage)

$(O)/libdesktop.a: $(call objs,$(desktop_src))

$(O)/desktop/resources.c: desktop/patd-desktop.gresource.xml $(desktop_data)
	$(call say,RES,$@)
	$(Q)mkdir -p $(@D)
	$(Q)glib-compile-resources --sourcedir=desktop --generate-source --target=$@ $<

$(O)/desktop/resources.o: $(O)/desktop/resources.c
	$(call say,CC,$<)
	$(Q)$(CC) $(call pkg,--cflags,gio-2.0) $(hardening) $(CFLAGS) -c -o $@ $<

$(O)/desktop/patd-desktop: $(O)/desktop/patd-desktop.o $(O)/libdesktop.a $(O)/desktop/resources.o \
		$(O)/libcommon.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(all_cflags) -pie $(all_ldflags) -o $@ $^ $(call pkg,--libs,$(desktop_pkgs))

# By the rule of all unit tests; run by check-desktop.
unit_pkgs_desktop := $(desktop_pkgs)
desktop_unit_src := $(sort $(wildcard tests/unit/desktop/*/test_*.c))
desktop_unit_tests := $(desktop_unit_src:%.c=$(O)/%)
$(desktop_unit_tests): $(O)/libdesktop.a

# --- data files, in the languages of po/ ------------------------------------------------------
po_files := $(languages:%=po/%.po)

$(O)/desktop/data/%.desktop: desktop/data/%.desktop.in $(po_files) po/LINGUAS
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && msgfmt --desktop --template=$< -d po -o $@

$(O)/desktop/data/%.xml: desktop/data/%.xml.in $(po_files) po/LINGUAS
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && msgfmt --xml --template=$< -d po -o $@

# --- install, beside "make install" -----------------------------------------------------------
autostartdir ?= $(sysconfdir)/xdg/autostart
icondir := $(datadir)/icons/hicolor
# What "make install-desktop" writes, all of it.
desktop_installed := $(bindir)/patd-desktop $(datadir)/applications/org.patd.Desktop.desktop \
	$(datadir)/metainfo/org.patd.Desktop.metainfo.xml \
	$(datadir)/dbus-1/services/org.patd.Desktop.service \
	$(icondir)/scalable/apps/org.patd.Desktop.svg \
	$(icondir)/symbolic/apps/org.patd.Desktop-symbolic.svg \
	$(autostartdir)/org.patd.Desktop-autostart.desktop $(mandir)/man1/patd-desktop.1

.PHONY: install-desktop uninstall-desktop
#: install-desktop, uninstall-desktop  the page, beside what install and uninstall do
install-desktop: desktop
	install -D -m 0755 $(O)/desktop/patd-desktop $(DESTDIR)$(bindir)/patd-desktop
	install -d $(dir $(desktop_installed:%=$(DESTDIR)%))
	install -m 0644 $(O)/desktop/data/org.patd.Desktop.desktop $(DESTDIR)$(datadir)/applications/
	install -m 0644 $(O)/desktop/data/org.patd.Desktop.metainfo.xml $(DESTDIR)$(datadir)/metainfo/
	sed 's|@bindir@|$(bindir)|g' desktop/data/org.patd.Desktop.service.in \
		>$(DESTDIR)$(datadir)/dbus-1/services/org.patd.Desktop.service
	install -m 0644 desktop/data/org.patd.Desktop.svg $(DESTDIR)$(icondir)/scalable/apps/
	install -m 0644 desktop/data/org.patd.Desktop-symbolic.svg $(DESTDIR)$(icondir)/symbolic/apps/
	install -m 0644 $(O)/desktop/data/org.patd.Desktop-autostart.desktop $(DESTDIR)$(autostartdir)/
	install -m 0644 $(desktop_manpage) $(DESTDIR)$(mandir)/man1/

uninstall-desktop:
	rm -f $(desktop_installed:%=$(DESTDIR)%)
