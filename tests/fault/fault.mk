# SPDX-License-Identifier: LGPL-2.1-or-later
# The fault tier: patd on a disk that fails, and killed at each call.  See tests/fault/fault.h.
# `make check` runs a small part, chosen by SEED; `make check-fault` runs all.  Not in the sanitised
# build: the library stands before their allocator.

fault_library := $(O)/tests/fault/fault.so
fault_tests := $(wildcard tests/fault/*.py)

# Without the checks of _FORTIFY_SOURCE, which would call what it stands before.
$(fault_library): $(wildcard tests/fault/*.c tests/fault/*.h) Makefile
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(all_cppflags) -U_FORTIFY_SOURCE -std=gnu11 $(warnings) -fno-builtin \
		-fvisibility=hidden -O2 -g -fPIC -shared -o $@ $(filter %.c,$^) -ldl -pthread

.PHONY: check-fault check-fault-part fault-case
check-fault: $(programs) $(fault_library) $(O)/tests/pam/later.so
	$(Q)BUILD=$(abspath $(O)) FULL=1 prove --timer --verbose --exec 'timeout 7200 /usr/bin/python3' \
		--jobs 2 $(fault_tests)

check-fault-part: $(programs) $(fault_library) $(O)/tests/pam/later.so
	$(Q)BUILD=$(abspath $(O)) $(prove_told) 'timeout 300 /usr/bin/python3' $(fault_tests)

# One case, as a failure prints it: FILE= TEST= CASE= SEED=
fault-case: $(programs) $(fault_library)
	$(Q)BUILD=$(abspath $(O)) TEST='$(TEST)' ONLY='$(CASE)' SEED='$(SEED)' /usr/bin/python3 $(FILE)
