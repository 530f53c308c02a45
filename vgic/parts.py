# SPDX-License-Identifier: GPL-2.0-only
"""The parts of a machine read back from JSON values: its programs, its host and its hardware.

A token comes from an e-mail, so everything is checked, and what is far beyond any use is refused.
"""

from vgic.data import (
    CLOSE,
    CONTEXTS,
    FIRST_LPI,
    FIRST_PPI,
    HOST_EVENTS,
    IOCTLS,
    LAST_LPI,
    LAST_SPI,
    LETTERS,
    V2,
    V3,
    HostEvent,
    Program,
    Pulse,
    is_lpi,
    is_private,
)
from vgic.hardware import PLAIN, Implementation
from vgic.instructions import (
    BadParameters,
    access_of,
    instruction_of,
    integer_of,
    list_of,
)

LATENESS_MAX = 1_000
PAUSE_MAX = 1_000
PROGRAMS_MAX = 10_000
"""Instructions, latenesses, pulses and events of a whole machine. An execution of more than twice
as many steps counts as a livelock, and an instruction or a pulse takes at least one."""


def fields_of(values: object, names: set[str], more: set[str]) -> dict[str, object]:
    """Return the fields of a machine; there are exactly those, and some that there may be."""
    if not isinstance(values, dict) or set(values) - more != names:
        raise BadParameters(
            f"parameters must have exactly the fields {', '.join(sorted(names))}; they may have "
            f"{', '.join(sorted(more))}"
        )
    return values


def host_of(fields: dict[str, object]) -> list[object]:
    """Return what a host does; one that does nothing is left out, and not empty."""
    return list_of(fields["host"], "host", 1, PROGRAMS_MAX) if "host" in fields else []


def hardware_of(fields: dict[str, object]) -> Implementation:
    """Return what the CPUs have, by the names of what not all have."""
    if "hardware" not in fields:
        return PLAIN
    known = PLAIN._fields
    names = list_of(fields["hardware"], "hardware", 1, len(known))
    for name in names:
        if name not in known:
            raise BadParameters(f"hardware is some of {', '.join(known)}, not {name!r:.40}")
    # In this order and once each; so a machine has one token.
    if names != [name for name in known if name in names]:
        raise BadParameters(f"hardware is named in the order {', '.join(known)}, each once")
    return Implementation(*(name in names for name in known))


def gic_of(fields: dict[str, object]) -> str:
    """Return the interrupt controller; V3 is left out, so that a machine has one token."""
    gic = fields.get("gic", V3)
    if gic != V2 and "gic" in fields:
        raise BadParameters(f"gic is {V2!r}, or left out, not {gic!r:.40}")
    return str(gic)


def host_event_of(value: object, nr_vcpus: int) -> HostEvent:
    """Read what the host does once."""
    kind, vcpu, pause = list_of(value, "an event of the host", 3, 3)
    known = (*HOST_EVENTS, *IOCTLS, CLOSE)
    if not isinstance(kind, str) or kind not in known:
        raise BadParameters(f"an event of the host is one of {', '.join(known)}, not {kind!r:.40}")
    return HostEvent(
        kind,
        integer_of(vcpu, "a vCPU", 0, nr_vcpus - 1),
        integer_of(pause, "a pause", 0, PAUSE_MAX),
    )


def program_of(value: object, nr_vcpus: int) -> Program:
    """Read the program of a guest."""
    instructions, lateness = list_of(value, "a guest", 2, 2)
    return Program(
        tuple(
            instruction_of(each, nr_vcpus)
            for each in list_of(instructions, "instructions", 0, PROGRAMS_MAX)
        ),
        _lateness(lateness),
    )


def spelled_of(value: object, nr_vcpus: int) -> Program:
    """Read a program that is spelled in letters, its accesses apart."""
    letters, lateness, accesses = list_of(value, "a guest", 3, 3)
    if not isinstance(letters, str) or len(letters) > PROGRAMS_MAX:
        raise BadParameters(f"instructions must be a string of at most {PROGRAMS_MAX} letters")
    if set(letters) - set(LETTERS):
        known = "".join(LETTERS)
        raise BadParameters(f"instructions are letters of {known}, not {letters!r:.40}")
    listed = [access_of(each, nr_vcpus) for each in list_of(accesses, "accesses", 0, PROGRAMS_MAX)]
    return Program.spelled(letters, _lateness(lateness), listed)


def _lateness(value: object) -> tuple[int, ...]:
    late = list_of(value, "lateness", 1, PROGRAMS_MAX)
    return tuple(integer_of(each, "a lateness", 0, LATENESS_MAX) for each in late)


def intid_of(value: object, first: int) -> int:
    """Read the INTID of an interrupt: of one of the distributor's, or of an LPI.

    Args:
        value: the INTID.
        first: the least that it can be.
    """
    if isinstance(value, int) and value > LAST_SPI:
        return integer_of(value, "an INTID of an LPI", FIRST_LPI, LAST_LPI)
    return integer_of(value, "an INTID", first, LAST_SPI)


def pulse_of(value: object, nr_vcpus: int) -> Pulse:
    """Read what a device does once; a context that is usual is left out."""
    intid, level, pause, vcpu, *context = list_of(value, "a pulse", 4, 5)
    pulse = Pulse(
        intid_of(intid, FIRST_PPI),
        bool(integer_of(level, "a line level", 0, 1)),
        integer_of(pause, "a pause", 0, PAUSE_MAX),
        integer_of(vcpu, "a vCPU", 0, nr_vcpus - 1),
    )
    for each in context:
        if not isinstance(each, str) or each not in CONTEXTS:
            raise BadParameters(
                f"the context of a pulse is one of {', '.join(CONTEXTS)}, not {each!r:.40}"
            )
        if is_private(pulse.intid) or is_lpi(pulse.intid) or not pulse.level:
            raise BadParameters(
                "only what raises a shared line has a context: an irqfd has no more"
            )
        return pulse._replace(context=each)
    return pulse


def pulse_values(pulse: Pulse) -> list[object]:
    """Return a pulse as JSON values, which pulse_of reads."""
    values: list[object] = [pulse.intid, int(pulse.level), pulse.pause, pulse.vcpu]
    return [*values, pulse.context] if pulse.context else values
