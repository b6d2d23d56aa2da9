# SPDX-License-Identifier: LGPL-2.1-or-later
# x11vnc, which asks su.
row <<'END'
application  x11vnc, -unixpw
unmeasured   it types the secret to su so slowly that a client may give up first; by hand, a token
             opened after seven seconds
END
