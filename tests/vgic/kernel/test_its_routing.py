# SPDX-License-Identifier: GPL-2.0-only
"""Where does an LPI go, by its collection and by MOVALL, and who is halted for that?"""

from collections.abc import Callable

import pytest

from harness import Execution
from vgic import REVISIONS, Mechanism
from vgic.data import EDGE, FIRST_LPI
from vgic.data.lpis import LpiTable
from vgic.data.vcpu import Lpi
from vgic.tracepoints import Tracepoints, announcer

InKernel = Callable[..., Execution]
EVENT = FIRST_LPI
REFUSED = -22


def mapped(kernel: Mechanism, event: int = EVENT, vcpu: int = 0) -> Lpi:
    """Return the LPI of an event, which goes to a vCPU."""
    irq = kernel.kvm.add_irq(event, EDGE, 0x80, vcpu)
    assert isinstance(irq, Lpi)
    return irq


def table(kernel: Mechanism) -> LpiTable:
    assert kernel.kvm.dist.lpis is not None
    return kernel.kvm.dist.lpis


def test_a_collection_takes_its_lpis_to_another_vcpu_and_tells_nobody(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        first, other = mapped(kernel), mapped(kernel, EVENT + 1, 1)
        kernel.vgic_its_inject_msi(EVENT)
        vcpus = kernel.kvm.vcpus
        for vcpu in vcpus:
            vcpu.requests.bits = 0
        assert kernel.vgic_its_cmd_handle_mapc(0, vcpus[2]) == 0
        assert [irq.target_vcpu for irq in (first, other)] == [vcpus[2], vcpus[1]]
        assert first.vcpu is vcpus[0]
        assert [vcpu.requests.bits for vcpu in vcpus] == [0, 0, 0]
        assert EVENT in table(kernel).translations.entries, "what is remembered is its LPI, no vCPU"

    in_kernel(body, nr_vcpus=3, irqs_off=False)


def test_a_collection_that_is_no_more_leaves_its_events_without(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq, (vcpu, other) = mapped(kernel), kernel.kvm.vcpus
        kernel.vgic_its_inject_msi(EVENT)
        kernel.vgic_its_cmd_handle_mapc(0, None)
        assert (irq.target_vcpu, table(kernel).events[EVENT].target) == (vcpu, None)
        assert not table(kernel).translations.entries
        assert kernel.vgic_its_inject_msi(EVENT) == REFUSED
        assert kernel.vgic_its_cmd_handle_movi(EVENT, other) == REFUSED
        assert kernel.vgic_its_cmd_handle_discard(EVENT) == REFUSED
        kernel.vgic_its_cmd_handle_mapc(0, None)
        kernel.vgic_its_cmd_handle_mapc(0, other)
        assert table(kernel).events[EVENT].target is None, "it has forgotten which that was"

    in_kernel(body, nr_vcpus=2, irqs_off=False)


def test_movi_goes_where_the_collection_goes(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq, vcpus = mapped(kernel), kernel.kvm.vcpus
        kernel.vgic_its_cmd_handle_mapc(1, vcpus[2])
        assert kernel.vgic_its_cmd_handle_movi(EVENT, vcpus[1]) == 0
        assert irq.target_vcpu is vcpus[2]
        kernel.vgic_its_cmd_handle_mapc(0, None)
        assert kernel.vgic_its_cmd_handle_movi(EVENT, vcpus[0]) == REFUSED
        kernel.vgic_its_cmd_handle_mapi(EVENT + 1, EVENT + 1, 0)
        assert kernel.vgic_its_cmd_handle_movi(EVENT, vcpus[0]) == REFUSED, "it goes nowhere"
        assert irq.target_vcpu is vcpus[2]

    in_kernel(body, nr_vcpus=3, irqs_off=False)


class Halts(Tracepoints):
    """Counts who halts the VM."""

    def __init__(self) -> None:
        self.count = 0

    def halted(self) -> None:
        self.count += 1


@pytest.mark.parametrize("revision", REVISIONS)
def test_movall_moves_what_goes_to_one_vcpu(revision: str, call: Callable[..., Execution]) -> None:
    """B7 and B8: generations move all there are, and halt nobody."""

    def body(kernel: Mechanism) -> None:
        first, other = mapped(kernel), mapped(kernel, EVENT + 1, 2)
        kernel.vgic_its_inject_msi(EVENT)
        halts, vcpus = Halts(), kernel.kvm.vcpus
        kernel.trace = announcer((halts,))
        assert kernel.vgic_its_cmd_handle_movall(vcpus[1], vcpus[1]) == 0
        assert kernel.vgic_its_cmd_handle_movall(vcpus[0], vcpus[1]) == 0
        moves_all = revision not in ("reference", "halting", "linux-7.3")
        assert first.target_vcpu is vcpus[1]
        assert other.target_vcpu is vcpus[1 if moves_all else 2]
        assert halts.count == (revision in ("reference", "halting"))
        assert table(kernel).events[EVENT].target is vcpus[0], "the mapping is as it was"
        assert not table(kernel).translations.entries

    call(body, nr_vcpus=3, irqs_off=False, kernel=REVISIONS[revision].cls)


def test_movall_passes_over_what_is_to_be_released(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq, vcpus = mapped(kernel), kernel.kvm.vcpus
        del table(kernel).events[EVENT]
        kernel.vgic_put_irq_norelease(irq)
        assert kernel.vgic_its_cmd_handle_movall(vcpus[0], vcpus[1]) == 0
        assert irq.target_vcpu is vcpus[0]
        assert kernel.vgic_its_cmd_handle_invall(0) == 0
        kernel.vgic_release_deleted_lpis()

    in_kernel(body, nr_vcpus=2, irqs_off=False)
