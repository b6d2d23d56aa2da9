# The demo asks first whether it may run here, before anything is installed for it.
.PHONY: demo
demo:
	$(Q)tests/demo/demo --check
	$(Q)$(MAKE) --no-print-directory deps-demo
	$(Q)$(MAKE) --no-print-directory $(if $(filter 1,$(V)),,--silent) all
	$(Q)rm -rf $(O)/demo/install
	$(Q)$(MAKE) --no-print-directory --silent install \
		DESTDIR=$(abspath $(O))/demo/install prefix=/usr/local
	$(Q)tests/demo/demo $(abspath $(O))/demo
