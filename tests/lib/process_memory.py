# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads the memory of another process."""
import re

REGION_MAX = 1 << 28  # only the shadow memory of sanitisers is larger


def regions(pid):
    """The content of each readable region."""
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(
        f"/proc/{pid}/mem", "rb", buffering=0
    ) as mem:
        for line in maps:
            first, last, mode = re.match("([0-9a-f]+)-([0-9a-f]+) (.)", line).groups()
            start, size = int(first, 16), int(last, 16) - int(first, 16)
            if mode != "r" or size > REGION_MAX or "[v" in line:
                continue
            mem.seek(start)
            try:
                yield mem.read(size)
            except OSError:  # a guard page
                continue
