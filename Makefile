# SPDX-License-Identifier: LGPL-2.1-or-later
# patd: personal access tokens for Linux.  `make help` lists the targets.

VERSION := 0.1.0

# --- places ---------------------------------------------------------------------------------
prefix ?= /usr/local
bindir ?= $(prefix)/bin
libexecdir ?= $(prefix)/libexec
libdir ?= $(prefix)/lib
datadir ?= $(prefix)/share
mandir ?= $(datadir)/man
localedir ?= $(datadir)/locale
pamdir ?= $(libdir)/security
unitdir ?= $(prefix)/lib/systemd/system
sysusersdir ?= $(prefix)/lib/sysusers.d
tmpfilesdir ?= $(prefix)/lib/tmpfiles.d
sysconfdir ?= /etc
userdeldir ?= $(sysconfdir)/shadow-maint/userdel-post.d
bashdir ?= $(datadir)/bash-completion/completions
zshdir ?= $(datadir)/zsh/site-functions
fishdir ?= $(datadir)/fish/vendor_completions.d
catalogdir ?= $(prefix)/lib/systemd/catalog
statedir ?= /var/lib/patd
rundir ?= /run/patd

# --- tools and flags ------------------------------------------------------------------------
# SANITIZE=1 builds everything with ASan and UBSan beside the plain build.
O ?= build$(if $(SANITIZE),/asan)
V ?= 0
Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-8s %s\n' $(1) $(2))
PKG_CONFIG ?= pkg-config
pkg = $(shell $(PKG_CONFIG) $(1) $(2))
# The headers of others warn of what ours must not do.
pkg_cflags = $(patsubst -I%,-isystem %,$(call pkg,--cflags,$(1)))

CFLAGS ?= -O2 -g
# WERROR= for a package, whose next compiler may warn of what ours did not know.
WERROR ?= -Werror
warnings := -Wall -Wextra $(WERROR) -Wshadow -Wconversion -Wsign-conversion -Wformat=2 -Wundef \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wwrite-strings \
	-Wcast-qual -Wcast-align -Wpointer-arith -Wimplicit-fallthrough -Wswitch-enum -Wvla \
	-Wdouble-promotion -Wnull-dereference
hardening := -fstack-protector-strong -fstack-clash-protection -fPIC -fvisibility=hidden \
	-fno-common -fno-strict-aliasing
ifeq ($(shell uname -m),x86_64)
hardening += -fcf-protection
endif
ifdef SANITIZE
hardening += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
else ifeq ($(findstring -D_FORTIFY_SOURCE,$(CFLAGS) $(CPPFLAGS)),)
hardening += -D_FORTIFY_SOURCE=2
endif
all_cppflags = -D_GNU_SOURCE -I. -DPAT_VERSION='"$(VERSION)"' -DPAT_STATE_DIR='"$(statedir)"' \
	-DPAT_RUNTIME_DIR='"$(rundir)"' -DPAT_CONF_DIR='"$(sysconfdir)/patd"' \
	-DPAT_LIBEXEC_DIR='"$(libexecdir)"' -DPAT_LOCALE_DIR='"$(localedir)"' $(CPPFLAGS)
all_cflags = -std=gnu11 $(warnings) $(hardening) $(CFLAGS)
all_ldflags = -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed,--fatal-warnings \
	$(if $(SANITIZE),-fsanitize=address$(comma)undefined) $(LDFLAGS)
comma := ,

# --- what is built from what ----------------------------------------------------------------
# $(call sources,FOLDER): all C files in it and in its rooms.
sources = $(sort $(wildcard $(1)/*.c $(1)/*/*.c $(1)/*/*/*.c))
common_src := $(call sources,common)
protocol_src := $(call sources,protocol)
patd_src := $(filter-out patd/patd.c,$(call sources,patd))
front_src := $(filter-out front/front.c,$(call sources,front))
patctl_src := $(filter-out patctl/patctl.c,$(call sources,patctl))
pam_pat_src := $(call sources,pam_pat)

patd_pkgs := libsystemd sqlite3 libsodium
front_pkgs := dbus-1 libsystemd libsodium
patctl_pkgs := dbus-1 libsystemd libsodium jansson
# The module needs one hash of libsodium: loading the library takes longer than all else it does.
sodium_archive := $(filter /%,$(shell $(CC) -print-file-name=libsodium.a 2>/dev/null))
pam_pat_libs = -lpam $(or $(sodium_archive),$(call pkg,--libs,libsodium))

objs = $(1:%.c=$(O)/%.o)
programs := $(O)/patd/patd $(O)/front/patd-bus $(O)/patctl/patctl
module := $(O)/pam_pat/pam_pat.so
manpages := $(patsubst man/%.scd,$(O)/man/%,$(filter-out %/patd-desktop.1.scd %/patd-fleet.8.scd,$(wildcard man/*.scd))) \
	$(O)/man/org.patd.Tokens1.5
languages := $(shell cat po/LINGUAS)
catalogs := $(languages:%=$(O)/po/%.mo)
translated := $(foreach folder,common pam_pat patctl patd front desktop,$(call sources,$(folder))) \
	$(sort $(wildcard desktop/page/*.ui desktop/data/*.desktop.in desktop/data/*.metainfo.xml.in))

.PHONY: all
all: $(programs) $(module) $(manpages) $(catalogs)

.DELETE_ON_ERROR:
.SECONDARY:

# The programs know their places: with another prefix they are built anew.
.PHONY: places
$(O)/places: places
	$(Q)mkdir -p $(@D)
	$(Q)echo $(all_cppflags) | cmp -s - $@ || echo $(all_cppflags) >$@

$(O)/patd/%.o: pkgs := $(patd_pkgs)
$(O)/front/%.o: pkgs := $(front_pkgs)
$(O)/patctl/%.o: pkgs := $(patctl_pkgs)
$(O)/%.o: %.c Makefile $(O)/places
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(all_cppflags) $(if $(pkgs),$(call pkg_cflags,$(pkgs))) $(all_cflags) -MMD -MP -c -o $@ $<

-include $(foreach folder,common protocol patd front patctl pam_pat desktop fleet tests,$(shell find $(O)/$(folder) -name '*.d' 2>/dev/null))

$(O)/lib%.a:
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(O)/libcommon.a: $(call objs,$(common_src))
$(O)/libprotocol.a: $(call objs,$(protocol_src))
$(O)/libpatd.a: $(call objs,$(patd_src))
$(O)/libfront.a: $(call objs,$(front_src))
$(O)/libpatctl.a: $(call objs,$(patctl_src))
$(O)/libpam_pat.a: $(call objs,$(pam_pat_src))

$(O)/patd/patd: $(O)/patd/patd.o $(O)/libpatd.a $(O)/libprotocol.a $(O)/libcommon.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(all_cflags) -pie $(all_ldflags) -o $@ $^ $(call pkg,--libs,$(patd_pkgs)) -pthread

# Of patd only what keeps nothing: no database, no key.
$(O)/front/patd-bus: $(O)/front/front.o $(O)/libfront.a $(O)/libprotocol.a $(O)/libpatd.a $(O)/libcommon.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(all_cflags) -pie $(all_ldflags) -o $@ $^ $(call pkg,--libs,$(front_pkgs)) -pthread

$(O)/patctl/patctl: $(O)/patctl/patctl.o $(O)/libpatctl.a $(O)/libprotocol.a $(O)/libpatd.a $(O)/libcommon.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(all_cflags) -pie $(all_ldflags) -o $@ $^ $(call pkg,--libs,$(patctl_pkgs))

# nodelete: a host that unloads the module must not unmap libsodium's state with it.
$(module): $(call objs,$(pam_pat_src)) $(O)/libcommon.a pam_pat/pam_pat.map
	$(call say,LINK,$@)
	$(Q)$(CC) $(all_cflags) -shared $(all_ldflags) -Wl,-z,nodelete \
		$(if $(SANITIZE),,-Wl$(comma)-z$(comma)defs) -Wl,--version-script=pam_pat/pam_pat.map \
		-o $@ $(filter-out %.map,$^) $(pam_pat_libs)

# The first line tells man that there are tables, which scdoc does not.
man_page = (echo "'\\\" t" && scdoc) <$(1) >$@

$(O)/man/org.patd.Tokens1.5: dbus/org.patd.Tokens1.xml man/contract
	$(call say,MAN,$@)
	$(Q)mkdir -p $(@D) && python3 man/contract <$< >$@.scd && $(call man_page,$@.scd)

$(O)/man/%: man/%.scd Makefile
	$(call say,MAN,$@)
	$(Q)mkdir -p $(@D) && $(call man_page,$<)

$(O)/po/patd.pot: $(translated) Makefile
	$(call say,POT,$@)
	$(Q)mkdir -p $(@D) && xgettext --from-code=UTF-8 --keyword=_ --keyword=N_ --keyword=P_:1,2 \
		--add-comments=TRANSLATORS --add-location=file --package-name=patd -o $@ $(translated)

$(O)/po/%.mo: po/%.po
	$(call say,MO,$@)
	$(Q)mkdir -p $(@D) && msgfmt --check -o $@ $<

#: update-po      the messages of the code into po/*.po, to be translated
.PHONY: update-po
update-po: $(O)/po/patd.pot
	for language in $(languages); do \
		msgmerge --quiet --update --backup=none --no-location --sort-output po/$$language.po $< || exit 1; \
	done

# --- tests ----------------------------------------------------------------------------------
# One cmocka program a file: tests/unit/AREA/ROOM/test_X.c, linked with AREA's library.
# Those of the desktop and of patd-fleet are of check-desktop and check-fleet: they need more libraries.
unit_src := $(filter-out tests/unit/desktop/% tests/unit/fleet/%, \
	$(foreach rooms,* */* */*/* */*/*/*,$(wildcard tests/unit/$(rooms)/test_*.c)))
unit_tests := $(unit_src:%.c=$(O)/%)
unit_pkgs_common := libsodium
unit_pkgs_patd := $(patd_pkgs)
unit_pkgs_front := $(front_pkgs)
unit_pkgs_patctl := $(patctl_pkgs)
unit_pkgs_pam_pat := libsodium
unit_pkgs_protocol := libsodium sqlite3

# The rows of the protocol, whose tables need some of patd/model.
unit_libs_patd := $(O)/libprotocol.a $(O)/libpatd.a
unit_libs_patctl := $(O)/libprotocol.a $(O)/libpatd.a
unit_libs_protocol := $(O)/libpatd.a
unit_libs_front := $(O)/libprotocol.a $(O)/libpatd.a

$(O)/tests/unit/%: tests/unit/%.c $(O)/libcommon.a $(O)/libprotocol.a $(O)/libpatd.a $(O)/libfront.a \
		$(O)/libpatctl.a $(O)/libpam_pat.a Makefile
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)area=$(firstword $(subst /, ,$*)); $(CC) $(all_cppflags) -DTEST_SRCDIR='"$(CURDIR)"' \
		$(all_cflags) $(call pkg,--cflags,$(unit_pkgs_$(firstword $(subst /, ,$*))) cmocka) -MMD -MP \
		$(all_ldflags) -o $@ $< $$(test $$area = common || echo $(O)/lib$$area.a) \
		$(unit_libs_$(firstword $(subst /, ,$*))) $(O)/libcommon.a \
		$(call pkg,--libs,$(unit_pkgs_$(firstword $(subst /, ,$*))) cmocka) \
		$(if $(findstring pam_pat/,$*),-lpam) -pthread

include desktop/desktop.mk
include fleet/fleet.mk

include tests/tests.mk

# --- install --------------------------------------------------------------------------------
services := patd.service patd-bus.service patd-key.service
sockets := patd-root.socket patd-front.socket patd-user.socket
units := $(services) $(sockets)

.PHONY: install
install: all
	install -D -m 0755 $(O)/patd/patd $(DESTDIR)$(libexecdir)/patd
	install -D -m 0755 $(O)/front/patd-bus $(DESTDIR)$(libexecdir)/patd-bus
	install -D -m 0755 systemd/patd-seal-key $(DESTDIR)$(libexecdir)/patd-seal-key
	install -D -m 0755 systemd/patd-stopped $(DESTDIR)$(libexecdir)/patd-stopped
	install -D -m 0755 $(O)/patctl/patctl $(DESTDIR)$(bindir)/patctl
	install -D -m 0644 $(module) $(DESTDIR)$(pamdir)/pam_pat.so
	install -D -m 0644 dbus/org.patd.Tokens1.xml $(DESTDIR)$(datadir)/dbus-1/interfaces/org.patd.Tokens1.xml
	install -D -m 0644 dbus/org.patd.Tokens1.conf $(DESTDIR)$(datadir)/dbus-1/system.d/org.patd.Tokens1.conf
	install -D -m 0644 dbus/org.patd.tokens1.policy $(DESTDIR)$(datadir)/polkit-1/actions/org.patd.tokens1.policy
	install -D -m 0644 dbus/patd.rules $(DESTDIR)$(datadir)/polkit-1/rules.d/patd.rules
	install -d $(DESTDIR)$(datadir)/dbus-1/system-services $(DESTDIR)$(unitdir)
	sed 's|@libexecdir@|$(libexecdir)|g' dbus/org.patd.Tokens1.service.in >$(DESTDIR)$(datadir)/dbus-1/system-services/org.patd.Tokens1.service
	for unit in $(services); do \
		sed 's|@libexecdir@|$(libexecdir)|g' systemd/$$unit.in >$(DESTDIR)$(unitdir)/$$unit || exit 1; \
	done
	install -m 0644 $(sockets:%=systemd/%) $(DESTDIR)$(unitdir)/
	install -D -m 0644 systemd/patd.sysusers $(DESTDIR)$(sysusersdir)/patd.conf
	install -D -m 0644 systemd/patd.tmpfiles $(DESTDIR)$(tmpfilesdir)/patd.conf
	# What the administrator wrote stays.
	test -e $(DESTDIR)$(sysconfdir)/patd/patd.conf || \
		install -D -m 0644 patd/patd.conf $(DESTDIR)$(sysconfdir)/patd/patd.conf
	install -d $(DESTDIR)$(sysconfdir)/patd/patd.conf.d $(DESTDIR)$(userdeldir)
	sed 's|@bindir@|$(bindir)|g; s|@statedir@|$(statedir)|g' shadow/patd-userdel.in \
		>$(DESTDIR)$(userdeldir)/patd
	chmod 0755 $(DESTDIR)$(userdeldir)/patd
	install -D -m 0644 systemd/patd.catalog $(DESTDIR)$(catalogdir)/patd.catalog
	install -D -m 0644 completions/patctl.bash $(DESTDIR)$(bashdir)/patctl
	install -D -m 0644 completions/_patctl $(DESTDIR)$(zshdir)/_patctl
	install -D -m 0644 completions/patctl.fish $(DESTDIR)$(fishdir)/patctl.fish
	for page in $(manpages); do \
		install -D -m 0644 $$page $(DESTDIR)$(mandir)/man$${page##*.}/$${page##*/} || exit 1; \
	done
	for language in $(languages); do \
		install -D -m 0644 $(O)/po/$$language.mo \
			$(DESTDIR)$(localedir)/$$language/LC_MESSAGES/patd.mo || exit 1; \
	done

# A file in pam.d that names a missing module may lock people out, so nothing is removed then; libpam
# reads those in /etc, wherever patd has its configuration.  The state stays, and a patd.conf that
# was changed.
.PHONY: uninstall
uninstall:
	@found=$$(grep -ls '^[^#]*pam_pat\.so' $(foreach folder,$(sort /etc $(sysconfdir)), \
		$(DESTDIR)$(folder)/pam.d/* $(DESTDIR)$(folder)/pam.conf) $(DESTDIR)/usr/lib/pam.d/*); \
	test -z "$$found" || { \
		printf '%s\n' "pam_pat.so is still in these files, so nothing was removed:" "$$found" >&2; \
		exit 1; \
	}
	rm -f $(DESTDIR)$(libexecdir)/patd $(DESTDIR)$(libexecdir)/patd-bus \
		$(DESTDIR)$(libexecdir)/patd-seal-key $(DESTDIR)$(libexecdir)/patd-stopped \
		$(DESTDIR)$(bindir)/patctl $(DESTDIR)$(pamdir)/pam_pat.so \
		$(DESTDIR)$(datadir)/dbus-1/interfaces/org.patd.Tokens1.xml \
		$(DESTDIR)$(datadir)/dbus-1/system.d/org.patd.Tokens1.conf \
		$(DESTDIR)$(datadir)/dbus-1/system-services/org.patd.Tokens1.service \
		$(DESTDIR)$(datadir)/polkit-1/actions/org.patd.tokens1.policy \
		$(DESTDIR)$(datadir)/polkit-1/rules.d/patd.rules \
		$(foreach unit,$(units),$(DESTDIR)$(unitdir)/$(unit)) \
		$(DESTDIR)$(sysusersdir)/patd.conf $(DESTDIR)$(tmpfilesdir)/patd.conf \
		$(DESTDIR)$(userdeldir)/patd $(DESTDIR)$(catalogdir)/patd.catalog $(DESTDIR)$(bashdir)/patctl \
		$(DESTDIR)$(zshdir)/_patctl $(DESTDIR)$(fishdir)/patctl.fish \
		$(foreach page,$(notdir $(manpages)),$(DESTDIR)$(mandir)/man$(subst .,,$(suffix $(page)))/$(page)) \
		$(foreach language,$(languages),$(DESTDIR)$(localedir)/$(language)/LC_MESSAGES/patd.mo)
	! cmp -s patd/patd.conf $(DESTDIR)$(sysconfdir)/patd/patd.conf || \
		rm -f $(DESTDIR)$(sysconfdir)/patd/patd.conf
	for folder in $(userdeldir) $(dir $(userdeldir)) $(sysconfdir)/patd/patd.conf.d \
		$(sysconfdir)/patd; do \
		! test -d $(DESTDIR)$$folder || rmdir --ignore-fail-on-non-empty $(DESTDIR)$$folder || exit 1; \
	done

.PHONY: clean
clean:
	rm -rf build

.PHONY: help
help:
	@sed -n 's/^#: //p' $(MAKEFILE_LIST)
