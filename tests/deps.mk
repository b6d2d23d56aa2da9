# SPDX-License-Identifier: LGPL-2.1-or-later
# What the machine must have; debian/control says it, and nothing else does.

.PHONY: deps deps-deb deps-check deps-demo
deps:
	$(Q)tests/deps

deps-deb:
	$(Q)tests/deps deb

deps-check:
	$(Q)tests/deps check

deps-demo:
	$(Q)tests/deps demo
