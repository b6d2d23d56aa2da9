# SPDX-License-Identifier: LGPL-2.1-or-later
# patctl with the place of its translations where the build has put them: tests/pam's, which has to
# be there first, since both are made in one folder.  "marked" is a language in which every line of
# every message begins with a mark: what has none was forgotten.  A later msgen names the smallest
# charset, which has no such mark.
cli_locale := $(abspath $(O)/tests/pam/locale)

$(O)/tests/cli/patctl: $(O)/tests/pam/translated.so $(O)/patctl/patctl $(O)/tests/cli/marked.mo
	$(call say,TEST,$@)
	$(Q)$(MAKE) --no-print-directory O=$(O)/translated localedir=$(cli_locale) \
		$(O)/translated/patctl/patctl >/dev/null
	$(Q)install -D -m 0644 $(O)/tests/cli/marked.mo $(cli_locale)/marked/LC_MESSAGES/patd.mo
	$(Q)cp $(O)/translated/patctl/patctl $@

$(O)/tests/cli/marked.mo: $(O)/po/patd.pot
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)sed 's/=CHARSET/=UTF-8/' $< | msgen --lang=en - | sed 's/charset=ASCII/charset=UTF-8/' | \
		msgfilter --keep-header sed 's/[^ ]/¤&/' 2>/dev/null | msgfmt -o $@ -

# Without the sanitisers, as tests/pam/later.so.
$(O)/tests/cli/nss.so: tests/cli/nss.c Makefile
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(all_cppflags) -std=gnu11 $(warnings) -O2 -fPIC -shared -o $@ $<
