# SPDX-License-Identifier: LGPL-2.1-or-later
# The desktop page on a display, and what it needs: an installation of its own, whose /usr/local
# stands in place of the machine's.
desktop_root := $(O)/desktop/root
desktop_tests := $(sort $(wildcard tests/desktop/*.py))
desktop_needs = $(programs) $(module) $(O)/tests/pam/drive $(O)/tests/pam/later.so \
	$(O)/tests/bench/fill $(O)/tests/desktop/ahead.so $(O)/tests/desktop/toasts.so \
	$(desktop_root)/installed

$(desktop_root)/installed: $(O)/desktop/patd-desktop $(desktop_built) $(desktop_manpage) $(catalogs) \
		$(wildcard desktop/data/*)
	$(call say,INSTALL,$(@D))
	$(Q)rm -rf $(@D) && $(MAKE) --no-print-directory --silent DESTDIR=$(abspath $(@D)) \
		prefix=/usr/local install-desktop >/dev/null
	$(Q)for language in $(languages); do \
		install -D -m 0644 $(O)/po/$$language.mo \
			$(@D)/usr/local/share/locale/$$language/LC_MESSAGES/patd.mo || exit 1; \
	done
	$(Q)touch $@

# Without the sanitisers, as tests/pam/later.so.
$(O)/tests/desktop/%.so: tests/desktop/%.c Makefile
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(all_cppflags) -std=gnu11 $(warnings) -O2 -fPIC -shared -o $@ $<

.PHONY: check-desktop pictures-desktop bench-desktop
check-desktop: $(desktop_needs) $(desktop_unit_tests)
	$(Q)$(prove) '$(hangs)' $(desktop_unit_tests)
	$(Q)BUILD=$(abspath $(O)) $(prove_told) '$(hangs) /usr/bin/python3' --jobs 3 $(desktop_tests)

#: pictures-desktop  those of README and of the metadata, into doc/desktop/
pictures-desktop: $(desktop_needs)
	$(Q)BUILD=$(abspath $(O)) tests/desktop/pictures doc/desktop

bench-desktop: $(desktop_needs)
	$(Q)BUILD=$(abspath $(O)) tests/bench/desktop
