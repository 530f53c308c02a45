# SPDX-License-Identifier: GPL-2.0-only
"""guests_that_wait: see the scenario's own docstring."""

from harness import Stream, Streams
from stress.scenarios.drawing import (
    draw_devices,
    draw_host,
    draw_lateness,
    draw_routes,
    draw_spis,
    draw_toggles,
)
from stress.scenarios.scenario import Scenario
from vgic import Irq, Parameters
from vgic.accesses import PEND, Access
from vgic.data import Program

_LATENESS = (0, 0, 1, 3)
_PAUSES = (0, 0, 2, 8)
_HANDLES = ("w", "w", "wae", "awe", "n")
_DEEDS = ("pend", "route", "toggle", "nothing")


def guests_that_wait(streams: Streams) -> Parameters:
    """Guests wait for interrupts, and the host takes their CPUs away and gives them others.

    Result: Never

    A vCPU whose guest waits is put, and sleeps until somebody has something for it, who may be on
    his way already while it lies down. Beside that the host interrupts CPUs, has vCPUs come back to
    user space for a signal, and gives their CPUs to other threads, so that each goes on where
    another one was.
    """
    stream = streams.stream("param:vcpus")
    nr_vcpus = stream.choose((1, 2, 2, 2, 3))
    nr_lr = stream.between(1, 3)
    stream = streams.stream("param:irqs")
    targets = [stream.pick(nr_vcpus) for _ in range(stream.between(1, 3))]
    irqs = draw_spis(stream, targets, level_per_cent=30)
    deeds = streams.stream("param:swarm").choose_each(_DEEDS, 2)
    return Parameters(
        nr_lr=nr_lr,
        irqs=irqs,
        guests=tuple([_guest(streams, vcpu, nr_vcpus, irqs, deeds) for vcpu in range(nr_vcpus)]),
        devices=draw_devices(streams, irqs, (1, 3), _PAUSES),
        host=draw_host(streams, nr_vcpus, (0, 4), _PAUSES),
    )


def _guest(
    streams: Streams, vcpu: int, nr_vcpus: int, irqs: tuple[Irq, ...], deeds: list[str]
) -> Program:
    stream = streams.stream(f"vcpu{vcpu}:program")
    letters = "".join(stream.choose_each(_HANDLES, stream.between(1, 3)))
    accesses = _accesses(stream, nr_vcpus, irqs, deeds)
    for _ in accesses:
        at = stream.pick(len(letters) + 1)
        letters = f"{letters[:at]}m{letters[at:]}"
    late = draw_lateness(streams.stream(f"mi:vcpu{vcpu}"), _LATENESS)
    return Program.spelled(letters, late, accesses)


def _accesses(
    stream: Stream, nr_vcpus: int, irqs: tuple[Irq, ...], deeds: list[str]
) -> list[Access]:
    accesses: list[Access] = []
    if "pend" in deeds:
        accesses += [Access(PEND, stream.choose(irqs).intid) for _ in range(stream.pick(3))]
    if "route" in deeds:
        accesses += draw_routes(stream, irqs, stream.pick(3), nr_vcpus)
    if "toggle" in deeds:
        accesses += draw_toggles(stream, [irq.intid for irq in irqs], stream.pick(2))
    return accesses


SCENARIO = Scenario(
    draw=guests_that_wait,
    length=170,
    executions_min=300,
)
