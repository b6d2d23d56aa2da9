# SPDX-License-Identifier: LGPL-2.1-or-later
# A cli test file whose tests share one patd.  Instead of `load cli`:
#
#     load shared_patd
#
# A file that needs more than patd_world() defines its own setup_file() after that.
# shellcheck shell=bash

load cli

setup_file() {
	patd_world
}

teardown_file() {
	patd_world_end
}
