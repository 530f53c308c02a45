# SPDX-License-Identifier: GPL-2.0-only
"""The parameters of one execution: the machine and the programs that run on it, as values.

A scenario draws them; a token carries them whole, so that replaying one needs no seed, and a
shrinker can change any of them alone. Reading them back checks everything, since a token comes
from an e-mail.
"""

from dataclasses import dataclass

from vgic.guest import INSTRUCTIONS
from vgic.irq import FIRST_SPI, LAST_SPI, PRIORITY_MASK, Config

NR_LR_MAX = 16
NR_VCPUS_MAX = 8
NR_DEVICES_MAX = 8
LATENESS_MAX = 1_000
PAUSE_MAX = 1_000
PROGRAM_MAX = 10_000


class BadParameters(ValueError):
    """The values do not describe a machine; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Spi:
    """A shared interrupt: how it is triggered, how urgent it is, and the vCPU it is routed to."""

    config: Config
    priority: int
    target: int


@dataclass(frozen=True, slots=True)
class Program:
    """What a guest does.

    Attributes:
        instructions: letters: a acknowledges, e ends the innermost handler, n is other work.
        lateness: how many instructions each exit somebody asks for arrives late, in turn.
    """

    instructions: str
    lateness: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pulse:
    """One thing a device does: an interrupt line goes up, or down if that is all it does.

    Attributes:
        intid: whose line.
        level: up, or down.
        pause: how many steps of other work the device does before.
    """

    intid: int
    level: bool
    pause: int


@dataclass(frozen=True, slots=True)
class Parameters:
    """A machine and its programs.

    Attributes:
        nr_lr: list registers of each CPU.
        spis: the shared interrupts, from INTID 32.
        guests: one program for each vCPU.
        devices: what each device does, in order.
    """

    nr_lr: int
    spis: tuple[Spi, ...]
    guests: tuple[Program, ...]
    devices: tuple[tuple[Pulse, ...], ...]

    def to_values(self) -> dict[str, object]:
        """Return the parameters as JSON values."""
        return {
            "nr_lr": self.nr_lr,
            "spis": [[spi.config.value, spi.priority, spi.target] for spi in self.spis],
            "guests": [[guest.instructions, list(guest.lateness)] for guest in self.guests],
            "devices": [
                [[pulse.intid, int(pulse.level), pulse.pause] for pulse in device]
                for device in self.devices
            ],
        }

    @staticmethod
    def from_values(values: object) -> "Parameters":
        """Read what to_values returned.

        Raises:
            BadParameters: the values do not describe a machine.
        """
        fields = _fields(values, {"nr_lr", "spis", "guests", "devices"})
        guests = _list(fields["guests"], "guests", 1, NR_VCPUS_MAX)
        spis = tuple(
            _spi(spi, len(guests)) for spi in _list(fields["spis"], "spis", 1, LAST_SPI - FIRST_SPI)
        )
        return Parameters(
            nr_lr=_integer(fields["nr_lr"], "nr_lr", 1, NR_LR_MAX),
            spis=spis,
            guests=tuple(_program(guest) for guest in guests),
            devices=tuple(
                tuple(_pulse(pulse, len(spis)) for pulse in _list(device, "device", 0, PROGRAM_MAX))
                for device in _list(fields["devices"], "devices", 0, NR_DEVICES_MAX)
            ),
        )


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
        raise BadParameters(f"{name} must be an integer from {low} to {high}, not {value!r:.40}")
    return value


def _spi(value: object, nr_vcpus: int) -> Spi:
    config, priority, target = _list(value, "an spi", 3, 3)
    if config not in (Config.EDGE.value, Config.LEVEL.value):
        raise BadParameters(f"an spi is edge or level, not {config!r:.40}")
    priority = _integer(priority, "a priority", 0, 0xFF)
    if priority & ~PRIORITY_MASK:
        raise BadParameters(f"a priority is a multiple of 8, not {priority}")
    return Spi(Config(config), priority, _integer(target, "a target", 0, nr_vcpus - 1))


def _program(value: object) -> Program:
    instructions, lateness = _list(value, "a guest", 2, 2)
    if not isinstance(instructions, str) or len(instructions) > PROGRAM_MAX:
        raise BadParameters(f"instructions must be a string of at most {PROGRAM_MAX} letters")
    if set(instructions) - set(INSTRUCTIONS):
        raise BadParameters(f"instructions are letters of {INSTRUCTIONS}, not {instructions!r:.40}")
    late = _list(lateness, "lateness", 1, PROGRAM_MAX)
    return Program(
        instructions, tuple(_integer(each, "a lateness", 0, LATENESS_MAX) for each in late)
    )


def _pulse(value: object, nr_spis: int) -> Pulse:
    intid, level, pause = _list(value, "a pulse", 3, 3)
    return Pulse(
        _integer(intid, "an INTID", FIRST_SPI, FIRST_SPI + nr_spis - 1),
        bool(_integer(level, "a line level", 0, 1)),
        _integer(pause, "a pause", 0, PAUSE_MAX),
    )
