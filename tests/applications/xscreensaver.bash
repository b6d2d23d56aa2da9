# SPDX-License-Identifier: LGPL-2.1-or-later
# XScreenSaver, which locks a display.
row <<'END'
application  XScreenSaver
unmeasured   the keys that a program types on its display reach it without Shift, so that no
             password or token with a capital can be typed
END
