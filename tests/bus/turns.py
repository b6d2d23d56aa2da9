#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Logins have their turn beside what takes long."""
import os
import re
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import requests
import tap
import wire
from client import PATIENCE_S
from fixture import BUILD, PatdTest


class Turns(PatdTest):
    start_patd = False

    def test_a_login_is_answered_while_the_history_is_verified(self):
        shutil.rmtree(self.patd.state, ignore_errors=True)
        subprocess.run(
            [os.path.join(BUILD, "tests/bench/fill"), self.patd.state, "1", "40000"],
            stdout=subprocess.DEVNULL, timeout=PATIENCE_S, check=True,
        )  # fmt: skip
        self.patd.start()
        ask = requests.Connection(self.patd.root_sock)
        self.addCleanup(ask.close)
        token = ask.generate("laptop")

        def both():
            # Both are there before patd sees the first.
            os.kill(self.patd.process.pid, signal.SIGSTOP)
            serial = ask.send("verify_history")
            login = wire.send(self.patd.root_sock, wire.request(token))
            os.kill(self.patd.process.pid, signal.SIGCONT)
            self.assertEqual(wire.answer(login)[0], wire.ACCEPTED)
            self.assertEqual([*ask.answers(serial)][-1].kind, requests.DONE)

        lines = self.system_calls("sendmsg,sendto", both)
        calls = re.findall(r"^\d+ +(send\w+)\(", "".join(lines), re.MULTILINE)
        # Progress is sent now and then; the login does not wait for the second time.
        self.assertLess(calls.index("sendto"), 3, calls)
        self.assertGreater(len(calls), 20)


if __name__ == "__main__":
    tap.main()
