# SPDX-License-Identifier: LGPL-2.1-or-later
# atd, which runs jobs.
row <<'END'
application  atd
unmeasured   nobody logs in: PAM is asked for account and session, never to authenticate
END
