# SPDX-License-Identifier: GPL-2.0-only
"""The parameters of one execution: the machine and the programs that run on it, as values.

A scenario draws them; a token carries them whole, so that replaying one needs no seed, and a
shrinker can change any of them alone. Reading them back checks everything, since a token comes
from an e-mail. What is far beyond any use is refused as well: to replay a token, and to tell all
that there is to tell of it, takes little time and memory, whoever has made it.
"""

from typing import NamedTuple

from vgic.accesses import ACCESSES, Access
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    END,
    END_AGAIN,
    FIRST_PPI,
    LAST_SPI,
    LETTERS,
    WORK,
    Config,
    Instruction,
    Program,
    Pulse,
    is_private,
)
from vgic.hardware import PRIORITY_MASK

NR_LR_MAX = 16
NR_VCPUS_MAX = 8
NR_DEVICES_MAX = 8
NR_IRQS_MAX = 256
LATENESS_MAX = 1_000
PAUSE_MAX = 1_000
PROGRAMS_MAX = 10_000
"""Instructions, latenesses and pulses of a whole machine. An execution of more than twice
as many steps counts as a livelock, and an instruction or a pulse takes at least one."""


_PLAIN = {each.name: each for each in (ACKNOWLEDGE, END, END_AGAIN, WORK)}


class BadParameters(ValueError):
    """The values do not describe a machine; the message says which and why."""


class Irq(NamedTuple):
    """An interrupt.

    Attributes:
        intid: its INTID: an SGI below 16, a PPI below 32, an SPI from there.
        config: how it is triggered; an SGI by an edge.
        priority: how urgent it is, a multiple of 8; 0 is the most urgent.
        vcpu: the vCPU it is routed to, or whose own it is.
    """

    intid: int
    config: Config
    priority: int
    vcpu: int


class Parameters(NamedTuple):
    """A machine and its programs.

    Attributes:
        nr_lr: list registers of each CPU.
        irqs: the interrupts.
        guests: one program for each vCPU.
        devices: what each device does, in order.
    """

    nr_lr: int
    irqs: tuple[Irq, ...]
    guests: tuple[Program, ...]
    devices: tuple[tuple[Pulse, ...], ...]

    def to_values(self) -> dict[str, object]:
        """Return the parameters as JSON values."""
        return {
            "nr_lr": self.nr_lr,
            "irqs": [[irq.intid, irq.config.value, irq.priority, irq.vcpu] for irq in self.irqs],
            "guests": [
                [[_instruction_values(each) for each in guest.instructions], list(guest.lateness)]
                for guest in self.guests
            ],
            "devices": [
                [[pulse.intid, int(pulse.level), pulse.pause, pulse.vcpu] for pulse in device]
                for device in self.devices
            ],
        }

    @staticmethod
    def from_values(values: object, *, spelled: bool = False) -> "Parameters":
        """Read what to_values returned.

        Args:
            values: what it returned.
            spelled: programs are spelled in letters, as tokens of version 1 have them.

        Raises:
            BadParameters: the values do not describe a machine.
        """
        fields = _fields(values, {"nr_lr", "irqs", "guests", "devices"})
        read = _spelled if spelled else _program
        guests = _list(fields["guests"], "guests", 1, NR_VCPUS_MAX)
        irqs = tuple(
            _irq(irq, len(guests)) for irq in _list(fields["irqs"], "irqs", 1, NR_IRQS_MAX)
        )
        parameters = Parameters(
            nr_lr=_integer(fields["nr_lr"], "nr_lr", 1, NR_LR_MAX),
            irqs=irqs,
            guests=tuple(read(guest, len(guests)) for guest in guests),
            devices=tuple(
                tuple(
                    _pulse(pulse, len(guests)) for pulse in _list(device, "device", 0, PROGRAMS_MAX)
                )
                for device in _list(fields["devices"], "devices", 0, NR_DEVICES_MAX)
            ),
        )
        _check_size(parameters)
        _check_intids(parameters)
        return parameters


def _check_size(parameters: Parameters) -> None:
    size = sum(len(guest.instructions) + len(guest.lateness) for guest in parameters.guests) + sum(
        map(len, parameters.devices)
    )
    if size > PROGRAMS_MAX:
        raise BadParameters(
            f"all programs together have {size} instructions, latenesses and pulses; "
            f"at most {PROGRAMS_MAX} can be of use"
        )


def _check_intids(parameters: Parameters) -> None:
    """Whatever a device pulses must be there, once."""
    there = {(irq.intid, irq.vcpu if is_private(irq.intid) else 0) for irq in parameters.irqs}
    if len(there) < len(parameters.irqs):
        raise BadParameters("two irqs have the same INTID")
    for device in parameters.devices:
        for pulse in device:
            if (pulse.intid, pulse.vcpu if is_private(pulse.intid) else 0) not in there:
                raise BadParameters(f"a device pulses INTID {pulse.intid}, which is no irq")


def _fields(values: object, names: set[str]) -> dict[str, object]:
    if not isinstance(values, dict) or set(values) != names:
        raise BadParameters(f"parameters must have exactly the fields {', '.join(sorted(names))}")
    return values


def _list(value: object, name: str, low: int, high: int) -> list[object]:
    if not isinstance(value, list) or not low <= len(value) <= high:
        raise BadParameters(f"{name} must be a list of {low} to {high} entries")
    return value


def _integer(value: object, name: str, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise BadParameters(f"{name} must be an integer from {low} to {high}")
    return value


def _irq(value: object, nr_vcpus: int) -> Irq:
    intid, config, priority, vcpu = _list(value, "an irq", 4, 4)
    intid = _integer(intid, "an INTID", 0, LAST_SPI)
    if config not in (Config.EDGE.value, Config.LEVEL.value):
        raise BadParameters(f"an irq is edge or level, not {config!r:.40}")
    if intid < FIRST_PPI and config != Config.EDGE.value:
        raise BadParameters("an SGI is triggered by an edge")
    priority = _integer(priority, "a priority", 0, 0xFF)
    if priority & ~PRIORITY_MASK:
        raise BadParameters(f"a priority is a multiple of 8, not {priority}")
    return Irq(intid, Config(config), priority, _integer(vcpu, "a vCPU", 0, nr_vcpus - 1))


def _program(value: object, nr_vcpus: int) -> Program:
    instructions, lateness = _list(value, "a guest", 2, 2)
    return Program(
        tuple(
            _instruction(each, nr_vcpus)
            for each in _list(instructions, "instructions", 0, PROGRAMS_MAX)
        ),
        _lateness(lateness),
    )


def _spelled(value: object, nr_vcpus: int) -> Program:
    letters, lateness, accesses = _list(value, "a guest", 3, 3)
    if not isinstance(letters, str) or len(letters) > PROGRAMS_MAX:
        raise BadParameters(f"instructions must be a string of at most {PROGRAMS_MAX} letters")
    if set(letters) - set(LETTERS):
        known = "".join(LETTERS)
        raise BadParameters(f"instructions are letters of {known}, not {letters!r:.40}")
    listed = [_access(each, nr_vcpus) for each in _list(accesses, "accesses", 0, PROGRAMS_MAX)]
    return Program.spelled(letters, _lateness(lateness), listed)


def _lateness(value: object) -> tuple[int, ...]:
    late = _list(value, "lateness", 1, PROGRAMS_MAX)
    return tuple(_integer(each, "a lateness", 0, LATENESS_MAX) for each in late)


def _instruction_values(instruction: Instruction) -> object:
    if instruction.name != ACCESS:
        return instruction.name
    access = instruction.access
    return [] if access is None else [access.kind, access.intid, access.value]


def _instruction(value: object, nr_vcpus: int) -> Instruction:
    """Read a name, or the access that an instruction is for, [] for none."""
    if isinstance(value, list):
        return Instruction(ACCESS, _access(value, nr_vcpus) if value else None)
    if not isinstance(value, str) or value not in _PLAIN:
        known = ", ".join(_PLAIN)
        raise BadParameters(f"an instruction is an access or one of {known}, not {value!r:.40}")
    return _PLAIN[value]


def _access(value: object, nr_vcpus: int) -> Access:
    kind, intid, target = _list(value, "an access", 3, 3)
    known = [each.name for each in ACCESSES.values() if each.in_programs]
    if not isinstance(kind, str) or kind not in known:
        raise BadParameters(f"an access is one of {', '.join(known)}, not {kind!r:.40}")
    return Access(
        kind,
        _integer(intid, "an INTID", *ACCESSES[kind].intids),
        _integer(target, "a target", 0, nr_vcpus - 1),
    )


def _pulse(value: object, nr_vcpus: int) -> Pulse:
    intid, level, pause, vcpu = _list(value, "a pulse", 4, 4)
    return Pulse(
        _integer(intid, "an INTID", FIRST_PPI, LAST_SPI),
        bool(_integer(level, "a line level", 0, 1)),
        _integer(pause, "a pause", 0, PAUSE_MAX),
        _integer(vcpu, "a vCPU", 0, nr_vcpus - 1),
    )
