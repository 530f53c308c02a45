# SPDX-License-Identifier: GPL-2.0-only
"""Does an irqfd raise its line from where it is signalled, and may nothing wait there?"""

from collections.abc import Callable

import pytest

from harness import Execution, Failed, Failure
from harness.engine import IN_HARDIRQ
from vgic import Machine, Mechanism, Parameters, Reference
from vgic.accesses import drive_from
from vgic.composition import compose
from vgic.data import (
    CONTEXTS,
    IN_GUEST_MODE,
    IRQS_OFF,
    OUTSIDE_GUEST_MODE,
    Config,
    Mode,
    Program,
    Pulse,
    Vcpu,
)
from vgic.hardware import Implementation
from vgic.parameters import Irq
from vgic.revisions import REVISIONS

CALLS = compose(Reference, ["calls_cpus_with_irqs_off"])
SHIPPED = REVISIONS["linux-7.3"].cls


@pytest.mark.parametrize("context", CONTEXTS)
def test_the_kernel_is_called_in_that_context_and_it_is_over_afterwards(
    context: str, in_kernel: Callable[..., Execution]
) -> None:
    def body(kernel: Mechanism) -> None:
        seen = []

        def injected(vcpu: Vcpu | None, intid: int, level: bool) -> int:
            me = kernel.scheduler.current
            seen.append((intid, level, me.irqs_off, bool(me.chain & IN_HARDIRQ)))
            return 0

        kernel.kvm_vgic_inject_irq = injected  # type: ignore[method-assign]  # to look from inside
        irq = kernel.kvm.add_irq(40, Config.EDGE, 0x80, 0)
        drive_from(context, kernel, kernel.kvm.vcpus[0], irq)
        assert seen == [(40, True, True, context != IRQS_OFF)]
        assert not kernel.scheduler.current.irqs_off
        assert not kernel.scheduler.current.chain & IN_HARDIRQ

    in_kernel(body, irqs_off=False)


def raises(kernel: Mechanism, context: str, others: Mode) -> None:
    """Raise the first shared interrupt, vCPU 1's, while that is somewhere."""
    kernel.kvm.implementation = Implementation(has_tdir=True)
    irq = kernel.kvm.add_irq(40, Config.EDGE, 0x80, 1)
    for vcpu in kernel.kvm.vcpus[1:]:
        vcpu.mode.value, vcpu.ipi.shut = others, True
    drive_from(context, kernel, kernel.kvm.vcpus[0], irq)
    assert irq.vcpu is kernel.kvm.vcpus[1]
    assert all(vcpu.requests.bits for vcpu in kernel.kvm.vcpus[1:])


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("kernel", [CALLS, SHIPPED], ids=["bug", "linux-7.3"])
def test_it_is_warned_of_cpus_that_are_called_from_there(
    context: str, kernel: type[Mechanism], call: Callable[..., Execution]
) -> None:
    def body(built: Mechanism) -> None:
        raises(built, context, IN_GUEST_MODE)

    outcome = call(body, kernel=kernel, nr_vcpus=2, irqs_off=False).outcome
    assert isinstance(outcome, Failed)
    assert outcome.failure.kind == "warning"
    assert outcome.failure.functions == ("kvm_make_all_cpus_request",)


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("kernel", [CALLS, SHIPPED], ids=["bug", "linux-7.3"])
def test_where_no_cpu_has_to_be_called_nothing_is_wrong(
    context: str, kernel: type[Mechanism], in_kernel: Callable[..., Execution]
) -> None:
    def body(built: Mechanism) -> None:
        raises(built, context, OUTSIDE_GUEST_MODE)

    in_kernel(body, kernel=kernel, nr_vcpus=2, irqs_off=False)


class TellsAllInTurn(CALLS):  # type: ignore[misc, valid-type]  # a class that is composed
    """They are told one after the other, as the reference would tell them."""

    announce_to_all = Reference.announce_to_all


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("kernel", [Reference, TellsAllInTurn])
def test_vcpus_that_are_told_one_after_the_other_may_be_told_from_there(
    context: str, kernel: type[Mechanism], in_kernel: Callable[..., Execution]
) -> None:
    def body(built: Mechanism) -> None:
        raises(built, context, IN_GUEST_MODE)
        told = [vcpu.ipi.pending for vcpu in built.kvm.vcpus]
        assert told == [False, True]

    in_kernel(body, kernel=kernel, nr_vcpus=2, irqs_off=False)


@pytest.mark.parametrize("context", ["", *CONTEXTS])
def test_a_device_of_a_machine_raises_its_line_from_where_its_program_says(
    context: str, run_machine: Callable[..., tuple[Execution, Machine]]
) -> None:
    machine = Parameters(
        nr_lr=1,
        irqs=(Irq(40, Config.EDGE, 0x80, 0),),
        guests=(Program((), (0,)),),
        devices=((Pulse(40, level=True, pause=9, context=context),),),
        hardware=Implementation(has_tdir=True),
    )
    failure: Failure | None = None
    outcome = run_machine(machine, kernel=CALLS)[0].outcome
    if isinstance(outcome, Failed):
        failure = outcome.failure
    assert (failure is not None and failure.kind == "warning") is bool(context)
