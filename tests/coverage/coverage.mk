# SPDX-License-Identifier: LGPL-2.1-or-later
# How many branches of the files that decide the unit tests take, in a build of its own by gcc.
# -O0: of an optimised program, the branches are the compiler's.

coverage_tests := $(filter $(foreach area,common protocol pam_pat patd,build/coverage/tests/unit/$(area)/%), \
	$(unit_src:%.c=build/coverage/%))
coverage_flags := CC=gcc O=build/coverage WERROR= CFLAGS='-O0 -g --coverage' CPPFLAGS=-D_FORTIFY_SOURCE=0

.PHONY: coverage

coverage:
	$(Q)$(MAKE) --no-print-directory $(coverage_flags) $(coverage_tests) >/dev/null
	$(Q)find build/coverage -name '*.gcda' -delete
	$(Q)$(prove) 'timeout 300' $(coverage_tests) >build/coverage/prove.log 2>&1 || \
		{ cat build/coverage/prove.log; exit 1; }
	$(Q)tests/coverage/branches build/coverage
