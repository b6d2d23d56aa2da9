# SPDX-License-Identifier: LGPL-2.1-or-later
# The fuzz tier: tests/fuzz/AREA/fuzz_X.c, a libFuzzer target each, in a build of its own by clang
# with ASan and UBSan.

fuzz_src := $(wildcard tests/fuzz/*/fuzz_*.c)
fuzz_targets := $(fuzz_src:%.c=build/fuzz/%)
fuzz_flags := CC=clang SANITIZE=1 O=build/fuzz CFLAGS='-O1 -g -fsanitize=fuzzer-no-link'

.PHONY: check-fuzz fuzz

check-fuzz:
	$(Q)$(MAKE) --no-print-directory $(fuzz_flags) $(fuzz_targets)
	$(Q)$(prove) 'timeout 300 bash tests/fuzz/target' --jobs 2 $(fuzz_targets)

#: fuzz           TARGET=patd/fuzz_hours for an hour, or TIME= seconds; build/fuzz/corpus keeps the finds
fuzz:
	$(Q)$(MAKE) --no-print-directory $(fuzz_flags) build/fuzz/tests/fuzz/$(TARGET)
	$(Q)bash tests/fuzz/target --for $(or $(TIME),3600) build/fuzz/tests/fuzz/$(TARGET)

$(O)/tests/fuzz/%: tests/fuzz/%.c $(O)/libcommon.a $(O)/libprotocol.a $(O)/libpatd.a $(O)/libfront.a \
		$(O)/libpatctl.a Makefile
	$(call say,FUZZ,$@)
	$(Q)mkdir -p $(@D)
	$(Q)area=$(firstword $(subst /, ,$*)); $(CC) $(all_cppflags) $(all_cflags) -fsanitize=fuzzer \
		$(call pkg,--cflags,$(unit_pkgs_$(firstword $(subst /, ,$*))) cmocka) -MMD -MP \
		$(all_ldflags) -o $@ $< $$(test $$area = common || echo $(O)/lib$$area.a) \
		$(unit_libs_$(firstword $(subst /, ,$*))) $(O)/libcommon.a \
		$(call pkg,--libs,$(unit_pkgs_$(firstword $(subst /, ,$*))) cmocka) -pthread
