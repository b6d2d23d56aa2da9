# SPDX-License-Identifier: LGPL-2.1-or-later
# A cli test file whose tests share one patd, which is an issuer of fleet tokens, trusts another one,
# and has a hub.  Instead of `load cli`:
#
#     load shared_issuer
# shellcheck shell=bash

load shared_patd

setup_file() {
	patd_world
	mkdir -m 0755 "$WORLD/etc"
	(
		umask 022
		printf '%s\n' '[fleet]' 'issuer = hq' 'hub = host=db.example.org sslmode=verify-full' \
			'[issuer other]' "key = $(base64 <<<"a public key of another machine" -w 0)" \
			>"$WORLD/etc/patd.conf"
	)
	patd_stop
	patd_start
}

# carrier SCRIPT [ARGUMENT...]: Python, with a patd-fleet that has said hello as `link`
carrier() {
	/usr/bin/python3 -B -c "
import subprocess, sys
sys.path.insert(0, '$TOP/tests/lib')
import fleet
link = fleet.Link('$WORLD/run/fleet.sock')
link.hello()
$1" "${@:2}"
}
