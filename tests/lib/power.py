# SPDX-License-Identifier: LGPL-2.1-or-later
"""Power cuts during a workload, and what must be there afterwards."""
import random
import shutil

import workload
from disk import Disk, Player
from faults import ONLY, SEED, Broken, FaultTest

SYNC_US = 5000  # of a disk on which something can happen between a write and its sync


class PowerTest(FaultTest):
    """A case is "SEED RECORD IMAGE": a record of the trace of that seed's workload, which may be
    another one the next time, since patd's threads are."""

    def setUp(self):
        super().setUp()
        self.prepared = self.prepare()
        self.images = self.bad = 0

    def work(self, seed, steps, together, **settings):
        """Runs a workload with a trace; returns it and the Player of its trace."""
        self.fresh(self.prepared, sync_delay_us=SYNC_US, **settings)
        disk = Disk(self.patd.state)
        work = workload.Workload(self, f"{seed} power", together)
        self.serve(trace=True)
        work.run(steps)
        self.between(work, steps)
        if self.end() not in (0, 1):
            raise Broken(f"patd ended with status {self.patd.process.returncode}")
        return work, Player(disk, self.trace)

    def between(self, work, steps):
        """What else is to happen before the end."""

    def check_image(self, work, player, point, seed):
        """Starts patd on what a power cut at the point, to which player has come, leaves."""
        shutil.rmtree(self.patd.state)
        mode = player.disk.image(random.Random(seed), self.patd.state)
        self.page.clear()
        try:
            self.serve(faults=False)
            workload.check(self, work.facts_at(point), ordinary=False)
        except (Broken, TimeoutError) as error:
            return f"{mode}: {error}"
        finally:
            self._stop()
        return None

    def cut(self, seeds, steps, together, points, images, what, settings=lambda seed: {}):
        """points of the trace of each seed's workload, and images of each point"""
        broken, count = [], 0
        only = [int(word) for word in ONLY.split()]
        for seed in only[:1] or seeds:
            work, player = self.work(seed, steps, together, **settings(seed))
            chosen = random.Random(f"{SEED} {seed} points")
            records = range(len(player.points))
            for record in only[1:2] or sorted(chosen.sample(records, min(points, len(records)))):
                point = player.points[min(record, len(records) - 1)]
                player.forward(point)
                for image in only[2:] or range(images):
                    case = f"{seed} {record} {image}"
                    count += 1
                    problem = self.check_image(work, player, point, case)
                    if problem:
                        broken.append((case, problem, []))
        self.report(count, broken, what)
