# SPDX-License-Identifier: GPL-2.0-only
"""What can be left out of a machine and its programs: vCPUs, devices, interrupts, operations.

Each function returns a `Smaller`: parameters that are a machine again, with everything gone that
referred to what was left out. Nothing here knows whether the result still fails.
"""

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field

from vgic import NR_VCPUS_MAX, Irq, Parameters
from vgic.accesses import ACCESSES, Access
from vgic.data import ACCESS, HOST_EVENTS, Exit, Instruction, Program, Pulse, irq_key, is_private

HOST = "host0"
"""The role of the host's thread."""


@dataclass(frozen=True)
class Smaller:
    """Parameters with something left out, or made quieter.

    Attributes:
        parameters: the new parameters.
        roles: what threads are called now, for those that were renamed; None for one that is gone.
        heir: the thread that now comes after the one before it; None if none is gone.
    """

    parameters: Parameters
    roles: Mapping[str, str | None] = field(default_factory=dict)
    heir: str | None = None


def without_vcpus(parameters: Parameters) -> Iterator[Smaller]:
    """Leave out one vCPU: its interrupts go with it, or are routed to the first that is left."""
    for gone in reversed(range(len(parameters.guests))):
        if len(parameters.guests) > 1:
            for rerouted in (False, True):
                smaller = _without_vcpu(parameters, gone, rerouted=rerouted)
                if smaller.parameters.irqs:
                    yield smaller


def _without_vcpu(parameters: Parameters, gone: int, *, rerouted: bool) -> Smaller:
    def number(vcpu: int) -> int:
        return 0 if vcpu == gone else vcpu - (vcpu > gone)

    irqs = tuple(
        irq._replace(vcpu=number(irq.vcpu))
        for irq in parameters.irqs
        if irq.vcpu != gone or (rerouted and not is_private(irq.intid))
    )
    guests = tuple(
        _with_accesses(
            guest, lambda access: not (ACCESSES[access.kind].names_vcpu and access.value == gone)
        )
        for vcpu, guest in enumerate(parameters.guests)
        if vcpu != gone
    )
    guests = tuple(
        guest._replace(
            instructions=tuple(_renumbered(each, gone, number) for each in guest.instructions)
        )
        for guest in guests
    )
    devices = tuple(
        tuple(
            pulse._replace(vcpu=number(pulse.vcpu))
            for pulse in device
            if pulse.vcpu != gone or not is_private(pulse.intid)
        )
        for device in parameters.devices
    )
    host = tuple(
        event._replace(vcpu=number(event.vcpu))
        for event in parameters.host
        if event.vcpu != gone or event.kind not in HOST_EVENTS
    )
    roles: dict[str, str | None] = {
        f"vcpu{vcpu}": f"vcpu{vcpu - 1}" for vcpu in range(gone + 1, len(parameters.guests))
    }
    roles[f"vcpu{gone}"] = None
    if parameters.host and not host:
        roles[HOST] = None
    left = _only_what_is_there(
        parameters._replace(irqs=irqs, guests=guests, devices=devices, host=host)
    )
    return Smaller(left, roles, _thread(left, gone))


def without_devices(parameters: Parameters) -> Iterator[Smaller]:
    """Leave out the host, or one device."""
    if parameters.host:
        left = parameters._replace(host=())
        yield Smaller(left, {HOST: None}, "vcpu0")
    devices = parameters.devices
    for gone in reversed(range(len(devices))):
        roles: dict[str, str | None] = {
            f"dev{device}": f"dev{device - 1}" for device in range(gone + 1, len(devices))
        }
        roles[f"dev{gone}"] = None
        left = parameters._replace(devices=devices[:gone] + devices[gone + 1 :])
        yield Smaller(left, roles, _thread(left, len(left.guests) + gone))


def _thread(parameters: Parameters, index: int) -> str:
    """Return the role of a thread by its place in creation order, after the last the first."""
    vcpus, devices = len(parameters.guests), len(parameters.devices)
    index %= vcpus + devices + bool(parameters.host)
    if index == vcpus + devices:
        return HOST
    return f"vcpu{index}" if index < vcpus else f"dev{index - vcpus}"


def without_irqs(parameters: Parameters) -> Iterator[Smaller]:
    """Leave out one interrupt, and all that is done to it."""
    irqs = parameters.irqs
    for gone in reversed(range(len(irqs))):
        if len(irqs) > 1:
            yield Smaller(
                _only_what_is_there(parameters._replace(irqs=irqs[:gone] + irqs[gone + 1 :]))
            )


@dataclass(frozen=True)
class Operations:
    """A run of operations that can be shortened: of a device, of the host or of a guest.

    Attributes:
        length: says how many there are.
        without: leaves out those from one position up to another.
    """

    length: Callable[[Parameters], int]
    without: Callable[[Parameters, int, int], Smaller]


def operations(parameters: Parameters) -> Iterator[Operations]:
    """Yield all runs of operations of the machine's host, devices and guests."""
    if parameters.host:
        yield Operations(lambda parameters: len(parameters.host), _without_events)
    for device in range(len(parameters.devices)):
        yield _pulses(device)
    for vcpu in range(len(parameters.guests)):
        yield _instructions(vcpu)


def _without_events(parameters: Parameters, begin: int, end: int) -> Smaller:
    host = parameters.host[:begin] + parameters.host[end:]
    return Smaller(
        parameters._replace(host=host), {} if host else {HOST: None}, None if host else "vcpu0"
    )


def _pulses(device: int) -> Operations:
    def without(parameters: Parameters, begin: int, end: int) -> Smaller:
        devices = list(parameters.devices)
        devices[device] = devices[device][:begin] + devices[device][end:]
        return Smaller(parameters._replace(devices=tuple(devices)))

    return Operations(lambda parameters: len(parameters.devices[device]), without)


def _instructions(vcpu: int) -> Operations:
    def without(parameters: Parameters, begin: int, end: int) -> Smaller:
        guests = list(parameters.guests)
        guests[vcpu] = _without_instructions(guests[vcpu], begin, end)
        return Smaller(parameters._replace(guests=tuple(guests)))

    return Operations(lambda parameters: len(parameters.guests[vcpu].instructions), without)


def _without_instructions(guest: Program, begin: int, end: int) -> Program:
    return guest._replace(instructions=guest.instructions[:begin] + guest.instructions[end:])


def _with_accesses(guest: Program, keeps: Callable[[Exit], bool]) -> Program:
    """Keep only some of the instructions that access something, and all others."""
    return guest._replace(
        instructions=tuple(
            each
            for each in guest.instructions
            if each.name != ACCESS or (each.access is not None and keeps(each.access))
        )
    )


def _renumbered(instruction: Instruction, gone: int, number: Callable[[int], int]) -> Instruction:
    """Return an instruction that names its vCPUs by the numbers they have now.

    A list of none but the one that has gone is of the first.
    """
    access = instruction.access
    if access is not None and ACCESSES[access.kind].names_vcpus:
        named = [each for each in range(NR_VCPUS_MAX) if access.value >> each & 1]
        mask = sum(1 << number(each) for each in named if each != gone)
        return Instruction(ACCESS, Access(access.kind, access.intid, mask or 1))
    if access is None or not ACCESSES[access.kind].names_vcpu:
        return instruction
    return Instruction(ACCESS, Access(access.kind, access.intid, number(access.value)))


def _only_what_is_there(parameters: Parameters) -> Parameters:
    """Leave out whatever is done to interrupts that are not there."""
    there = {_place(irq) for irq in parameters.irqs}
    guests = tuple(
        _with_accesses(guest, lambda access, vcpu=vcpu: _has_subject(access, vcpu, there))  # type: ignore[misc]
        for vcpu, guest in enumerate(parameters.guests)
    )
    devices = tuple(
        tuple(pulse for pulse in device if _pulsed(pulse) in there) for device in parameters.devices
    )
    return parameters._replace(guests=guests, devices=devices)


def _place(irq: Irq) -> tuple[int, int]:
    return irq_key(irq.intid, irq.vcpu)


def _pulsed(pulse: Pulse) -> tuple[int, int]:
    return irq_key(pulse.intid, pulse.vcpu)


def _has_subject(access: Exit, vcpu: int, there: Container[tuple[int, int]]) -> bool:
    """Tell whether the interrupt is there that a guest's access is about, if it is about one."""
    subjects = access.subjects(vcpu, NR_VCPUS_MAX)
    there_are_some = any(irq_key(access.intid, each) in there for each in subjects)
    return there_are_some or not ACCESSES[access.kind].has_interrupt
