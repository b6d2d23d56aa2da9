# SPDX-License-Identifier: LGPL-2.1-or-later
# What Python cannot do: random numbers that are known.  Without the sanitisers, as
# tests/pam/later.so.
bus_test_files := $(O)/tests/bench/fill $(O)/tests/pam/later.so $(O)/tests/cli/nss.so \
		$(O)/tests/bus/counted_random.so

$(O)/tests/bus/counted_random.so: tests/bus/counted_random.c Makefile
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(all_cppflags) -std=gnu11 $(warnings) -O2 -fPIC -shared -o $@ $<
