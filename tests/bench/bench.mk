bench_programs := $(O)/tests/bench/authenticate $(O)/tests/bench/answer

$(bench_programs): $(O)/%: %.c $(O)/tests/bench/figures.o $(O)/libcommon.a Makefile
	$(call say,BENCH,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(all_cppflags) $(all_cflags) -pie -MMD -MP $(all_ldflags) -o $@ $< \
		$(O)/tests/bench/figures.o $(O)/libcommon.a -lpam $(call pkg,--libs,libsodium)

.PHONY: bench
bench: $(programs) $(module) $(bench_programs) $(O)/tests/pam/devlog
	$(Q)BUILD=$(abspath $(O)) tests/bench/run
