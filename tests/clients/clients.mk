# SPDX-License-Identifier: LGPL-2.1-or-later
# What the clients of doc/examples and tests/clients are built from, by the tools of their kind.
clients := $(O)/clients
client_programs := $(clients)/mytokens build/clients/qt/mytokens build/clients/node/node_modules

# --- C and GLib -----------------------------------------------------------------------------
$(clients)/patd.c: dbus/org.patd.Tokens1.xml
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)gdbus-codegen --interface-prefix org.patd.Tokens1. --c-namespace Patd \
		--c-generate-object-manager --c-generate-autocleanup all --glib-min-required 2.64 \
		--output-directory $(@D) --generate-c-code patd $<

# What is generated, and GLib's headers, need not please our warnings; const is lost on the way
# through a gpointer.
client_cflags = $(filter-out -Wcast-qual,$(all_cflags)) -I$(clients) \
	$(subst -I,-isystem ,$(call pkg,--cflags,gio-unix-2.0))

$(clients)/patd.o: $(clients)/patd.c Makefile
	$(call say,CC,$<)
	$(Q)$(CC) $(client_cflags) -w -c -o $@ $<

$(clients)/mytokens: doc/examples/mytokens.c $(clients)/patd.o Makefile
	$(call say,CC,$<)
	$(Q)$(CC) $(all_cppflags) $(client_cflags) -pie $(all_ldflags) -o $@ $(filter %.c %.o,$^) \
		$(call pkg,--libs,gio-unix-2.0)

# --- C++ and Qt, which take their time: once for all of build/ --------------------------------
qt := build/clients/qt
qt_interface := $(qt)/patd_interface.cpp

$(qt_interface): dbus/org.patd.Tokens1.xml
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)cd $(@D) && $(qdbusxml2cpp) -p patd_interface $(abspath $<)

# gcc 16 finds QBitArray incomplete in Qt's own headers; other compilers pass over what they do not
# know after -Wno.
$(qt)/mytokens: tests/clients/mytokens-qt.cpp $(qt_interface)
	$(call say,CXX,$<)
	$(Q)moc=$(call pkg,--variable=libexecdir,Qt6Core)/moc && \
		$$moc $< -o $(qt)/mytokens-qt.moc && \
		$$moc $(basename $(qt_interface)).h -o $(qt)/moc_patd_interface.cpp
	$(Q)$(CXX) -std=c++17 -fPIC -Wall -Wextra -Werror -Wno-sfinae-incomplete -I$(qt) -o $@ $^ \
		$(qt)/moc_patd_interface.cpp $(call pkg,--cflags --libs,Qt6DBus)

# --- Node, if it is there: without dbus-next the test is skipped -------------------------------
node := build/clients/node

# usocket is compiled; Node's headers are beside it, or npm looks for them in the net.
$(node)/node_modules: doc/examples/package.json
	$(call say,NPM,$<)
	$(Q)mkdir -p $(@D) && cp $< $(@D)
	$(Q)! command -v npm >/dev/null || { \
		top=$$(readlink -f "$$(command -v node)"); top=$${top%/bin/*}; \
		cd $(@D) && npm_config_nodedir=$$(test ! -e "$$top/include/node/node.h" || echo "$$top") \
		timeout 300 npm install --no-package-lock --no-audit --no-fund --fetch-retries=0 \
			>npm.log 2>&1 && touch node_modules || rm -rf node_modules; }
