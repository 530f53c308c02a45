# SPDX-License-Identifier: GPL-2.0-only
"""The monitor as an executable: taken from the cache, or built and put there.

Its name there is a hash of all that decides what it is: sources, flags and compiler. It is written
under a name of its own first, so that whoever builds the same at the same time finds it whole or
not at all; and it ends with a hash of itself, which is nothing to the kernel that runs it, so that
one that was damaged since is built again.
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from harness.engine import printable_lines, shortened
from stress.rig.building.cache import CacheFolder, cache_folder
from stress.rig.building.compiling import BuildFailed, Compiler
from stress.rig.building.recipe import Recipe, recipe
from stress.rig.building.toolchain import ZIG, Toolchain

_SAID_LINES_MAX = 20
_LINE_MAX = 200
_DIGITS = 16
_HASH_SIZE = hashlib.sha256().digest_size


class Monitor(NamedTuple):
    """The monitor, built.

    Attributes:
        executable: the file /init of the emulated machine.
        path: where it is kept, None if it is not.
        built: it was built now.
        note: what the user should know of it, "" if nothing.
    """

    executable: bytes
    path: Path | None
    built: bool
    note: str = ""


def monitor(
    toolchain: Toolchain,
    building: Callable[[], None] = lambda: None,
    ended: Callable[[], bool] = lambda: False,
) -> Monitor:
    """Return the monitor as this compiler makes it.

    Args:
        toolchain: the compiler.
        building: is called before it is built, which may take a minute or two the first time.
        ended: tells whether somebody has ended it.

    Raises:
        BuildFailed: the compiler ended with an error, or did not end.
        BuildInterrupted: somebody has ended it before the compiler ended.
        OSError: there is no room even in the folder for temporary files.
    """
    making = recipe(toolchain.kind)
    cache = cache_folder()
    path = cache.path / f"monitor-{_digest(making, toolchain)}"
    with suppress(OSError):
        kept = path.read_bytes()
        executable = kept[:-_HASH_SIZE]
        if kept and kept == _hashed(executable):
            return Monitor(executable, path, built=False)
    building()
    with cache.workplace() as folder:
        compiler = Compiler(toolchain, _environment(toolchain, cache, folder), folder)
        executable = _compiled(making, compiler, ended)
        return _kept(folder / "kept", executable, path, cache.refused)


def _hashed(executable: bytes) -> bytes:
    return executable + hashlib.sha256(executable).digest()


def _kept(made: Path, executable: bytes, path: Path, refused: str) -> Monitor:
    if not refused:
        try:
            made.write_bytes(_hashed(executable))
            made.chmod(0o755)
            made.replace(path)
        except OSError as error:
            refused = error.strerror or str(error)
    if not refused:
        return Monitor(executable, path, built=True)
    note = f"the monitor is not kept, since {path.parent} cannot be written: {refused}"
    return Monitor(executable, None, built=True, note=note)


def _digest(making: Recipe, toolchain: Toolchain) -> str:
    """Return the hash of all that decides what comes out."""
    seen = hashlib.sha256()
    for word in (*making.flags, toolchain.kind, toolchain.version):
        seen.update(f"{len(word)}:{word}".encode())
    for path in making.files:
        content = path.read_bytes()
        seen.update(f"{path.name}:{len(content)}:".encode())
        seen.update(content)
    return seen.hexdigest()[:_DIGITS]


def _compiled(making: Recipe, compiler: Compiler, ended: Callable[[], bool]) -> bytes:
    made = compiler.folder / "init"
    for arguments in making.commands(compiler.folder, made):
        returned, said = compiler.call(arguments, ended)
        if returned:
            raise BuildFailed(
                f"{compiler.toolchain} could not build the monitor (exit code {returned}); "
                f"it said:\n{_shown(said)}"
            )
    if not made.is_file():
        raise BuildFailed(f"{compiler.toolchain} ended well, and has made nothing")
    return made.read_bytes()


def _environment(toolchain: Toolchain, cache: CacheFolder, folder: Path) -> Mapping[str, str]:
    """Return the environment of the compiler: zig builds its C library first, and keeps it."""
    if toolchain.kind != ZIG:
        return {**os.environ, "LC_ALL": "C"}
    kept = folder if cache.refused else cache.path
    zig = {"ZIG_GLOBAL_CACHE_DIR": str(kept / "zig"), "ZIG_LOCAL_CACHE_DIR": str(folder / "zig")}
    return {**os.environ, **zig}


def _shown(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").splitlines()
    left_out = [f"... {len(lines) - _SAID_LINES_MAX} lines"] * (len(lines) > _SAID_LINES_MAX)
    shown = [shortened(line, _LINE_MAX) for line in lines[:_SAID_LINES_MAX]]
    return printable_lines("\n".join(f"  {line}" for line in [*shown, *left_out]))
