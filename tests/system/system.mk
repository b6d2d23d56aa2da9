# SPDX-License-Identifier: LGPL-2.1-or-later
# The system tier, one machine and then those of a fleet, and the packages that they install.  SUITE=
# boots another release of Debian, UML=1 a kernel with AppArmor.

.PHONY: deb check-system
deb: deps-deb
	$(Q)debian/make-deb $(if $(filter 1,$(V)),--verbose) build/deb

check-system: $(O)/tests/pam/later.so
	$(Q)$(prove_told) bash tests/system/run tests/system/fleet/run
