# What bats cannot do: a host of PAM, a hostile peer, a private /dev/log.
pam_test_programs := $(patsubst %.c,$(O)/%,$(wildcard tests/pam/*.c))

$(pam_test_programs): $(O)/%: %.c $(O)/libcommon.a Makefile
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(all_cppflags) $(all_cflags) -pie -MMD -MP $(all_ldflags) -o $@ $< $(O)/libcommon.a \
		-lpam $(call pkg,--libs,libsodium) -pthread
