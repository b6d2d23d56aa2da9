# SPDX-License-Identifier: LGPL-2.1-or-later
# The system tier, and the packages it installs.  SUITE= boots another release of Debian,
# UML=1 a kernel with AppArmor.

.PHONY: deb check-system
deb: deps-deb
	$(Q)debian/make-deb $(if $(filter 1,$(V)),--verbose) build/deb

check-system:
	$(Q)$(prove_told) bash tests/system/run
