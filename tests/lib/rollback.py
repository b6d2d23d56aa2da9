# SPDX-License-Identifier: LGPL-2.1-or-later
"""SQLite's rollback journal, which it takes for what it must undo: see sqlite.org/fileformat."""
MAGIC = bytes.fromhex("d9d505f920a163d7")
PAGE_SIZE_AT, SECTOR, CHECKED_EVERY = 16, 512, 200


def journal_of(image):
    """One that makes any database the same as this one."""
    page_size = int.from_bytes(image[PAGE_SIZE_AT : PAGE_SIZE_AT + 2], "big")
    pages = [image[at : at + page_size] for at in range(0, len(image), page_size)]
    numbers = (len(pages), 0, len(pages), SECTOR, page_size)
    journal = MAGIC + b"".join(number.to_bytes(4, "big") for number in numbers)
    journal = journal.ljust(SECTOR, b"\0")
    for number, page in enumerate(pages, 1):
        checksum = sum(page[page_size - CHECKED_EVERY : 0 : -CHECKED_EVERY])
        journal += number.to_bytes(4, "big") + page + checksum.to_bytes(4, "big")
    return journal
