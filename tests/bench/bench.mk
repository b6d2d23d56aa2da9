# SPDX-License-Identifier: LGPL-2.1-or-later
bench_programs := $(addprefix $(O)/tests/bench/,authenticate answer fill)

$(O)/tests/bench/fill: bench_libs = $(O)/libpatd.a $(O)/libcommon.a $(call pkg,--libs,$(patd_pkgs))
$(O)/tests/bench/fill: $(O)/libpatd.a
bench_libs = $(O)/libcommon.a -lpam $(call pkg,--libs,libsodium)

$(bench_programs): $(O)/%: %.c $(O)/tests/bench/figures.o $(O)/libcommon.a Makefile
	$(call say,BENCH,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(all_cppflags) $(all_cflags) -pie -MMD -MP $(all_ldflags) -o $@ $< \
		$(O)/tests/bench/figures.o $(bench_libs)

.PHONY: bench bench-backup
bench: $(programs) $(module) $(bench_programs) $(O)/tests/pam/devlog
	$(Q)BUILD=$(abspath $(O)) tests/bench/login

bench-backup: $(programs) $(bench_programs)
	$(Q)BUILD=$(abspath $(O)) tests/bench/backup
