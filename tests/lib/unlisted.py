# SPDX-License-Identifier: LGPL-2.1-or-later
"""What somebody who can write to a database of patd's can leave out of an index, with all rows,
their MACs and the schema as they were."""
import contextlib
import sqlite3


def leave_out(path, index, condition):
    """Of rows for which the condition is true.  While patd does not run."""
    where = f" WHERE NOT ({condition})"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        ((before,),) = database.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (index,))
        database.execute("PRAGMA writable_schema = ON")
        database.execute("UPDATE sqlite_schema SET sql = ? WHERE name = ?", (before + where, index))
        database.execute("PRAGMA writable_schema = RESET")
        database.execute(f"REINDEX {index}")
        database.execute("PRAGMA writable_schema = ON")
        database.execute("UPDATE sqlite_schema SET sql = ? WHERE name = ?", (before, index))
