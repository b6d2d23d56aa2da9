# SPDX-License-Identifier: LGPL-2.1-or-later
# The tiers: `make check-TIER` runs one and ends in prove's count; `make check` runs all.
#
#: check          everything below, on a machine with nothing but make; says what could not run
#: check-unit     each piece of C by itself
#: check-bus      patd on a private bus, and its sockets
#: check-clients  doc/examples and other clients, each in its language
#: check-pam      pam_pat under the real libpam
#: check-cli      patctl against a real patd
#: check-fault    a disk that fails, a power cut and a kill at each step; some of it is in check
#: check-desktop  patd-desktop on a display, as a screen reader sees it
#: check-fleet    hosts of a fleet, and a real PostgreSQL between them
#: check-system   a booted Debian: ssh, sudo, su, login; then three hosts of a fleet
#: check-applications  some seventy applications that use PAM, in a booted Debian; not in check
#: check-fuzz     what comes from outside, by libFuzzer under ASan and UBSan
#: check-packages lintian, piuparts, rpmbuild, makepkg
#: check-lint     formatter, compilers and analysers
#: check-asan     the first five, the fleet, and the desktop page, under ASan and UBSan
#: coverage       the branches of what decides that unit tests take, and those named that they do not
#: bench          what an authentication costs
#: bench-backup   what a backup costs, and how long logins wait meanwhile
#: bench-crowd    what logins feel of two users who do their worst
#: bench-desktop  how soon patd-desktop shows its list, and its memory, beside other programs
#: bench-disk     what logins and the WAL feel of a slow disk
#: bench-fleet    how soon many machines know of a change, and what that costs
#: bench-scale    what many clients and many tokens cost
#: demo           a token from generation to deletion, with the real sudo, ssh and login
#: deb            the Debian packages, into build/deb/

include $(wildcard tests/deps.mk)
include $(wildcard tests/lint/lint.mk)
include $(wildcard tests/bus/bus.mk)
include $(wildcard tests/pam/pam.mk)
include $(wildcard tests/cli/cli.mk)
include $(wildcard tests/clients/clients.mk)
include $(wildcard tests/desktop/desktop.mk)
include $(wildcard tests/fleet/fleet.mk)
include $(wildcard tests/fault/fault.mk)
include $(wildcard tests/bench/bench.mk)
include $(wildcard tests/system/system.mk)
include $(wildcard tests/applications/applications.mk)
include $(wildcard tests/fuzz/fuzz.mk)
include $(wildcard tests/coverage/coverage.mk)
include $(wildcard tests/packages/packages.mk)
include $(wildcard tests/demo/demo.mk)

# Each kind of test by its own program, whatever the file's mode.  One that hangs has failed.  Of one
# that fails, its reason is shown; cmocka writes its own to standard error.
hangs := timeout $(if $(SANITIZE),600,300)
prove := prove --failures --timer --exec
prove_told := prove --failures --comments --timer --exec

.PHONY: check check-unit check-bus check-clients check-pam check-cli check-asan tiers

check-unit: $(unit_tests)
	$(Q)$(prove) '$(hangs)' $(unit_tests)

# The longest first.
bus_tests := tests/bus/million_tokens.py $(filter-out %/million_tokens.py,$(wildcard tests/bus/*.py))
check-bus: $(programs) $(bus_test_files)
	$(Q)BUILD=$(abspath $(O)) $(prove_told) '$(hangs) /usr/bin/python3' --jobs 4 $(bus_tests)

check-clients: $(programs) $(client_programs)
	$(Q)BUILD=$(abspath $(O)) $(prove_told) '$(hangs) /usr/bin/python3' --jobs 4 tests/clients/*.py

pam_tests := $(wildcard tests/pam/*.bats)
check-pam: $(programs) $(module) $(manpages) $(pam_test_programs)
	$(Q)BUILD=$(abspath $(O)) $(prove_told) '$(hangs) bats --tap' --jobs 3 $(pam_tests)

# LeakSanitizer takes half the time of a program that soon ends; the unit tests have it.
check-cli: export ASAN_OPTIONS = detect_leaks=0
check-cli: $(programs) $(manpages) $(O)/tests/pam/later.so $(O)/tests/cli/patctl $(O)/tests/cli/nss.so
	$(Q)BUILD=$(abspath $(O)) $(prove_told) '$(hangs) bats --tap' --jobs 3 tests/cli/*.bats

# One after the other: each has the machine to itself.
tiers := unit bus clients pam cli fleet
tiers:
	$(Q)$(MAKE) --no-print-directory tiers-build
	$(Q)for tier in $(tiers); do \
		$(MAKE) --no-print-directory check-$$tier || exit 1; \
	done

.PHONY: tiers-build
tiers-build:
	$(Q)$(MAKE) --no-print-directory all $(unit_tests) $(fleet_unit_tests) $(O)/fleet/patd-fleet

# Those in which calls and signals come and go; the others look.
asan_desktop_tests := $(patsubst %,tests/desktop/%.py,administrators lifecycle notifications)
check-asan:
	$(Q)$(MAKE) --no-print-directory SANITIZE=1 tiers
	$(Q)$(MAKE) --no-print-directory SANITIZE=1 desktop_tests="$(asan_desktop_tests)" check-desktop

# One after the other, in order of how soon each says that something is wrong.  A machine that boots,
# and refuses passwords, mostly waits, as hosts of a fleet do: four others go beside these two, and
# packages come when a core is free.
# But for the unit tests, and what sanitisers do not let be measured, the first tiers run under them
# alone: both builds of them take longer than all else does.
not_sanitized := bus_tests="$(patsubst %,tests/bus/%.py,apparmor bus_misuse front load secret_leaks)" \
	pam_tests=tests/pam/application.bats
check: deps-check
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(MAKE) --no-print-directory check-lint
	$(Q)for tier in unit bus pam; do \
		echo "--- $$tier"; $(MAKE) --no-print-directory $(not_sanitized) check-$$tier || exit 1; \
	done
	$(Q)$(MAKE) --no-print-directory SANITIZE=1 tiers-build
	$(Q)for tier in desktop fault-part asan fuzz; do \
			echo "--- $$tier"; \
			$(MAKE) --no-print-directory tiers="$(filter-out fleet,$(tiers))" check-$$tier || \
				exit 1; \
		done >$(O)/beside.log 2>&1 & beside=$$!; \
		echo "--- system"; $(MAKE) --no-print-directory check-system && \
		echo "--- fleet" && $(MAKE) --no-print-directory SANITIZE=1 check-fleet && \
		echo "--- packages" && $(MAKE) --no-print-directory check-packages; system=$$?; \
		wait $$beside; beside=$$?; cat $(O)/beside.log; \
		exit $$((system || beside))
