# SPDX-License-Identifier: LGPL-2.1-or-later
# What bats cannot do: a host of PAM, a hostile peer, a private /dev/log, another time of day.
pam_test_hosts := $(patsubst %,$(O)/tests/pam/%,drive peer devlog)
pam_test_programs := $(pam_test_hosts) $(O)/tests/pam/later.so $(O)/tests/pam/translated.so

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

# The module, with the place of its translations where the build has put them.
$(O)/tests/pam/translated.so: $(module) $(catalogs)
	$(call say,TEST,$@)
	$(Q)$(MAKE) --no-print-directory O=$(O)/translated localedir=$(abspath $(O)/tests/pam/locale) \
		$(O)/translated/pam_pat/pam_pat.so >/dev/null
	$(Q)for language in $(languages); do \
		install -D -m 0644 $(O)/po/$$language.mo \
			$(O)/tests/pam/locale/$$language/LC_MESSAGES/patd.mo || exit 1; \
	done
	$(Q)cp $(O)/translated/pam_pat/pam_pat.so $@
