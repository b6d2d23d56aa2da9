# SPDX-License-Identifier: LGPL-2.1-or-later
# Hosts of a fleet, and a hub: a PostgreSQL server in a temporary folder.

.PHONY: check-fleet
check-fleet: $(programs) $(O)/fleet/patd-fleet $(fleet_unit_tests)
	$(Q)$(prove) '$(hangs)' $(fleet_unit_tests)
	$(Q)BUILD=$(abspath $(O)) $(prove_told) '$(hangs) /usr/bin/python3' --jobs 3 tests/fleet/*.py
