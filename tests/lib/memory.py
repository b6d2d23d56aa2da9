"""Looks into the memory of a process."""
import re

REGION_MAX = 1 << 28  # beyond are only the shadows of sanitisers


def memory(pid):
    """All of a process's memory that has content."""
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
