# SPDX-License-Identifier: LGPL-2.1-or-later
# The packages themselves: what their distributions' own tools say of them.

.PHONY: check-packages
check-packages: all
	$(Q)$(prove_told) 'timeout 600 bats --tap' tests/packages/*.bats
