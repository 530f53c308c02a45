# SPDX-License-Identifier: GPL-2.0-only
"""From plays to the file that the monitor reads, and what of a play cannot be played on the rig.

What a kernel has of its own, such as PPIs of timers, is refused rather than played otherwise.
"""

import struct
import zlib
from collections.abc import Sequence
from typing import NamedTuple

from stress.plays import Play
from stress.rig.wire.words import (
    ALONE,
    CELLS,
    DEVICES_MAX,
    HAS_GROUP_0,
    INTIDS,
    IRQ_GROUP_0,
    IRQ_LEVEL,
    IRQ_RESAMPLED,
    MAGIC,
    NAMES,
    PROGRAM_MAX,
    PULSES_MAX,
    ROUNDS_MAX,
    SLOW,
    TURNS_MAX,
    VALUE_MAX,
    VCPUS_MAX,
    Op,
    Word,
)
from vgic import Irq, Parameters
from vgic.accesses import GROUP
from vgic.data import (
    ACCESS,
    AWAIT,
    DIR,
    DISABLE_GROUP,
    DROPPED_MAX,
    ENABLE_GROUP,
    FIRST_PPI,
    FIRST_SPI,
    LEVEL,
    LINGER,
    SETTINGS,
    SIGNAL,
    V3,
    Exit,
    Instruction,
    Program,
    Pulse,
    irq_key,
    setting,
)
from vgic.hardware import PLAIN

_OPS = {NAMES[op]: op for op in Op}
_ACCESSES = frozenset(
    {
        Op.PEND, Op.UNPEND, Op.ENABLE, Op.DISABLE, Op.ROUTE, Op.SGI, Op.RAISE, Op.LOWER,
        Op.PENDING, Op.ACTIVE, Op.PRIORITY, Op.EXITS, Op.DISTRIBUTOR, Op.GROUP, Op.SGI_LIST,
        Op.SGI_OTHERS, Op.ACTIVATE, Op.DEACTIVATE,
    }
)  # fmt: skip
_ABOUT_NONE = frozenset({Op.EXITS, Op.DISTRIBUTOR})
_OWNED = {23: "PMU", 25: "GIC", **dict.fromkeys((26, 27, 28, 30), "timer")}
"""Whose the PPIs are that KVM drives itself: a guest's PMU, its own hypervisor, its timers."""


class _Machine(NamedTuple):
    """What there is.

    Attributes:
        nr_vcpus: how many vCPUs.
        irqs: the interrupts: the INTID, and the vCPU of a private one, else 0.
    """

    nr_vcpus: int
    irqs: frozenset[tuple[int, int]]


class Unplayable(ValueError):
    """A play is nothing for this rig; the message says which, what of it, and why."""


def encode(plays: Sequence[Play], seed: int = 0, *, alone: bool = False) -> bytes:
    """Return the file of plays, which the monitor reads.

    Args:
        plays: what is played, in this order, each under a name of its own.
        seed: of how long guests linger, together with a play's name and the number of a round.
        alone: each is on the console before it begins, and nothing is left of the one before; so it
            is known in which one a kernel dies.

    Raises:
        Unplayable: one of them cannot be played as it is.
    """
    words = [MAGIC, len(plays), ALONE if alone else 0]
    for number, play in enumerate(plays):
        words += _play_words(number, play, seed)
    return struct.pack(f"<{len(words)}I", *words)


def _play_words(number: int, play: Play, seed: int) -> list[int]:
    try:
        words = _machine_words(play)
    except Unplayable as error:
        raise Unplayable(f"{play.name} cannot be played on a kernel: {error}") from None
    parameters = play.parameters
    flags = SLOW * any(late for guest in parameters.guests for late in guest.lateness)
    flags |= HAS_GROUP_0 * _has_group_0(parameters)
    head = [
        number, len(parameters.guests), len(parameters.irqs), len(parameters.devices),
        play.rounds, flags, zlib.crc32(f"{seed} {play.name}".encode()),
    ]  # fmt: skip
    return [1 + len(head) + len(words), *head, *words]


def _machine_words(play: Play) -> list[int]:
    parameters = play.parameters
    if parameters.host:
        raise Unplayable("its host does something, and a real one does that when it likes")
    if parameters.hardware != PLAIN or parameters.gic != V3:
        has = [name for name, has in parameters.hardware._asdict().items() if has] or ["GICv2"]
        raise Unplayable(f"its CPUs are chosen ({', '.join(has)}), and a real one is as it is")
    if _has_only_group_0_enabled(parameters):
        raise Unplayable(
            "it disables group 1, and has group 0: an emulated CPU that takes the one's enable bit "
            "for the other's would leave its guest for ever"
        )
    _at_most("vCPUs", len(parameters.guests), VCPUS_MAX)
    _at_most("devices", len(parameters.devices), DEVICES_MAX)
    if not 1 <= play.rounds <= ROUNDS_MAX:
        raise Unplayable(f"it has {play.rounds} rounds; from 1 to {ROUNDS_MAX} can be played")
    words = [word for irq in parameters.irqs for word in _irq_words(irq)]
    there = frozenset(irq_key(irq.intid, irq.vcpu) for irq in parameters.irqs)
    machine = _Machine(len(parameters.guests), there)
    for vcpu, guest in enumerate(parameters.guests):
        words += _program_words(guest, vcpu, machine)
    for device in parameters.devices:
        words += _device_words(device, machine)
    return words


def _has_only_group_0_enabled(parameters: Parameters) -> bool:
    """Tell whether a guest may have group 0 enabled while group 1 is not."""
    return any(
        setting(DISABLE_GROUP, 1) in guest.instructions
        and (_has_group_0(parameters) or setting(ENABLE_GROUP, 0) in guest.instructions)
        for guest in parameters.guests
    )


def _has_group_0(parameters: Parameters) -> bool:
    """Tell whether an interrupt is of group 0, or a guest may put one into it."""
    return not all(irq.group for irq in parameters.irqs) or any(
        access.kind == GROUP and not access.value
        for guest in parameters.guests
        for access in guest.accesses
    )


def _irq_words(irq: Irq) -> tuple[int, int, int]:
    if irq.intid >= INTIDS:
        raise Unplayable(f"it has an interrupt {irq.intid}; the rig's are below {INTIDS}")
    if irq.intid in _OWNED:
        raise Unplayable(f"PPI {irq.intid} belongs to a {_OWNED[irq.intid]} of the guest")
    if FIRST_PPI <= irq.intid < FIRST_SPI and irq.config is not LEVEL:
        raise Unplayable(f"PPI {irq.intid} is triggered by an edge; all PPIs of KVM are by a level")
    if irq.mapped:
        raise Unplayable(f"interrupt {irq.intid} is mapped, and no physical one is there for it")
    what = IRQ_LEVEL * (irq.config is LEVEL) | IRQ_GROUP_0 * (not irq.group)
    return irq.intid | what | IRQ_RESAMPLED * irq.resampled, irq.priority, irq.vcpu


def _program_words(guest: Program, vcpu: int, machine: _Machine) -> list[int]:
    _at_most(f"instructions of vCPU {vcpu}", len(guest.instructions), PROGRAM_MAX)
    words = [_instruction_word(each, vcpu, machine).packed() for each in guest.instructions]
    return [len(words), *words]


def _instruction_word(instruction: Instruction, vcpu: int, machine: _Machine) -> Word:
    name, number = instruction.name, instruction.number
    if name == ACCESS:
        return _access_word(instruction.access, vcpu, machine)
    if name not in _OPS:
        raise Unplayable(f"the rig's guests have no instruction `{name}`")
    if name in {SIGNAL, AWAIT} and not 0 <= number < CELLS:
        raise Unplayable(f"there is no cell {number}; there are {CELLS}")
    if name == LINGER and not 0 <= number <= TURNS_MAX:
        raise Unplayable(f"a guest lingers for at most {TURNS_MAX} turns, not {number}")
    if name == DIR and not 0 <= number < DROPPED_MAX:
        raise Unplayable(f"a guest counts what it has dropped from 0 to {DROPPED_MAX - 1}")
    if name in SETTINGS:
        _check_setting(name, number)
    return Word(_OPS[name], number)


def _check_setting(name: str, number: int) -> None:
    try:
        setting(name, number)
    except ValueError as error:
        raise Unplayable(str(error)) from None


def _access_word(access: Exit | None, vcpu: int, machine: _Machine) -> Word:
    if access is None:
        return Word(Op.EXIT)
    op = _OPS.get(access.kind)
    if op not in _ACCESSES:
        raise Unplayable(f"the rig knows no access {access.kind}")
    for each in access.subjects(vcpu, machine.nr_vcpus) if op not in _ABOUT_NONE else ():
        _check_there(access.intid, each, machine)
    if op in {Op.RAISE, Op.LOWER}:
        _check_line(access.intid)
    if not 0 <= access.value <= VALUE_MAX:
        raise Unplayable(f"{access.value} cannot be written")
    return Word(op, access.intid, access.value)


def _device_words(device: Sequence[Pulse], machine: _Machine) -> list[int]:
    _at_most("pulses of a device", len(device), PULSES_MAX)
    words = [len(device)]
    for pulse in device:
        _check_there(pulse.intid, pulse.vcpu, machine)
        _check_line(pulse.intid)
        if pulse.context:
            raise Unplayable(
                f"a line is raised from {pulse.context}, and the rig has threads for it"
            )
        intid, vcpu = irq_key(pulse.intid, pulse.vcpu)
        words += [intid | vcpu << 16, int(pulse.level), pulse.pause]
    return words


def _check_there(intid: int, vcpu: int, machine: _Machine) -> None:
    if irq_key(intid, vcpu) not in machine.irqs:
        raise Unplayable(f"something is done to interrupt {intid}, which is not among its own")


def _check_line(intid: int) -> None:
    if intid < FIRST_PPI:
        raise Unplayable(f"SGI {intid} has no line that a device could drive")


def _at_most(what: str, number: int, most: int) -> None:
    if number > most:
        raise Unplayable(f"it has {number} {what}; the rig has room for {most}")
