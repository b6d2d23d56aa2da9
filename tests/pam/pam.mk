# What bats cannot do: a host of PAM, a hostile peer, a private /dev/log, another time of day.
pam_test_hosts := $(patsubst %,$(O)/tests/pam/%,drive peer devlog)
pam_test_programs := $(pam_test_hosts) $(O)/tests/pam/later.so

# ASan looks for crypt_r() at start, and pam_unix brings it later: the call would go to NULL.
pam_test_libs = $(if $(SANITIZE),-Wl$(comma)--push-state$(comma)--no-as-needed -lcrypt -Wl$(comma)--pop-state)

$(pam_test_hosts): $(O)/%: %.c $(O)/libcommon.a Makefile
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(all_cppflags) $(all_cflags) -pie -MMD -MP $(all_ldflags) -o $@ $< $(O)/libcommon.a \
		-lpam $(call pkg,--libs,libsodium) $(pam_test_libs) -pthread

# Without the sanitisers: it stands below their own clock_gettime().
$(O)/tests/pam/later.so: tests/pam/later.c Makefile
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(all_cppflags) -std=gnu11 $(warnings) -O2 -fPIC -shared -o $@ $<
