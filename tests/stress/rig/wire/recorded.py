# SPDX-License-Identifier: GPL-2.0-only
"""Plays whose consoles were recorded: tests/data/consoles has what the monitor printed of them.

Two kernels played the same file: 6.19.8, which has the bug of March 2026, and 7.3.4.
"""

from pathlib import Path

from stress.plays import Play, read_script

CONSOLES = Path(__file__).parents[3] / "data" / "consoles"
WITH_BUG, WITHOUT = "6.19.8", "7.3.4"

_ONE = """title one vCPU, read and written in all ways
rounds 2
interrupt 3 edge priority 0x80 vcpu 0
interrupt 20 level priority 0x80 vcpu 0
interrupt 40 edge priority 0x80
interrupt 44 level priority 0x40
vcpu 0
  exits
  raise 40
  acknowledge is 40
  pending 40 is 0
  active 40 is 1
  end
  exits
  acknowledge is none
  end again
  sgi 3 vcpu 0
  raise 44
  lower 44
  priority 20 0x20
  raise 20
  acknowledge is 20
  end
  acknowledge is 3
  exit
  work
  linger 100
"""
_TWO = """title two vCPUs and a device
rounds 3
interrupt 5 edge priority 0x80 vcpu 1
interrupt 17 level priority 0x80 vcpu 1
interrupt 50 edge priority 0x80 vcpu 0
interrupt 64 level priority 0x60 vcpu 1
vcpu 0
  route 50 vcpu 1
  pend 50
  sgi 5 vcpu 1
  signal 0
vcpu 1
  await 0
  disable 50
  enable 50
device 0
  raise 17 vcpu 1
  raise 64 after 10
"""
_SLOW = """title the bug of March 2026
interrupt 40 edge priority 0x40
interrupt 41 edge priority 0x80
interrupt 42 edge priority 0x90
interrupt 43 edge priority 0xa0
interrupt 44 edge priority 0xb0
vcpu 0
  lateness 20
  raise 40
  acknowledge is 40
  raise 41
  raise 42
  raise 43
  raise 44
  end
  acknowledge is 41
  exit
  pend 40
"""
_NEVER = """title a cell that nobody sets
interrupt 40 edge priority 0x80
vcpu 0
  await 7
  acknowledge
"""


def recorded_plays() -> list[Play]:
    """Return the plays, in the order in which they were played."""
    scripts = {"one": _ONE, "two": _TWO, "slow": _SLOW, "never": _NEVER}
    return [read_script(text, name) for name, text in scripts.items()]


def console(release: str) -> list[str]:
    """Return the lines that a kernel's console printed."""
    return (CONSOLES / f"{release}.txt").read_text("ascii").splitlines()
