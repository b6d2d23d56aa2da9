# SPDX-License-Identifier: LGPL-2.1-or-later
# Yaws, by HTTP Basic, with a helper that is root.
# shellcheck source=tests/applications/yaws.bash
. "$APPLICATIONS/yaws.bash"

eval "$(declare -f configure | sed '1s/.*/configure_as_packaged()/')"
configure() {
	local helper
	configure_as_packaged
	pam_service yaws
	helper=$(dpkg-query --listfiles erlang-yaws | grep '/epam$')
	chgrp yaws "$helper"
	chmod 4750 "$helper"
	systemctl restart yaws.service
	wait_until listens 8081
}

row <<'END'
application  Yaws, epam setuid root
ids          yaws/root
password     accepted
END
