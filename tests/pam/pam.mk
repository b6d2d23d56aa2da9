# What bats cannot do: a host of PAM, a hostile peer, a private /dev/log, another time of day.
pam_test_hosts := $(patsubst %,$(O)/tests/pam/%,drive peer devlog)
pam_test_programs := $(pam_test_hosts) $(O)/tests/pam/later.so

$(pam_test_hosts): $(O)/%: %.c $(O)/libcommon.a Makefile
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(all_cppflags) $(all_cflags) -pie -MMD -MP $(all_ldflags) -o $@ $< $(O)/libcommon.a \
		-lpam $(call pkg,--libs,libsodium) -pthread

# Without the sanitisers: it stands below their own clock_gettime().
$(O)/tests/pam/later.so: tests/pam/later.c Makefile
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(all_cppflags) -std=gnu11 $(warnings) -O2 -fPIC -shared -o $@ $<
