# SPDX-License-Identifier: GPL-2.0-only
"""The parameters of one execution: the machine and the programs that run on it, as values.

A scenario draws them; a token carries them whole, so that replaying one needs no seed, and a
shrinker can change any of them alone. Reading them back checks everything, since a token comes
from an e-mail. What is far beyond any use is refused as well: to replay a token, and to tell all
that there is to tell of it, takes little time and memory, whoever has made it.
"""

from typing import NamedTuple

from vgic.accesses import ACCESSES, TARGETS, TRIGGER
from vgic.data import (
    CLOSE,
    FIRST_SPI,
    NR_VCPUS_MAX,
    V2,
    V3,
    Config,
    HostEvent,
    Program,
    Pulse,
    irq_key,
    is_lpi,
    is_sgi,
)
from vgic.hardware import PLAIN, PRIORITY_MASK, Implementation
from vgic.instructions import BadParameters, instruction_values, integer_of, list_of
from vgic.parts import (
    PROGRAMS_MAX,
    fields_of,
    gic_of,
    hardware_of,
    host_event_of,
    host_of,
    intid_of,
    program_of,
    pulse_of,
    pulse_values,
    spelled_of,
)

NR_LR_MAX = 16
NR_DEVICES_MAX = 8
NR_IRQS_MAX = 256
RESAMPLED, MAPPED = "resampled", "mapped"


class Irq(NamedTuple):
    """An interrupt.

    Attributes:
        intid: its INTID: an SGI below 16, a PPI below 32, an SPI from there, an LPI from 8192.
        config: how it is triggered; an SGI and an LPI by an edge.
        priority: how urgent it is, a multiple of 8; 0 is the most urgent.
        vcpu: the vCPU it is routed to, or whose own it is.
        group: 0 or 1; 1 for an LPI.
        resampled: its device is passed through, and its line sampled again at each end; of a shared
            level-triggered one only.
        mapped: it is mapped to a physical interrupt, whose active state is held for the guest; a
            level-triggered one only, which is not resampled.
    """

    intid: int
    config: Config
    priority: int
    vcpu: int
    group: int = 1
    resampled: bool = False
    mapped: bool = False

    def to_values(self) -> list[object]:
        """Return it as JSON values; group 1, and what is nothing special, left out."""
        values: list[object] = [self.intid, self.config.value, self.priority, self.vcpu]
        if special := [RESAMPLED] * self.resampled + [MAPPED] * self.mapped:
            return [*values, self.group, *special]
        return values if self.group == 1 else [*values, self.group]


class Parameters(NamedTuple):
    """A machine and its programs.

    Attributes:
        nr_lr: list registers of each CPU.
        irqs: the interrupts.
        guests: one program for each vCPU.
        devices: what each device does, in order.
        host: what the host does by itself, in order.
        hardware: what its CPUs have, and do where they may choose; the least with a GICv2.
        gic: its interrupt controller, V2 or V3.
    """

    nr_lr: int
    irqs: tuple[Irq, ...]
    guests: tuple[Program, ...]
    devices: tuple[tuple[Pulse, ...], ...]
    host: tuple[HostEvent, ...] = ()
    hardware: Implementation = PLAIN
    gic: str = V3

    def to_values(self) -> dict[str, object]:
        """Return the parameters as JSON values.

        A host that does nothing, hardware with nothing beyond the least, and V3 are left out.
        """
        more: dict[str, object] = {}
        if self.host:
            more["host"] = [list(event) for event in self.host]
        if self.hardware != PLAIN:
            more["hardware"] = [name for name, has in self.hardware._asdict().items() if has]
        if self.gic != V3:
            more["gic"] = self.gic
        return {
            "nr_lr": self.nr_lr,
            "irqs": [irq.to_values() for irq in self.irqs],
            "guests": [
                [[instruction_values(each) for each in guest.instructions], list(guest.lateness)]
                for guest in self.guests
            ],
            "devices": [[pulse_values(pulse) for pulse in device] for device in self.devices],
            **more,
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
        fields = fields_of(
            values, {"nr_lr", "irqs", "guests", "devices"}, {"host", "hardware", "gic"}
        )
        read = spelled_of if spelled else program_of
        guests = list_of(fields["guests"], "guests", 1, NR_VCPUS_MAX)
        irqs = tuple(
            _irq(irq, len(guests)) for irq in list_of(fields["irqs"], "irqs", 1, NR_IRQS_MAX)
        )
        parameters = Parameters(
            nr_lr=integer_of(fields["nr_lr"], "nr_lr", 1, NR_LR_MAX),
            irqs=irqs,
            guests=tuple(read(guest, len(guests)) for guest in guests),
            devices=tuple(
                tuple(
                    pulse_of(pulse, len(guests))
                    for pulse in list_of(device, "device", 0, PROGRAMS_MAX)
                )
                for device in list_of(fields["devices"], "devices", 0, NR_DEVICES_MAX)
            ),
            host=tuple(host_event_of(each, len(guests)) for each in host_of(fields)),
            hardware=hardware_of(fields),
            gic=gic_of(fields),
        )
        _check_size(parameters)
        _check_intids(parameters)
        _check_end(parameters)
        _check_triggers(parameters)
        _check_gic(parameters)
        return parameters


def _check_size(parameters: Parameters) -> None:
    size = sum(len(guest.instructions) + len(guest.lateness) for guest in parameters.guests)
    size += sum(map(len, parameters.devices)) + len(parameters.host)
    if size > PROGRAMS_MAX:
        raise BadParameters(
            f"all programs together have {size} instructions, latenesses, pulses and events; "
            f"at most {PROGRAMS_MAX} can be of use"
        )


def _check_end(parameters: Parameters) -> None:
    """What comes after the end of a VM has none to do anything to."""
    if any(event.kind == CLOSE for event in parameters.host[:-1]):
        raise BadParameters("close is the last of what the host does, and it does it once")


def _check_triggers(parameters: Parameters) -> None:
    """What is mapped stays a level: nothing maps edges."""
    mapped = {irq.intid for irq in parameters.irqs if irq.mapped}
    for guest in parameters.guests:
        if any(each.kind == TRIGGER and each.intid in mapped for each in guest.accesses):
            raise BadParameters("the trigger of an irq that is mapped is not written")


def _check_gic(parameters: Parameters) -> None:
    """Guests access what their interrupt controller has."""
    gic = parameters.gic
    if gic == V2 and (
        parameters.hardware != PLAIN or any(is_lpi(i.intid) for i in parameters.irqs)
    ):
        raise BadParameters("a GICv2 has no LPIs, and its CPUs have no choices")
    for guest in parameters.guests:
        for access in guest.accesses:
            if not ACCESSES[access.kind].is_of(gic):
                raise BadParameters(f"no guest of a GIC{gic} has the access {access.kind!r}")
            if access.kind == TARGETS and access.asks.value >= len(parameters.guests):
                raise BadParameters("the first target of an irq is a vCPU that is there")


def _check_intids(parameters: Parameters) -> None:
    """Whatever a device pulses must be there, once."""
    there = {irq_key(irq.intid, irq.vcpu) for irq in parameters.irqs}
    if len(there) < len(parameters.irqs):
        raise BadParameters("two irqs have the same INTID")
    for device in parameters.devices:
        for pulse in device:
            if irq_key(pulse.intid, pulse.vcpu) not in there:
                raise BadParameters(f"a device pulses INTID {pulse.intid}, which is no irq")


def _irq(value: object, nr_vcpus: int) -> Irq:
    intid, config, priority, vcpu, *more = list_of(value, "an irq", 4, 7)
    intid = intid_of(intid, 0)
    if config not in (Config.EDGE.value, Config.LEVEL.value):
        raise BadParameters(f"an irq is edge or level, not {config!r:.40}")
    if (is_sgi(intid) or is_lpi(intid)) and config != Config.EDGE.value:
        raise BadParameters(f"an {'LPI' if is_lpi(intid) else 'SGI'} is triggered by an edge")
    priority = integer_of(priority, "a priority", 0, 0xFF)
    if priority & ~PRIORITY_MASK:
        raise BadParameters(f"a priority is a multiple of 8, not {priority}")
    vcpu = integer_of(vcpu, "a vCPU", 0, nr_vcpus - 1)
    # What is usual is left out; so a machine has one token.
    group = integer_of(more[0], "a group", 0, min(len(more) - 1, 1)) if more else 1
    if is_lpi(intid) and group != 1:
        raise BadParameters("an LPI is of group 1")
    special = more[1:]
    if special not in ([], [RESAMPLED], [MAPPED]):
        raise BadParameters(f"an irq is {RESAMPLED!r} or {MAPPED!r}, or that is left out")
    if special == [RESAMPLED] and (intid < FIRST_SPI or config != Config.LEVEL.value):
        raise BadParameters("only a shared level-triggered irq is resampled")
    if special == [MAPPED] and config != Config.LEVEL.value:
        raise BadParameters("only a level-triggered irq is mapped")
    return Irq(
        intid, Config(config), priority, vcpu, group, special == [RESAMPLED], special == [MAPPED]
    )
