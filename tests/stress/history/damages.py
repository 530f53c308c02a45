# SPDX-License-Identifier: GPL-2.0-only
"""What can have happened to a history: to its database, to a record, to the folders.

Each kind of damage takes a source of random numbers and a path, and does it there.
"""

import json
import os
import socket
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from typing import Any

Damage = Callable[[Random, Path], object]

HOSTILE = (
    "\x1b[2J\x1b[31mSUCCESS", "two\nlines", "\x00", "\ud800", "\u202egnp.exe", "x" * 100_000, "",
    "../../../etc/passwd", "/etc/passwd", "'; DROP TABLE files; --", "%s%n{0}", "$(reboot)",
    "night-0001-aaaaaaaa", "night-999999999-ffffffff", "\uffff", "-rf", "CON", "a" * 256,
)  # fmt: skip
NUMBERS = (
    -1, 0, 1 << 31, 1 << 63, 1 << 64, (1 << 64) - 1, 10**400, 1e308, float("inf"), float("nan"),
    True, 0.5, -0.0,
)  # fmt: skip
NAMES = (
    b"\x1b[31mred", b"two\nlines", b"\xff\xfe", b"-rf", b"n" * 255, b"..  ", b" ", b"\xe2\x80\xaex",
    b"night-0001-aaaaaaaa\n", b"night-00000000000000000001-aaaaaaaa", b"also", b"%s", b"$(id)",
)  # fmt: skip


def flipped(random: Random, file: Path) -> None:
    """Turn some bits over."""
    data = bytearray(file.read_bytes())
    for _ in range(random.choice((1, 1, 2, 10, 100))):
        if data:
            data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    file.write_bytes(data)


def cut(random: Random, file: Path) -> None:
    """Take away its end."""
    os.truncate(file, random.randrange(file.stat().st_size + 1))


def overwritten(random: Random, file: Path) -> None:
    """Write something else over a piece of it."""
    data = bytearray(file.read_bytes())
    start, length = random.randrange(len(data) + 1), random.choice((1, 16, 512, 4096))
    data[start : start + length] = random.choice((b"\0" * length, random.randbytes(length), b""))
    file.write_bytes(data)


def shuffled(random: Random, file: Path) -> None:
    """Put its pages into another order."""
    data = file.read_bytes()
    pages = [data[at : at + 4096] for at in range(0, len(data), 4096)]
    random.shuffle(pages)
    file.write_bytes(b"".join(pages))


def garbage(random: Random, file: Path) -> None:
    """Write anything in its place, or make it longer."""
    begin = random.choice((b"", b"{", b"SQLite format 3\0", file.read_bytes()))
    file.write_bytes(begin + random.randbytes(random.randrange(5000)))


def other_kind(random: Random, file: Path) -> None:
    """Put something that is no plain file in its place."""
    file.unlink(missing_ok=True)
    kind = random.randrange(7)
    if kind == 0:
        file.mkdir()
    elif kind == 1:
        os.mkfifo(file)
    elif kind == 2:
        here = Path.cwd()
        os.chdir(file.parent)  # a socket's path has to be short
        with closing(socket.socket(socket.AF_UNIX)) as bound, suppress(OSError):
            bound.bind(file.name)
        os.chdir(here)
    else:
        targets = ("/dev/zero", "/etc/passwd", file.name, str(file.parent / "nothing"))
        file.symlink_to(targets[kind - 3])


def large(random: Random, file: Path) -> None:
    """Make it as large as no record and no index is."""
    size = random.choice((65 << 20, 2 << 30, 1 << 40))
    os.truncate(file, size)


def many_values(random: Random, file: Path) -> None:
    """Put more values into it than a record has, or what takes more memory than it has bytes."""
    count = random.choice((100_000, 600_000, 2_000_000))
    file.write_bytes(random.choice((b"[" + b"0," * count + b"0]", b"[" * count, b'{"a":' * count)))


def _header(random: Random, file: Path) -> None:
    data = bytearray(file.read_bytes())
    at = random.randrange(100)
    data[at : at + 4] = struct.pack(">I", random.choice((0, 1, 0xFFFFFFFF, random.getrandbits(32))))
    file.write_bytes(data)


def _beside(random: Random, file: Path) -> None:
    """Leave a log, a shared memory or a journal that is not its own."""
    suffix = random.choice(("-wal", "-shm", "-journal"))
    beside = file.with_name(file.name + suffix)
    if os.path.lexists(beside):
        return
    begin = random.choice((b"", b"\x37\x7f\x06\x82", b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"))
    beside.write_bytes(begin + random.randbytes(random.choice((0, 100, 40_000))))
    if random.randrange(3) == 0:
        other_kind(random, beside)


def _hostile_rows(random: Random, file: Path) -> None:
    """Change what is in it by way of SQL."""
    values: tuple[object, ...] = (None, -1, 1 << 62, 1.5, "x", b"../../x", b"x" * 100_000)
    statements = (
        ("UPDATE files SET file = ?", (random.choice(values),)),
        ("UPDATE files SET stamp = ?", (random.choice(values),)),
        ("UPDATE sightings SET file = ?", (random.choice(values),)),
        ("UPDATE sightings SET execution = ?", (random.choice(values),)),
        ("UPDATE edges SET file = ?, before = ?", (random.choice(values), random.choice(values))),
        ("UPDATE nights SET number = ?, begun = ?", (random.choice(values), random.choice(values))),
        ("DELETE FROM files", ()),
        ("DELETE FROM sightings", ()),
        ("DROP TABLE edges", ()),
        ("DROP INDEX edges_by_file", ()),
        ("CREATE VIEW v AS SELECT * FROM v", ()),
        ("CREATE TRIGGER t AFTER INSERT ON files BEGIN DELETE FROM files; END", ()),
        (f"PRAGMA user_version = {random.randrange(-3, 4)}", ()),
        ("PRAGMA journal_mode = DELETE", ()),
        ("PRAGMA auto_vacuum = 1", ()),
    )
    beside = [file.with_name(f"{file.name}{suffix}") for suffix in ("-wal", "-shm", "-journal")]
    if any(os.path.lexists(each) and not each.is_file() for each in beside):
        return  # SQLite itself would wait for a pipe
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for _ in range(random.randrange(1, 4)):
            with suppress(sqlite3.DatabaseError):
                connection.execute(*random.choice(statements))


def changed(random: Random, file: Path) -> None:
    """Change a field of a record to what it must not be."""
    values = json.loads(file.read_text("utf-8"))
    at: Any = values
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        if not keys:
            break
        key = random.choice(keys)
        if not isinstance(at[key], dict | list) or random.randrange(3) == 0:
            _change(random, at, key)
            break
        at = at[key]
    file.write_text(json.dumps(values), "utf-8")


def _change(random: Random, at: Any, key: Any) -> None:
    kind = random.randrange(6)
    if kind == 0:
        del at[key]
    elif kind == 1 and isinstance(at, dict):
        at[random.choice(HOSTILE)] = at[key]
    elif kind == 2:
        at[key] = random.choice(NUMBERS)
    elif kind == 3:
        deep: object = at[key]
        for _ in range(random.choice((1, 10, 900))):
            deep = [deep]
        at[key] = deep
    elif kind == 4:
        at[key] = random.choice((None, [], {}, [[]], at[key]))
    else:
        at[key] = random.choice(HOSTILE)


def named(random: Random, folder: Path) -> None:
    """Make something with a hostile name in a folder."""
    place = Path(os.fsdecode(os.fsencode(folder) + b"/" + random.choice(NAMES)))
    with suppress(FileExistsError, IsADirectoryError):  # there is something of that name
        if random.randrange(3):
            place.mkdir()
            for name in ("finding.json", "summary.json"):
                (place / name).write_text(random.choice(("{}", "", '{"id": 1}')))
        else:
            other_kind(random, place)


DATABASE: tuple[Damage, ...] = (
    flipped, flipped, cut, overwritten, overwritten, shuffled, garbage, other_kind, _header,
    _header, _beside, _hostile_rows, _hostile_rows,
)  # fmt: skip
RECORD: tuple[Damage, ...] = (
    flipped, flipped, cut, overwritten, garbage, other_kind, changed, changed, changed, changed,
)  # fmt: skip
SELDOM: tuple[Damage, ...] = (large, many_values)
