# SPDX-License-Identifier: LGPL-2.1-or-later
# xdm, by its window.
row <<'END'
application  xdm
unmeasured   no program here logs in by its window; by hand, on Xvfb, a token opened, and after a
             notice to the person xdm waited up to 14 seconds
END
