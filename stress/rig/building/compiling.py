# SPDX-License-Identifier: GPL-2.0-only
"""A compiler that is called: in a session of its own, so that it is we whom Ctrl-C reaches.

What it prints goes into a file, since a minute's worth of it may be more than a pipe holds.
"""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from stress.rig.building.toolchain import Toolchain
from stress.system import dying_with_us

_COMPILE_S = 900
_LOOK_S = 0.1
_SAID_MAX = 16 << 20


class BuildFailed(Exception):
    """The compiler did not make the monitor; the message has what it said, bounded and escaped."""


class BuildInterrupted(Exception):
    """Somebody has ended it while the monitor was built."""


class Compiler(NamedTuple):
    """A compiler and where it works.

    Attributes:
        toolchain: which one it is.
        environment: its environment variables.
        folder: where it is called.
    """

    toolchain: Toolchain
    environment: Mapping[str, str]
    folder: Path

    def call(self, arguments: Sequence[str], ended: Callable[[], bool]) -> tuple[int, bytes]:
        """Call it, and return its exit code and what it said.

        Args:
            arguments: what it is called with.
            ended: tells whether somebody has ended this.

        Raises:
            BuildFailed: it cannot be started, or does not end.
            BuildInterrupted: somebody has ended it.
        """
        with tempfile.TemporaryFile(dir=self.folder) as said:
            try:
                process = subprocess.Popen(
                    [*self.toolchain.command, *arguments],
                    cwd=self.folder,
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    preexec_fn=dying_with_us(),
                )
            except OSError as error:
                raise BuildFailed(
                    f"{self.toolchain} cannot be started: {error.strerror}"
                ) from error
            with process:
                try:
                    self._await(process, ended)
                finally:
                    _kill(process)
            said.seek(0)
            return process.returncode, said.read(_SAID_MAX)

    def _await(self, process: subprocess.Popen[bytes], ended: Callable[[], bool]) -> None:
        last = time.monotonic() + _COMPILE_S
        while time.monotonic() < last:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_LOOK_S)
                return
            if ended():
                raise BuildInterrupted
        raise BuildFailed(f"{self.toolchain} has not ended after {_COMPILE_S} s")


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End it, if it has not ended, and all that it has started."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
