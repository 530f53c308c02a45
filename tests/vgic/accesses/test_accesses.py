# SPDX-License-Identifier: GPL-2.0-only
"""Does each access come to its kernel function, and do judges ask of it what it asks for?"""

from collections.abc import Callable

import pytest

from harness import Execution, Failed, Failure
from tests.fixtures.judged import judged
from vgic import Mechanism, Reference
from vgic.accesses import ACCESSES, Access
from vgic.data.intids import Config
from vgic.data.vcpu import Vcpu, VgicIrq

COMES_TO = {
    "quiesce": ("kvm_vgic_inject_irq", 40),
    "route": ("vgic_mmio_write_irouter", 40),
    "enable": ("vgic_mmio_write_senable", 40),
    "disable": ("vgic_mmio_write_cenable", 40),
    "pend": ("vgic_mmio_write_spending", 40),
    "unpend": ("vgic_mmio_write_cpending", 40),
    "sgi": ("vgic_v3_dispatch_sgi", 5),
}


def test_every_access_is_named_by_its_row() -> None:
    assert set(COMES_TO) == set(ACCESSES)
    assert all(name == kind.name for name, kind in ACCESSES.items())


@pytest.mark.parametrize("name", COMES_TO)
def test_an_access_calls_its_kernel_function_about_its_interrupt(
    name: str, in_kernel: Callable[..., Execution], monkeypatch: pytest.MonkeyPatch
) -> None:
    function, intid = COMES_TO[name]

    def body(kernel: Mechanism) -> None:
        called: list[tuple[object, ...]] = []
        for each, _ in COMES_TO.values():
            monkeypatch.setattr(
                kernel, each, lambda *a, each=each, **k: called.append((each, *a, *k.values()))
            )
        for vcpu in (0, 1):
            kernel.kvm.add_irq(5, Config.EDGE, 0x80, vcpu)
        irq = kernel.kvm.add_irq(40, Config.LEVEL, 0x80, 0)
        first, second = kernel.kvm.vcpus
        kernel.handle_exit(first, Access(name, intid, 1))
        arguments: dict[str, tuple[object, ...]] = {
            "quiesce": (first, 40, False),
            "route": (irq, second),
            "sgi": (second, 5),
        }
        assert called == [(function, *arguments.get(name, (irq,)))]

    in_kernel(body, nr_vcpus=2)


@pytest.mark.parametrize("name", COMES_TO)
def test_an_access_to_an_interrupt_that_is_not_there_does_nothing(
    name: str, in_kernel: Callable[..., Execution]
) -> None:
    def body(kernel: Mechanism) -> None:
        before = kernel.scheduler.steps
        kernel.handle_exit(kernel.kvm.vcpus[0], Access(name, COMES_TO[name][1], 0))
        kernel.handle_exit(kernel.kvm.vcpus[0], None)
        assert kernel.scheduler.steps == before

    in_kernel(body)


class ForgetsWrites(Reference):
    """Every write of a field is lost."""

    def vgic_mmio_write_senable(self, irq: VgicIrq) -> None:
        pass

    def vgic_mmio_write_cenable(self, irq: VgicIrq) -> None:
        pass

    def vgic_mmio_write_cpending(self, irq: VgicIrq) -> None:
        pass

    def vgic_mmio_write_irouter(self, irq: VgicIrq, target: Vcpu) -> None:
        pass


WRITES = [name for name, kind in ACCESSES.items() if kind.asks(1).field]


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("kernel", [Reference, ForgetsWrites])
def test_a_write_that_is_lost_is_found_and_one_that_is_not_is_not(
    name: str, kernel: type[Reference], call: Callable[..., Execution]
) -> None:
    def body(built: Mechanism) -> None:
        trace = judged(built.kvm)
        irq = built.kvm.add_irq(40, Config.EDGE, 0x80, 0)
        irq.enabled, irq.pending_latch = name != "enable", name == "unpend"
        access = Access(name, 40, 1)
        trace.accessing(0, access)
        built.handle_exit(built.kvm.vcpus[0], access)
        trace.accessed(0, access)

    outcome = call(body, kernel=kernel, nr_vcpus=2, irqs_off=False).outcome
    lost = Failure("", "")
    if isinstance(outcome, Failed):
        lost = outcome.failure
    assert lost.kind == ("I26 write lost" if kernel is ForgetsWrites else "")
    assert kernel is Reference or f"({name}" in lost.message


def test_all_kinds_of_writes_are_judged() -> None:
    assert WRITES == ["route", "enable", "disable", "unpend"]
