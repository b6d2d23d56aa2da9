# SPDX-License-Identifier: LGPL-2.1-or-later
# cron, which runs jobs.
row <<'END'
application  cron
unmeasured   nobody logs in: PAM is asked for account, credentials and session, never to authenticate
END
