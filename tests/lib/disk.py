# SPDX-License-Identifier: LGPL-2.1-or-later
"""Power cuts: from a trace of tests/fault, the state directory as a disk could hold it.

What a good sync covered is there.  Of all else, each sector of 512 bytes is there or not, as it was
after any of the writes since.  A new length, or a file made, renamed or removed, is there or not,
in order for each file and for each directory.  After a failed sync the kernel takes what it could
not write for written: a later sync does not cover it, unless its sector was written to again.
"""
import os
import shutil
import struct

SECTOR = 512
HEAD = struct.Struct("=IIQQIIQ")
MAGIC = 0x544C5546
(CREATE, MKDIR, LINK, RENAME, UNLINK, WRITE, TRUNCATE, SYNC, SYNCED, LOST, MAP) = range(1, 12)
EXCHANGE = 2  # of renameat2()
MODES = ("nothing", "everything", "some", "most", "prefix")


def records(data, start=0):
    """Yields (end, record, file, number, path, to, data) of each whole record."""
    at = start
    while at + HEAD.size <= len(data):
        magic, record, file, number, path_len, to_len, data_len = HEAD.unpack_from(data, at)
        assert magic == MAGIC, f"no trace at {at}"
        at += HEAD.size
        end = at + path_len + to_len + data_len
        if end > len(data):
            return
        path = data[at : at + path_len].decode()
        to = data[at + path_len : at + path_len + to_len].decode()
        yield end, record, file, number, path, to, data[end - data_len : end]
        at = end


class File:
    """cached: what a program reads.  base: what is certainly on the disk."""

    def __init__(self, content=b""):
        self.cached, self.base = bytearray(content), bytearray(content)
        self.versions = {}  # sector: [(when, cuts, content)] that may be on the disk, in order
        self.dirty = {}  # sector: when it was written to and not yet synced or given up
        self.lengths = []  # [(when, cuts, length)], the same
        self.cuts = []  # [length], of each truncation in self.lengths
        self.cut_number = 0  # truncations in all
        self.base_when = 0  # when base got its length
        self.syncs = {}
        self.mapped = False

    def _changed(self, when, first, last):
        for sector in range(first // SECTOR, -(-last // SECTOR)):
            content = bytes(self.cached[sector * SECTOR : (sector + 1) * SECTOR])
            version = (when, self.cut_number, content.ljust(SECTOR, b"\0"))
            self.versions.setdefault(sector, []).append(version)
            self.dirty[sector] = when

    def write(self, when, offset, data):
        end = offset + len(data)
        if end > len(self.cached):
            self.cached.extend(bytes(end - len(self.cached)))
            self.lengths.append((when, self.cut_number, end))
        self.cached[offset:end] = data
        self._changed(when, offset, end)

    def truncate(self, when, length):
        before = len(self.cached)
        if length == before:
            return
        if length > before:
            self.cached.extend(bytes(length - before))
        else:
            del self.cached[length:]
            self.cut_number += 1
        self.lengths.append((when, self.cut_number, length))
        if length < before:
            self._changed(when, length, before)

    def sync(self, number):
        self.syncs[number] = (dict(self.dirty), len(self.lengths) and self.lengths[-1])

    def synced(self, number):
        dirty, length = self.syncs.pop(number)
        # Of two syncs at once, the one that began first may end last.
        if length and length[0] > self.base_when:
            self.base_when = length[0]
            self.lengths = [item for item in self.lengths if item[0] > length[0]]
            if length[2] < len(self.base):
                del self.base[length[2] :]
            self.base.extend(bytes(length[2] - len(self.base)))
        for sector, when in dirty.items():
            self._settle(sector, when)

    def _settle(self, sector, when):
        versions = self.versions.get(sector, [])
        for at, _, content in versions:
            if at == when:
                self._put(self.base, sector, content)
        left = [version for version in versions if version[0] > when]
        if left:
            self.versions[sector] = left
        else:
            self.versions.pop(sector, None)
        if self.dirty.get(sector) == when:
            del self.dirty[sector]

    def lost(self, number):
        dirty, _ = self.syncs.pop(number)
        for sector, when in dirty.items():
            if self.dirty.get(sector) == when:
                del self.dirty[sector]

    @staticmethod
    def _put(content, sector, data):
        """Never beyond the end."""
        at = sector * SECTOR
        room = max(0, min(SECTOR, len(content) - at))
        content[at : at + room] = data[:room]

    def image(self, random, mode, until):
        """The content, by a power cut now.  until: for "prefix", the last write that is there"""
        if self.mapped:
            return bytes(random.choice((b"", random.randbytes(32768), bytes(32768))))
        length, cuts = self._length(random, mode, until)
        content = bytearray(self.base[:length]).ljust(length, b"\0")
        for sector, versions in self.versions.items():
            chosen = self._version(versions, cuts, random, mode, until)
            if chosen:
                self._put(content, sector, chosen[2])
        return bytes(content)

    def _length(self, random, mode, until):
        known = [(0, self._base_cuts(), len(self.base)), *self.lengths]
        if mode == "nothing":
            chosen = known[0]
        elif mode == "everything":
            chosen = known[-1]
        elif mode == "prefix":
            chosen = [item for item in known if item[0] <= until][-1]
        else:
            chosen = random.choice(known)
        return chosen[2], chosen[1]

    def _base_cuts(self):
        return self.lengths[0][1] - self._is_cut(0) if self.lengths else self.cut_number

    def _is_cut(self, index):
        before = self.lengths[index - 1][2] if index else len(self.base)
        return int(self.lengths[index][2] < before)

    @staticmethod
    def _version(versions, cuts, random, mode, until):
        """One that may be there, where so many truncations are; None: what was there before."""
        possible = [version for version in versions if version[1] <= cuts]
        # What a truncation took is not there after it.
        must = [version for version in possible if version[1] == cuts and cuts > 0][:1]
        if mode == "nothing" or not possible:
            return None
        if mode == "everything":
            return possible[-1]
        if mode == "prefix":
            possible = [version for version in possible if version[0] <= until]
            return possible[-1] if possible else None
        if random.random() < (0.5 if mode == "some" else 0.1):
            return must[0] if must and random.random() < 0.5 else None
        return random.choice(possible) if random.random() < 0.3 else possible[-1]


class Disk:
    """A state directory, from what it is now, on which a trace is played."""

    def __init__(self, state):
        self.root = os.stat(state).st_ino
        self.files, self.folders = {}, {self.root}
        self.names = {}  # path: inode, on the disk certainly
        self.pending = []  # [(when, inodes of the folders, change, arguments)], in order
        self.syncs = {}  # of a folder: {(inode, number): when}
        for at, folders, files in os.walk(state):
            for name in folders + files:
                path = os.path.join(at, name)
                inode = os.lstat(path).st_ino
                self.names[os.path.relpath(path, state)] = inode
                if name in folders:
                    self.folders.add(inode)
                else:
                    with open(path, "rb") as file:
                        self.files[inode] = File(file.read())
        self.now = dict(self.names)
        self.when = 0

    def _folder(self, path, names):
        parent = os.path.dirname(path)
        return names.get(parent) if parent else self.root

    def _name(self, change, *paths, inode=0, number=0):
        folders = {self._folder(path, self.now) for path in paths}
        entry = (self.when, folders, change, paths, inode, number)
        self.pending.append(entry)
        self._rename(self.now, entry)

    def _rename(self, names, entry):
        """Returns whether it could be done."""
        _, _, change, paths, inode, number = entry
        if any(self._folder(path, names) is None for path in paths):
            return False
        if change in (CREATE, MKDIR, LINK):
            names[paths[0]] = inode
        elif paths[0] not in names:
            return False
        elif change == UNLINK:
            del names[paths[0]]
        elif number & EXCHANGE:
            names[paths[0]], names[paths[1]] = names[paths[1]], names[paths[0]]
        else:
            source, target = paths
            names[target] = names.pop(source)
            for path in [path for path in names if path.startswith(source + "/")]:
                names[target + path[len(source) :]] = names.pop(path)
        return True

    def _file(self, inode):
        return self.files.setdefault(inode, File())

    def play(self, record, file, number, path, to, data):
        self.when += 1
        if record == CREATE:
            self.files[file] = File()
            self._name(CREATE, path, inode=file)
        elif record == MKDIR:
            self.folders.add(file)
            self._name(MKDIR, path, inode=file)
        elif record == LINK:
            self._name(LINK, path, inode=file)
        elif record == RENAME:
            self._name(RENAME, path, to, number=number)
        elif record == UNLINK:
            self._name(UNLINK, path)
        elif record == WRITE:
            self._file(file).write(self.when, number, data)
        elif record == TRUNCATE:
            self._file(file).truncate(self.when, number)
        elif record == MAP:
            self._file(file).mapped = True
        elif file in self.folders:
            self._sync_folder(record, file, number)
        elif record == SYNC:
            self._file(file).sync(number)
        elif number in self._file(file).syncs:
            (self._file(file).synced if record == SYNCED else self._file(file).lost)(number)

    def _sync_folder(self, record, folder, number):
        if record == SYNC:
            self.syncs[folder, number] = self.when
            return
        began = self.syncs.pop((folder, number), 0)
        if record == LOST:
            return
        # What is safe in one folder takes along what came before it in another one of its entries.
        safe, left = {folder}, []
        for entry in reversed(self.pending):
            if entry[0] <= began and entry[1] & safe:
                safe |= entry[1]
                left.append(entry)
        for entry in reversed(left):
            self._rename(self.names, entry)
            self.pending.remove(entry)

    def content(self):
        """{path: what a program reads there now} of files whose every write is in the trace."""
        files = {path: self._file(inode) for path, inode in self.now.items()
                 if inode not in self.folders}  # fmt: skip
        return {path: bytes(file.cached) for path, file in files.items() if not file.mapped}

    def _names(self, random, mode, until):
        names, ended = dict(self.names), set()
        for entry in self.pending:
            lost = mode == "nothing" or (mode == "prefix" and entry[0] > until)
            lost = lost or (mode in ("some", "most") and random.random() < 0.3)
            if lost or entry[1] & ended or not self._rename(names, entry):
                ended |= entry[1]
        return names

    def image(self, random, folder, mode=None):
        """Writes what a power cut now could leave into folder, which is replaced; returns how.
        mode: one of MODES, by default any"""
        mode = mode or random.choice(MODES)
        until = random.randint(max(0, self.when - 60), self.when)
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder, 0o700)
        names = self._names(random, mode, until)
        for path, inode in sorted(names.items()):
            place = os.path.join(folder, path)
            if inode in self.folders:
                os.mkdir(place, 0o700)
                continue
            with open(place, "wb") as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(self._file(inode).image(random, mode, until))
        return mode


class Player:
    """Plays a trace up to one point after another."""

    def __init__(self, disk, trace):
        self.disk, self.trace, self.at = disk, trace, 0
        self.read()

    def read(self):
        """What there is of the trace by now."""
        with open(self.trace, "rb") as file:
            self.data = file.read()
        self.points = [0] + [end for end, *_ in records(self.data)]

    def forward(self, point):
        for end, *record in records(self.data, self.at):
            if end > point:
                break
            self.disk.play(*record)
            self.at = end
