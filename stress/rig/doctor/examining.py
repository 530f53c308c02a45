# SPDX-License-Identifier: GPL-2.0-only
"""What this machine has of all that the rig needs, what it lacks, and what to type for that."""

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from stress.plays import Play
from stress.rig.booting import (
    BadImage,
    Booted,
    BootFailed,
    BootOptions,
    EmulatorRefused,
    NoEmulator,
    boot,
    find_emulator,
)
from stress.rig.booting.emulator import TRIED_FROM
from stress.rig.building import (
    BuildFailed,
    NoToolchain,
    Toolchain,
    cache_folder,
    find_toolchain,
    monitor,
)
from stress.system import counted


class Equipment(NamedTuple):
    """One thing that the rig needs.

    Attributes:
        name: what it is, in a word.
        found: what there is, "" if nothing.
        missing: why there is nothing, and what to type; "" if all is well.
    """

    name: str
    found: str = ""
    missing: str = ""


def examined(image: Path | None = None, plays: Sequence[Play] = ()) -> Iterator[Equipment]:
    """Yield each part, as soon as it has been looked at.

    Args:
        image: a kernel to boot, None to boot none.
        plays: what it then plays.
    """
    emulator = _emulator()
    yield emulator
    toolchain = _toolchain()
    yield toolchain if isinstance(toolchain, Equipment) else Equipment("compiler", str(toolchain))
    yield _cache()
    yield _cpus()
    yield _zstd()
    built = None if isinstance(toolchain, Equipment) else _monitor(toolchain)
    if built is not None:
        yield built
    if image is not None and built is not None and not (emulator.missing or built.missing):
        yield _boot(image, plays)


def _emulator() -> Equipment:
    try:
        found = find_emulator()
    except NoEmulator as error:
        return Equipment("emulator", missing=str(error))
    tried = ".".join(map(str, TRIED_FROM))
    untried = "" if found.version >= (*TRIED_FROM, 0) else f"; nothing before {tried} was tried"
    return Equipment("emulator", f"{found.said} ({found.program}){untried}")


def _toolchain() -> Toolchain | Equipment:
    try:
        return find_toolchain()
    except NoToolchain as error:
        return Equipment("compiler", missing=str(error))


def _cache() -> Equipment:
    cache = cache_folder()
    if cache.refused:
        return Equipment(
            "cache",
            f"{cache.path} cannot be written ({cache.refused}), so the monitor is built each time; "
            "XDG_CACHE_HOME names another place",
        )
    return Equipment("cache", str(cache.path))


def _cpus() -> Equipment:
    count = len(os.sched_getaffinity(0))
    few = "; two or more are better, a race has less to happen in with one" if count < 2 else ""
    return Equipment("CPUs", f"{count}{few}")


def _zstd() -> Equipment:
    found = shutil.which("zstd")
    none = "none, so that images compressed by it cannot be unpacked; on most it is called `zstd`"
    return Equipment("zstd", found or none)


def _monitor(toolchain: Toolchain) -> Equipment:
    try:
        made = monitor(toolchain)
    except BuildFailed as error:
        return Equipment("monitor", missing=str(error))
    except OSError as error:
        return Equipment("monitor", missing=_no_room(error))
    how = "built" if made.built else "was built before"
    return Equipment(
        "monitor", f"{how}, {len(made.executable) >> 10} KiB; {made.note or made.path}"
    )


def _boot(image: Path, plays: Sequence[Play]) -> Equipment:
    try:
        booted = boot(image, plays, BootOptions())
    except (BadImage, BootFailed, EmulatorRefused) as error:
        return Equipment("boot", missing=str(error))
    except OSError as error:
        return Equipment("boot", missing=_no_room(error))
    if wrong := _wrong(plays, booted):
        return Equipment("boot", missing=wrong)
    release = booted.hello.release if booted.hello else "a kernel whose name was lost"
    not_slow = f"; plays with a lateness are not played: {booted.not_slow}"
    return Equipment(
        "boot",
        f"{release}: up after {booted.boot_s:.1f} s, {counted(len(plays), 'play')} played, "
        f"{booted.seconds:.1f} s in all{not_slow if booted.not_slow else ''}",
    )


def _wrong(plays: Sequence[Play], booted: Booted) -> str:
    """Return what went wrong in a boot that has come up, "" if nothing did."""
    if booted.early_ends:
        return booted.early_ends[0].why
    for play in plays:
        result = booted.results.get(play.name)
        if result is None or len(result.rounds) < play.rounds or result.hung or result.trouble:
            why = result and (result.trouble or ("it hung" if result.hung else ""))
            return f"{play.name} was not played to its end: {why or 'lines of it were lost'}"
    return ""


def _no_room(error: OSError) -> str:
    return f"a file cannot be written: {error}"
