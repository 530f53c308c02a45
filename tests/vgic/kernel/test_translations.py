# SPDX-License-Identifier: GPL-2.0-only
"""What is remembered of translations, who has references to it, and when is it forgotten?"""

from collections.abc import Callable

import pytest

from harness import Execution, Passed
from harness.primitives.slab import life_of
from vgic import REVISIONS, Mechanism
from vgic.data import EDGE, FIRST_LPI
from vgic.data.lpis import LpiTable, references
from vgic.data.vcpu import Lpi
from vgic.judging.cached import note_windows

InKernel = Callable[..., Execution]
EVENT = FIRST_LPI
REFUSED = -22


def mapped(kernel: Mechanism, event: int = EVENT) -> Lpi:
    """Return the LPI of an event."""
    irq = kernel.kvm.add_irq(event, EDGE, 0x80, 0)
    assert isinstance(irq, Lpi)
    return irq


def table(kernel: Mechanism) -> LpiTable:
    assert kernel.kvm.dist.lpis is not None
    return kernel.kvm.dist.lpis


def test_the_first_message_asks_the_its_and_the_next_does_not(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq = mapped(kernel)
        assert kernel.vgic_its_inject_cached_translation(EVENT) < 0
        assert not irq.pending_latch
        assert kernel.vgic_its_inject_msi(EVENT) == 0
        irq.pending_latch = False
        with table(kernel).its_lock:
            assert kernel.vgic_its_inject_cached_translation(EVENT) == 0
        assert irq.pending_latch

    in_kernel(body, irqs_off=False)


def test_what_is_remembered_has_one_reference_however_often_it_is_found(
    in_kernel: InKernel,
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = mapped(kernel)
        for _ in range(3):
            kernel.vgic_its_inject_msi(EVENT)
        assert references(irq).value == 3, "of the event, of the translation, of the list"
        with table(kernel).its_lock:
            kernel.vgic_its_cache_translation(EVENT, irq)
        assert references(irq).value == 3, "the old one is put"

    in_kernel(body, irqs_off=False)


def test_a_message_that_is_refused_is_not_remembered(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        mapped(kernel)
        assert kernel.vgic_its_inject_msi(EVENT + 1) == REFUSED
        kernel.vgic_mmio_write_v3r_ctlr(kernel.kvm.vcpus[0], enables=False)
        assert kernel.vgic_its_inject_msi(EVENT) < 0
        assert not table(kernel).translations.entries

    in_kernel(body, irqs_off=False)


@pytest.mark.parametrize("command", ["movi", "discard", "lpis off"])
def test_all_is_forgotten_by_whatever_changes_any(command: str, in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irqs = [mapped(kernel, EVENT + number) for number in range(2)]
        for irq in irqs:
            kernel.vgic_its_inject_msi(irq.intid)
        assert sorted(table(kernel).translations.entries) == [EVENT, EVENT + 1]
        vcpus = kernel.kvm.vcpus
        if command == "movi":
            kernel.vgic_its_cmd_handle_movi(EVENT, vcpus[1])
        elif command == "discard":
            kernel.vgic_its_cmd_handle_discard(EVENT)
        else:
            kernel.vgic_mmio_write_v3r_ctlr(vcpus[1], enables=False)
        assert not table(kernel).translations.entries
        assert references(irqs[1]).value == 2, "of the event, of the list"

    in_kernel(body, nr_vcpus=2, irqs_off=False)


def test_what_is_remembered_and_no_more_is_not_found(in_kernel: InKernel) -> None:
    """Between the last put and the moment when it is taken out."""

    def body(kernel: Mechanism) -> None:
        irq = mapped(kernel)
        table(kernel).translations.entries[EVENT] = irq
        references(irq).value = 0
        assert kernel.vgic_its_check_cache(EVENT) is None
        references(irq).value = 1

    in_kernel(body, irqs_off=False)


def test_an_its_that_goes_forgets_what_it_remembers(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq = mapped(kernel)
        kernel.vgic_its_inject_msi(EVENT)
        kernel.kvm_vgic_vcpu_destroy(kernel.kvm.vcpus[0])
        kernel.vgic_its_destroy()
        assert life_of(irq).freed is not None
        assert not table(kernel).translations.entries

    in_kernel(body, irqs_off=False)


def forgetting(revision: str) -> type[Mechanism]:
    """Return a revision in which somebody else forgets all when one has just been seen."""

    class SeenAtOnce(REVISIONS[revision].cls):  # type: ignore[misc]  # a base that is a value
        is_first = True

        def puts_found_translation(self) -> bool:
            puts: bool = super().puts_found_translation()
            return puts

        def vgic_its_invalidate_cache(self) -> None:
            cache, find_from = self._lpis.translations, self._lpis.translations.find_from
            if SeenAtOnce.is_first:
                SeenAtOnce.is_first = False
                found = find_from(0)
                super().vgic_its_invalidate_cache()
                assert found is not None
                event, irq = found
                erased = irq if self.puts_found_translation() else cache.erase(event)
                if erased is not None:
                    self.vgic_put_irq(erased)
                return
            super().vgic_its_invalidate_cache()

    return SeenAtOnce


@pytest.mark.parametrize("revision", REVISIONS)
def test_two_who_forget_one_translation_drop_its_reference_once(
    revision: str, call: Callable[..., Execution]
) -> None:
    """B14: where each drops that of what he has seen, an event is mapped to what is freed."""

    def body(kernel: Mechanism) -> None:
        irq = mapped(kernel)
        kernel.vgic_its_inject_msi(EVENT)
        kernel.vgic_flush_pending_lpis(kernel.kvm.vcpus[0])
        with table(kernel).its_lock:
            kernel.vgic_its_invalidate_cache()
        is_right = revision in ("reference", "halting", "linux-7.3")
        assert (life_of(irq).freed is None) is is_right

    assert call(body, irqs_off=False, kernel=forgetting(revision)).outcome == Passed()


def test_who_finds_one_gone_goes_on_with_the_next(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irqs = [mapped(kernel, EVENT + number) for number in range(2)]
        for irq in irqs:
            kernel.vgic_its_inject_msi(irq.intid)
        cache = table(kernel).translations
        gone: list[str] = []
        cache.on_gone = lambda: gone.append("gone")
        assert cache.find_from(0) == (EVENT, irqs[0])
        taken = cache.erase(EVENT)
        assert taken is irqs[0]
        assert (cache.erase(EVENT), gone) == (None, ["gone"])
        assert cache.find_from(EVENT + 1) == (EVENT + 1, irqs[1])
        assert cache.find_from(EVENT + 2) is None
        kernel.vgic_put_irq(taken)

    in_kernel(body, irqs_off=False)


@pytest.mark.parametrize(("sends", "window"), [(1, set()), (2, {"cached_translation"})])
def test_a_message_that_hits_is_seen_at_the_cache(
    sends: int, window: set[str], in_kernel: InKernel
) -> None:
    def body(kernel: Mechanism) -> None:
        mapped(kernel)
        crossed = set[str]()
        note_windows(table(kernel), crossed)
        for _ in range(sends):
            kernel.vgic_its_inject_msi(EVENT)
        assert crossed == window
        table(kernel).translations.erase(EVENT + 1)
        assert crossed == {*window, "void_twice"}

    in_kernel(body, irqs_off=False)
