# SPDX-License-Identifier: GPL-2.0-only
"""Is a pointer to an LPI without a reference seen, and a reference without a pointer: I6?"""

from collections.abc import Callable

import pytest

from harness import Execution, Failed, Failure
from vgic import Mechanism, Parameters
from vgic.data import EDGE, FIRST_LPI
from vgic.data.lpis import references
from vgic.data.program import Program, Pulse
from vgic.data.vcpu import Lpi, VgicIrq
from vgic.judging.references import each_holder_has_one, none_is_left
from vgic.parameters import Irq

Check = Callable[..., None]


def looked_at(kernel: Mechanism, count: int, *, listed: bool, mapped: bool = True) -> VgicIrq:
    """Return an LPI with so many references, and these pointers to it."""
    irq = kernel.kvm.add_irq(FIRST_LPI, EDGE, 0x80, 0)
    references(irq).value = count
    irq.vcpu = kernel.kvm.vcpus[0] if listed else None
    if not mapped and kernel.kvm.dist.lpis is not None:
        kernel.kvm.dist.lpis.events.clear()
    return irq


@pytest.mark.parametrize(
    ("check", "count", "listed", "mapped"),
    [
        (each_holder_has_one, 2, True, True),
        (each_holder_has_one, 1, True, False),
        (each_holder_has_one, 0, False, False),
        (each_holder_has_one, 3, False, True),
        (none_is_left, 2, True, True),
        (none_is_left, 1, False, True),
    ],
)
def test_each_pointer_has_a_reference(
    check: Check, count: int, listed: bool, mapped: bool, in_kernel: Callable[..., Execution]
) -> None:
    def body(kernel: Mechanism) -> None:
        check(kernel.kvm, looked_at(kernel, count, listed=listed, mapped=mapped))

    in_kernel(body)


@pytest.mark.parametrize(
    ("check", "count", "listed", "mapped", "kind"),
    [
        (each_holder_has_one, 1, True, True, "I6 reference missing"),
        (each_holder_has_one, 0, True, False, "I6 reference missing"),
        (each_holder_has_one, 0, False, True, "I6 reference missing"),
        (none_is_left, 3, True, True, "I6 reference left"),
        (none_is_left, 2, False, True, "I6 reference left"),
        (none_is_left, 1, True, True, "I6 reference left"),
    ],
)
def test_one_too_few_or_too_many_is_seen(
    check: Check,
    count: int,
    listed: bool,
    mapped: bool,
    kind: str,
    failure_in_kernel: Callable[..., Failure],
) -> None:
    def body(kernel: Mechanism) -> None:
        check(kernel.kvm, looked_at(kernel, count, listed=listed, mapped=mapped))

    assert failure_in_kernel(body).kind == kind


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_translation_that_is_remembered_has_one(
    count: int, call: Callable[..., Execution]
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = looked_at(kernel, count, listed=False)
        assert isinstance(irq, Lpi)
        assert kernel.kvm.dist.lpis is not None
        kernel.kvm.dist.lpis.translations.entries[FIRST_LPI] = irq
        each_holder_has_one(kernel.kvm, irq)
        none_is_left(kernel.kvm, irq)

    outcome = call(body).outcome
    kinds = {1: "I6 reference missing", 3: "I6 reference left"}
    assert (outcome.failure.kind if isinstance(outcome, Failed) else None) == kinds.get(count)


@pytest.mark.parametrize("holds", [False, True])
def test_a_cursor_may_have_one_or_none(holds: bool, in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        irq = looked_at(kernel, 2 + holds, listed=True)
        kernel.kvm.vcpus[0].cpu.last_lr_irq = irq
        none_is_left(kernel.kvm, irq)

    in_kernel(body)


ONE_MESSAGE = Parameters(
    nr_lr=1,
    irqs=(Irq(FIRST_LPI, EDGE, 0x80, 0),),
    guests=(Program.spelled("nn", (0,)),),
    devices=((Pulse(FIRST_LPI, level=True, pause=0),),),
)


class ForgetsOne(Mechanism):
    """Whoever looks an LPI up never puts it."""

    def vgic_put_irq(self, irq: VgicIrq) -> None:
        pass


def test_what_is_never_put_is_seen_when_everybody_idles(
    run_machine: Callable[..., tuple[Execution, object]],
) -> None:
    execution, _ = run_machine(ONE_MESSAGE, kernel=ForgetsOne)
    assert execution.outcome.failure.kind == "I6 reference left"  # type: ignore[union-attr]  # it fails


def test_a_machine_that_ends_has_nothing_left(
    run_machine: Callable[..., tuple[Execution, object]],
) -> None:
    execution, _ = run_machine(ONE_MESSAGE)
    assert not hasattr(execution.outcome, "failure"), execution.outcome
