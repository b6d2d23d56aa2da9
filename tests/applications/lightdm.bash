# SPDX-License-Identifier: LGPL-2.1-or-later
# LightDM, by its window.
row <<'END'
application  LightDM
unmeasured   no program here logs in by its window; by hand, on Xvfb, a token opened
END
