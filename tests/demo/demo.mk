# SPDX-License-Identifier: LGPL-2.1-or-later
# The demo asks first whether it may run here, before anything is installed for it.
.PHONY: demo picture demo-install
demo:
	$(Q)tests/demo/demo --check
	$(Q)$(MAKE) --no-print-directory deps-demo
	$(Q)$(MAKE) --no-print-directory demo-install
	$(Q)tests/demo/demo $(abspath $(O))/demo

#: picture        README's, from a run of the demo
picture:
	$(Q)tests/demo/demo --check
	$(Q)$(MAKE) --no-print-directory deps-demo
	$(Q)tests/deps picture
	$(Q)$(MAKE) --no-print-directory demo-install
	$(Q)doc/picture $(abspath $(O))/demo >$(O)/terminal.svg
	$(Q)mv $(O)/terminal.svg doc/terminal.svg

demo-install:
	$(Q)$(MAKE) --no-print-directory $(if $(filter 1,$(V)),,--silent) all
	$(Q)rm -rf $(O)/demo/install
	$(Q)$(MAKE) --no-print-directory --silent install \
		DESTDIR=$(abspath $(O))/demo/install prefix=/usr/local
