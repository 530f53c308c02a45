# SPDX-License-Identifier: GPL-2.0-only
"""How simple a failing execution is: what is compared, and what a report says of it."""

from dataclasses import dataclass

from harness import Deviation, Execution
from stress.shrinking.quieter import PRIORITY
from vgic import Parameters


@dataclass(frozen=True)
class Candidate:
    """An execution that fails as it should."""

    parameters: Parameters
    deviations: tuple[Deviation, ...]
    preemptions: tuple[Deviation, ...]
    execution: Execution


@dataclass(frozen=True)
class Size:
    """How much there is to understand in an execution.

    Attributes:
        threads: vCPUs, devices and the host.
        irqs: interrupts.
        operations: what devices, the host and guests have to do.
        choices: deviations from the quiet default.
        preemptions: those of them at which the thread could have gone on.
        switches: how often control passes from one thread to another.
        steps: scheduling points.
    """

    threads: int
    irqs: int
    operations: int
    choices: int
    preemptions: int
    switches: int
    steps: int


def simplicity(candidate: Candidate) -> tuple[int, ...]:
    """Order executions: less to understand first, then quieter values."""
    parameters = candidate.parameters
    priorities = [irq.priority for irq in parameters.irqs]
    return (
        _threads(parameters),
        len(parameters.irqs),
        _operations(parameters),
        len(candidate.preemptions),
        len(candidate.deviations),
        parameters.nr_lr,
        sum(len(guest.lateness) + sum(guest.lateness) for guest in parameters.guests),
        sum(pulse.pause for device in parameters.devices for pulse in device)
        + sum(event.pause for event in parameters.host),
        len(set(priorities)),
        sum(irq.config.value == "level" for irq in parameters.irqs),
        sum(irq.resampled + irq.mapped + (irq.group != 1) for irq in parameters.irqs)
        + sum(bool(pulse.context) for device in parameters.devices for pulse in device)
        + sum(parameters.hardware),
        sum(priority != PRIORITY for priority in priorities),
        sum(abs(priority - PRIORITY) for priority in priorities),
    )


def _threads(parameters: Parameters) -> int:
    return len(parameters.guests) + len(parameters.devices) + bool(parameters.host)


def _operations(parameters: Parameters) -> int:
    operations = sum(len(guest.instructions) for guest in parameters.guests)
    return operations + sum(map(len, parameters.devices)) + len(parameters.host)


def size_of(candidate: Candidate) -> Size:
    """Return what a report says of it."""
    parameters, execution = candidate.parameters, candidate.execution
    return Size(
        threads=_threads(parameters),
        irqs=len(parameters.irqs),
        operations=_operations(parameters),
        choices=len(candidate.deviations),
        preemptions=len(candidate.preemptions),
        switches=execution.switches,
        steps=execution.steps,
    )
