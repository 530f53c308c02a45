# SPDX-License-Identifier: GPL-2.0-only
"""The emulator: which one is there, and how it is called.

It emulates in software a machine with EL2 and a GICv3, so that a kernel on it has KVM with list
registers. It needs neither root nor /dev/kvm, and has no network, no disk and no display.
"""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.engine import printable_text

TRIED_FROM = (7, 2)
"""The oldest version that was tried."""

TO_TYPE = (
    "on Debian and Ubuntu `sudo apt install qemu-system-arm`, on Fedora "
    "`sudo dnf install qemu-system-aarch64-core`"
)

LIST_REGISTERS = 4
"""Of each of its CPUs."""

_PROGRAM = "qemu-system-aarch64"
_VERSION = re.compile(r"version (\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?")
_ASK_S = 60

_FIXED = (
    "-no-user-config", "-nodefaults", "-display", "none", "-nic", "none", "-no-reboot",
    "-machine", "virt,virtualization=on,gic-version=3", "-accel", "tcg,thread=multi",
    "-serial", "stdio",
)  # fmt: skip
_KERNEL = (
    "console=ttyAMA0 panic=-1 rdinit=/init loglevel=1 nokaslr mitigations=off nowatchdog "
    "iomem=relaxed"
)


class NoEmulator(Exception):
    """There is no emulator; the message says what to type to have one."""


class BootOptions(NamedTuple):
    """How a kernel is booted.

    Attributes:
        cpu: which CPU is emulated, as the emulator calls it; KVM runs as VHE on `neoverse-n1`, as
            nVHE on `cortex-a72`.
        memory_mb: memory of the emulated machine, in MiB.
        cpus: how many CPUs, None for as many as the plays have use for.
        append: more words for the kernel's command line.
        silence_s: after how many seconds in which the monitor says nothing a boot is given up.
        seed: of what the guests draw: how long they linger.
    """

    cpu: str = "neoverse-n1"
    memory_mb: int = 1024
    cpus: int | None = None
    append: str = ""
    silence_s: float = 120.0
    seed: int = 0


class Emulator(NamedTuple):
    """An emulator.

    Attributes:
        program: where it is.
        version: its version, (0, 0, 0) if it does not say.
        said: the first line of what it says of itself.
    """

    program: str
    version: tuple[int, int, int]
    said: str

    @property
    def number(self) -> str:
        """Return its version as it is written."""
        return ".".join(map(str, self.version))

    def command(self, image: Path, initrd: Path, options: BootOptions, cpus: int) -> Sequence[str]:
        """Return what boots a kernel.

        Args:
            image: the kernel.
            initrd: its first file system.
            options: how it is booted.
            cpus: how many CPUs there are.
        """
        return (
            self.program, *_FIXED,
            "-cpu", options.cpu, "-m", str(options.memory_mb), "-smp", str(cpus),
            "-kernel", str(image), "-initrd", str(initrd),
            "-append", _command_line(options, cpus),
        )  # fmt: skip


def _command_line(options: BootOptions, cpus: int) -> str:
    """Return the kernel's command line: no CPU but the first has a tick or anything else to do.

    A tick makes a guest exit, and an exit hides what should be seen.
    """
    quiet = ""
    if cpus > 1:
        quiet = (
            f"nohz_full=1-{cpus - 1} isolcpus=domain,managed_irq,1-{cpus - 1} "
            f"rcu_nocbs=1-{cpus - 1} rcu_nocb_poll"
        )
    return " ".join(filter(None, (_KERNEL, quiet, options.append)))


def find_emulator() -> Emulator:
    """Return the emulator of this machine.

    Raises:
        NoEmulator: there is none, or it cannot be started.
    """
    program = shutil.which(_PROGRAM)
    if program is None:
        raise NoEmulator(f"there is no {_PROGRAM} here, which emulates the machine: {TO_TYPE}")
    try:
        done = subprocess.run(
            [program, "--version"],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=_ASK_S, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        raise NoEmulator(
            f"{program} cannot be started ({type(error).__name__}); install it again: {TO_TYPE}"
        ) from error
    said = printable_text(done.stdout.decode("utf-8", "replace").partition("\n")[0].strip())
    match = _VERSION.search(said)
    major, minor, patch = (int(number or 0) for number in match.groups()) if match else (0, 0, 0)
    return Emulator(program, (major, minor, patch), said)
