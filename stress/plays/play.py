# SPDX-License-Identifier: GPL-2.0-only
"""A play, as values."""

from typing import NamedTuple

from vgic import Parameters


class ToRead(NamedTuple):
    """What one instruction of a guest has to read.

    Attributes:
        vcpu: whose program the instruction is in.
        position: its place in that program, from 0.
        value: what it has to read; traces.SPURIOUS for an acknowledge that finds nothing.
    """

    vcpu: int
    position: int
    value: int


class Play(NamedTuple):
    """A machine, its programs, and what is to be seen.

    Attributes:
        name: what it is called, without blanks.
        title: what happens in it, on one line.
        about: the lines of its opening: what it does, what the result is to be, and why.
        parameters: the machine and the programs.
        rounds: how many times it is played on a kernel, each time from the same beginning.
        wanted: what is to be read, in the order of vCPUs and positions.
        control: the name of the play that this one is the control of, "" if of none.
        known: what it shows on kernels that have it, a finding of docs/findings.md or a bug, ""
            if it is to be bad nowhere.
    """

    name: str
    title: str
    about: tuple[str, ...]
    parameters: Parameters
    rounds: int = 1
    wanted: tuple[ToRead, ...] = ()
    control: str = ""
    known: str = ""
