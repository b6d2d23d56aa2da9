# SPDX-License-Identifier: LGPL-2.1-or-later
# The formatter and the analysers.  Each prints only what is wrong.

lint_c := $(foreach folder,common protocol patd front patctl pam_pat fleet,$(call sources,$(folder)))
lint_h := $(foreach rooms,* */* */*/*,$(wildcard $(addsuffix /$(rooms).h,common protocol patd front patctl pam_pat desktop fleet)))
lint_desktop_c := $(call sources,desktop)
lint_tests_c := $(foreach rooms,* */* */*/* */*/*/* */*/*/*/*,$(wildcard tests/$(rooms).[ch])) \
	$(wildcard doc/examples/*.c)
lint_shell = $(shell git -c safe.directory='$(CURDIR)' ls-files '*.sh' '*.bash' .ci/run 2>/dev/null; \
	grep -lrE --exclude='*.md' '^\#!/bin/(ba)?sh' tests debian doc shadow systemd 2>/dev/null)
lint_pkgs := $(sort $(patd_pkgs) $(front_pkgs) $(patctl_pkgs) $(fleet_pkgs) cmocka)

.PHONY: format check-lint lint-format lint-clang lint-tidy lint-cppcheck lint-analyzer lint-shell lint-xml lint-contract lint-po \
	lint-rooms lint-spdx lint-promises lint-apparmor lint-desktop

#: format         the C files, with clang-format
format:
	$(Q)clang-format -i $(lint_c) $(lint_desktop_c) $(lint_h) $(lint_tests_c)

check-lint: lint-format lint-clang lint-tidy lint-cppcheck lint-analyzer lint-shell lint-xml \
	lint-contract lint-po lint-rooms lint-spdx lint-promises lint-apparmor lint-desktop

# The style has one result with the versions of Debian 12 and 13, 14 and 19.  They differ on a macro
# that is a list in braces, which is marked "clang-format off".  From 20 on a list with a comment in
# it has one item a line, so that the code cannot please all: the others decide.
format_last := 19
format_version = $(shell clang-format --version | sed 's/.*version \([0-9]*\).*/\1/')
lint-format:
	$(call say,LINT,clang-format)
	$(Q)if test $(format_version) -gt $(format_last); then \
		echo "skipped: clang-format $(format_version) has another style than $(format_last)"; \
	else \
		clang-format --dry-run -Werror $(lint_c) $(lint_desktop_c) $(lint_h) $(lint_tests_c); \
	fi

# The other compiler's warnings, where its objects are of use again: in the build of the fuzz tier.
lint-clang:
	$(call say,LINT,clang)
	$(Q)$(MAKE) --no-print-directory $(fuzz_flags) all desktop fleet >/dev/null

lint-tidy:
	$(call say,LINT,clang-tidy)
	$(Q)clang-tidy --quiet $(lint_c) -- $(all_cppflags) -std=gnu11 $(call pkg,--cflags,$(lint_pkgs)) 2>/dev/null

# It does not know that a cleanup attribute releases; gcc's analyser does, and looks for leaks.
lint-cppcheck:
	$(call say,LINT,cppcheck)
	$(Q)cppcheck --quiet --std=c11 --language=c --enable=warning,performance,portability \
		--error-exitcode=1 --inline-suppr --suppress=missingIncludeSystem \
		--suppress=normalCheckLevelMaxBranches --suppress=memleak -D_GNU_SOURCE \
		-DPAT_VERSION='""' -DPAT_STATE_DIR='""' -DPAT_RUNTIME_DIR='""' -DPAT_CONF_DIR='""' \
		-DPAT_LIBEXEC_DIR='""' -DPAT_LOCALE_DIR='""' -I. \
		$(call pkg,--cflags-only-I,dbus-1) $(lint_c)

lint-analyzer:
	$(call say,LINT,analyzer)
	$(Q)$(MAKE) --no-print-directory CC=gcc CFLAGS='-O2 -g -fanalyzer' O=build/analyzer all desktop fleet >/dev/null

lint-shell:
	$(call say,LINT,shellcheck)
	$(Q)shellcheck --external-sources $(lint_shell)
	$(Q)shellcheck --external-sources --shell=bats $(wildcard tests/*/*.bats tests/*/*/*.bats)

contract := dbus/org.patd.Tokens1.xml
qdbusxml2cpp = $(call pkg,--variable=bindir,Qt6Core)/qdbusxml2cpp

# No catalog has polkit's DTD.  That of bus configurations is older than send_destination, and
# dbus-daemon's own files are not valid by it: those need only be well-formed.
lint-xml:
	$(call say,LINT,xmllint)
	$(Q)xmllint --nonet --noout --dtdvalid /usr/share/xml/dbus-1/introspect.dtd $(contract)
	$(Q)sed 's|"http://.*/polkit/|"/usr/share/polkit-1/|' dbus/org.patd.tokens1.policy | \
		xmllint --nonet --noout --valid -
	$(Q)xmllint --nonet --noout dbus/*.conf

# Generators of code and documentation take the contract, without a word of warning.
lint-contract:
	$(call say,LINT,contract)
	$(Q)rm -rf build/contract && mkdir -p build/contract
	$(Q)cd build/contract && { gdbus-codegen --c-namespace Pat \
		--interface-prefix org.patd.Tokens1. --generate-c-code tokens1 \
		--generate-docbook doc ../../$(contract) && \
		$(qdbusxml2cpp) -p proxy ../../$(contract) && \
		$(qdbusxml2cpp) -a adaptor ../../$(contract); } >warnings 2>&1; \
		status=$$?; cat warnings && test $$status -eq 0 && ! test -s warnings
	$(Q)$(CC) -fsyntax-only -Wall -Werror build/contract/tokens1.c $(call pkg,--cflags,gio-unix-2.0)
	$(Q)xmllint --nonet --noout --nowarning build/contract/doc-*.xml

# Each language has each message of the code.
lint-po: $(O)/po/patd.pot
	$(call say,LINT,po)
	$(Q)for language in $(languages); do \
		msgfmt --check -o /dev/null po/$$language.po && msgcmp po/$$language.po $< || exit 1; \
	done

# The rooms of the C files, and that what breaks into them is found.
lint-rooms: all desktop fleet
	$(call say,LINT,rooms)
	$(Q)tests/lint/rooms . $(O)
	$(Q)BUILD=$(abspath $(O)) $(prove) 'bats --tap' tests/lint/rooms.bats

# Each guarantee of SECURITY.md has a test of its name, and that one without is found.
lint-promises:
	$(call say,LINT,promises)
	$(Q)tests/lint/promises .
	$(Q)$(prove) 'bats --tap' tests/lint/promises.bats

# The profile, without a kernel that has AppArmor.
lint-apparmor:
	$(call say,LINT,apparmor)
	$(Q)mkdir -p build && apparmor_parser --skip-kernel-load --skip-cache apparmor/patd 2>build/apparmor.log || \
		{ cat build/apparmor.log; exit 1; }

# The data files of the page, and its C files apart from the others: they need the headers of GTK.
lint_desktop_data := $(wildcard desktop/*.xml desktop/page/*.ui desktop/page/*.css desktop/data/*)
lint_desktop_cflags = $(all_cppflags) $(desktop_versions) -std=gnu11 $(call pkg_cflags,$(desktop_pkgs))
lint-desktop: $(desktop_built)
	$(call say,LINT,desktop)
	$(Q)appstreamcli validate --no-net --no-color $(filter %.xml,$(desktop_built)) >build/appstream.log || \
		{ cat build/appstream.log; exit 1; }
	$(Q)desktop-file-validate $(filter %.desktop,$(desktop_built))
	$(Q)xmllint --nonet --noout $(filter %.xml %.ui %.svg %.xml.in,$(lint_desktop_data))
	$(Q)clang-tidy --quiet $(lint_desktop_c) -- $(lint_desktop_cflags) 2>/dev/null
	$(Q)cppcheck --quiet --std=c11 --language=c --enable=warning,performance,portability \
		--error-exitcode=1 --inline-suppr --suppress=missingIncludeSystem \
		--suppress=normalCheckLevelMaxBranches --suppress=memleak --library=gtk -D_GNU_SOURCE \
		-DPAT_VERSION='""' -DPAT_LOCALE_DIR='""' -I. $(lint_desktop_c)

# Each source file begins with its licence, and a file in C then says in a comment what it is.
lint-spdx:
	$(call say,LINT,spdx)
	$(Q)awk 'function wrong(text) { print file ": " text; failed = 1 } \
		FNR == 1 { if (file && !spdx) wrong("no SPDX line"); file = FILENAME; spdx = 0 } \
		FNR <= 3 && /SPDX-License-Identifier: LGPL-2.1-or-later/ { spdx = FNR } \
		FNR == 2 && file ~ /\.[ch]$$/ && !/^\/\*/ { wrong("no comment on line 2") } \
		END { if (!spdx) wrong("no SPDX line"); exit failed }' \
		$(lint_c) $(lint_desktop_c) $(lint_h) $(lint_tests_c) $(lint_shell) Makefile $(lint_desktop_data) $(wildcard tests/*.mk tests/*/*.mk \
		tests/*/*.py tests/*/*.bats desktop/*.mk fleet/*.mk fleet/*.sql $(filter-out %__pycache__,$(wildcard tests/lib/*)) completions/* doc/examples/mytokens.*)
