# SPDX-License-Identifier: LGPL-2.1-or-later
# Applications that use PAM, each installed in the booted machine of the system tier; outside of
# `make check`, as it downloads some hundred packages of Debian.  APPLICATION= names those to run,
# SUITE= another release of Debian.

.PHONY: check-applications applications-table lint-applications
check-applications: $(O)/tests/applications/pam_record.so $(O)/tests/applications/hosts
	$(Q)APPLICATION='$(APPLICATION)' $(prove_told) bash tests/applications/run

#: applications-table  doc/applications.md, from the rows of that tier and the versions it found last
applications-table:
	$(Q)tests/applications/table

# The table and the rows are the same; versions and dates are those of the document.
check-lint: lint-applications
lint-applications:
	$(call say,LINT,doc/applications.md)
	$(Q)tests/applications/table --check

# For the libpam of this machine, and of every later one.
$(O)/tests/applications/pam_record.so: tests/applications/pam_record.c Makefile
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(all_cppflags) $(all_cflags) -shared $(all_ldflags) -o $@ $< -lpam

# What patctl knows of programs that ask PAM.
$(O)/tests/applications/hosts: tests/applications/hosts.c $(O)/libpatctl.a $(O)/libprotocol.a \
		$(O)/libpatd.a $(O)/libcommon.a
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(all_cppflags) $(all_cflags) $(all_ldflags) -o $@ $^ $(call pkg,--libs,$(patctl_pkgs))
