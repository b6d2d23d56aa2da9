# Included by the Makefile.

#: deb          the Debian packages, into build/deb/
.PHONY: deb
deb:
	$(Q)debian/make-deb $(if $(filter 1,$(V)),--verbose) build/deb
