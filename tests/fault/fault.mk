# SPDX-License-Identifier: LGPL-2.1-or-later
# The fault tier: patd on a disk that fails, and killed at each step.  See tests/fault/fault.h.

fault_library := $(O)/tests/fault/fault.so

# Without the sanitisers and without the checks of _FORTIFY_SOURCE: it stands below them.
$(fault_library): $(wildcard tests/fault/*.c tests/fault/*.h) Makefile
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(all_cppflags) -U_FORTIFY_SOURCE -std=gnu11 $(warnings) -fno-builtin \
		-fvisibility=hidden -O2 -g -fPIC -shared -o $@ $(filter %.c,$^) -ldl -pthread
