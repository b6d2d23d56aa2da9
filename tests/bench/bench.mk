# SPDX-License-Identifier: LGPL-2.1-or-later
bench_programs := $(addprefix $(O)/tests/bench/,authenticate answer fill guess logins)
bench_shared := $(addprefix $(O)/tests/bench/,socket_login.o figures.o)

$(O)/tests/bench/fill: bench_libs = $(O)/libpatd.a $(O)/libcommon.a $(call pkg,--libs,$(patd_pkgs))
$(O)/tests/bench/fill: $(O)/libpatd.a
bench_libs = $(O)/libcommon.a -lpam -lm $(call pkg,--libs,libsodium)

$(bench_programs): $(O)/%: %.c $(bench_shared) $(O)/libcommon.a Makefile
	$(call say,BENCH,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(all_cppflags) $(all_cflags) -pie -MMD -MP $(all_ldflags) -o $@ $< \
		$(bench_shared) $(bench_libs)

.PHONY: bench bench-backup bench-crowd bench-disk bench-fleet bench-scale
# OLD=DIR: the build directory of another patd, which is measured beside this one.
bench-crowd bench-disk bench-scale: bench-%: $(programs) $(bench_programs) $(fault_library) \
		$(O)/tests/bench/slow_names.so
	$(Q)BUILD=$(abspath $(O)) OLD='$(OLD)' tests/bench/$*

# Without the sanitisers, as tests/pam/later.so.
$(O)/tests/bench/slow_names.so: tests/bench/slow_names.c Makefile
	$(call say,BENCH,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(all_cppflags) -std=gnu11 $(warnings) -O2 -fPIC -shared -o $@ $< -ldl

bench: $(programs) $(module) $(bench_programs) $(O)/tests/pam/devlog
	$(Q)BUILD=$(abspath $(O)) OLD='$(OLD)' tests/bench/login

bench-backup: $(programs) $(bench_programs)
	$(Q)BUILD=$(abspath $(O)) tests/bench/backup

bench-fleet: $(programs) $(module) $(O)/fleet/patd-fleet $(bench_programs)
	$(Q)BUILD=$(abspath $(O)) tests/bench/fleet
	$(Q)BUILD=$(abspath $(O)) tests/bench/fleet_join
