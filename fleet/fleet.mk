# SPDX-License-Identifier: LGPL-2.1-or-later
# patd-fleet, a package of its own.  "make all" is without it and needs no libpq.

# libsodium: only because the format of tokens, which knows an id, stands beside their digest.
fleet_pkgs := libpq libsodium libsystemd
fleet_src := $(filter-out fleet/patd-fleet.c,$(call sources,fleet))
fleet_manpage := $(O)/man/patd-fleet.8

$(O)/fleet/%.o: pkgs := $(fleet_pkgs)

.PHONY: fleet
#: fleet          patd-fleet, which carries tokens between machines
fleet: $(O)/fleet/patd-fleet $(fleet_manpage)

$(O)/libfleet.a: $(call objs,$(fleet_src)) $(O)/fleet/hub_sql_text.o

$(O)/fleet/hub_sql_text.c: fleet/hub.sql fleet/fleet.mk
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q){ echo '#include "fleet/hub_sql.h"' && echo 'const char hub_sql[] =' && \
		sed 's/[\\"]/\\&/g; s/.*/"&\\n"/' $< && echo ';'; } >$@

$(O)/fleet/hub_sql_text.o: $(O)/fleet/hub_sql_text.c
	$(call say,CC,$<)
	$(Q)$(CC) $(all_cppflags) $(all_cflags) -c -o $@ $<

# Of patd only what keeps nothing.
$(O)/fleet/patd-fleet: $(O)/fleet/patd-fleet.o $(O)/libfleet.a $(O)/libprotocol.a $(O)/libpatd.a $(O)/libcommon.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(all_cflags) -pie $(all_ldflags) -o $@ $^ $(call pkg,--libs,$(fleet_pkgs)) -pthread

# By the rule of all unit tests; run by check-fleet.
unit_pkgs_fleet := $(fleet_pkgs)
unit_libs_fleet := $(O)/libprotocol.a $(O)/libpatd.a
fleet_unit_src := $(sort $(wildcard tests/unit/fleet/*/test_*.c))
fleet_unit_tests := $(fleet_unit_src:%.c=$(O)/%)
$(fleet_unit_tests): $(O)/libfleet.a

# --- install, beside "make install" -----------------------------------------------------------
fleet_installed := $(libexecdir)/patd-fleet $(unitdir)/patd-fleet.service $(unitdir)/patd-fleet.socket \
	$(sysusersdir)/patd-fleet.conf $(mandir)/man8/patd-fleet.8

.PHONY: install-fleet uninstall-fleet
#: install-fleet, uninstall-fleet  patd-fleet, beside what install and uninstall do
install-fleet: fleet
	install -D -m 0755 $(O)/fleet/patd-fleet $(DESTDIR)$(libexecdir)/patd-fleet
	install -d $(dir $(fleet_installed:%=$(DESTDIR)%))
	sed 's|@libexecdir@|$(libexecdir)|g' systemd/patd-fleet.service.in \
		>$(DESTDIR)$(unitdir)/patd-fleet.service
	install -m 0644 systemd/patd-fleet.socket $(DESTDIR)$(unitdir)/
	install -m 0644 systemd/patd-fleet.sysusers $(DESTDIR)$(sysusersdir)/patd-fleet.conf
	install -m 0644 $(fleet_manpage) $(DESTDIR)$(mandir)/man8/

uninstall-fleet:
	rm -f $(fleet_installed:%=$(DESTDIR)%)
