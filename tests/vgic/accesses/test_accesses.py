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
from vgic.tracepoints import Tracepoints, announcer

COMES_TO = {
    "quiesce": ("kvm_vgic_inject_irq", 40),
    "route": ("vgic_mmio_write_irouter", 40),
    "enable": ("vgic_mmio_write_senable", 40),
    "disable": ("vgic_mmio_write_cenable", 40),
    "pend": ("vgic_mmio_write_spending", 40),
    "unpend": ("vgic_mmio_write_cpending", 40),
    "sgi": ("vgic_v3_dispatch_sgi", 5),
    "priority": ("vgic_mmio_write_priority", 40),
    "pending": ("vgic_mmio_read_pending", 40),
    "active": ("vgic_mmio_read_active", 40),
    "activate": ("vgic_mmio_write_sactive", 40),
    "deactivate": ("vgic_mmio_write_cactive", 40),
    "raise": ("kvm_vgic_inject_irq", 40),
    "lower": ("kvm_vgic_inject_irq", 40),
    "dir": ("vgic_v3_deactivate", 40),
    "group": ("vgic_mmio_write_group", 40),
    "trigger": ("vgic_mmio_write_config", 40),
}
OF_EVENTS = {
    "msi": ("vgic_its_inject_msi", ()),
    "movi": ("vgic_its_cmd_handle_movi", (1,)),
    "discard": ("vgic_its_cmd_handle_discard", ()),
    "int": ("vgic_its_cmd_handle_int", ()),
    "clear": ("vgic_its_cmd_handle_clear", ()),
    "inv": ("vgic_its_cmd_handle_inv", ()),
}
"""Those that are about an event, whatever it is mapped to, and which vCPU each names."""
OF_TABLES = {
    "mapi": ("mapi", (8192, 8192, 1)),
    "mapti": ("mapi", (8192, 8193, 1)),
    "mapd": ("mapd", (0, True)),
    "mapd off": ("mapd", (0, False)),
    "mapc": ("mapc", (0, 1)),
    "mapc off": ("mapc", (1, None)),
    "movall": ("movall", (0, 1)),
    "invall": ("invall", (1,)),
}
"""Those that are about what an ITS maps; with what each calls its command, vCPUs by number."""
WRITTEN = {"priority": 0x40, "group": 0, "trigger": 0, "inv": 0x41, "targets": 0b10}
"""What is written where that is no vCPU."""


def test_every_access_is_named_by_its_row() -> None:
    others = {
        "exits",
        "rebind",
        "distributor",
        "sgi list",
        "sgi others",
        "lpis on",
        "lpis off",
        *("sgir", "sgir others", "sgir self", "targets", "dir page"),
        *OF_EVENTS,
        *OF_TABLES,
    }
    assert set(COMES_TO) == set(ACCESSES) - others, "which come to nothing, to several, or to all"
    assert all(name == kind.name for name, kind in ACCESSES.items())


@pytest.mark.parametrize("name", COMES_TO)
def test_an_access_calls_its_kernel_function_about_its_interrupt(
    name: str, in_kernel: Callable[..., Execution], monkeypatch: pytest.MonkeyPatch
) -> None:
    function, intid = COMES_TO[name]

    def body(kernel: Mechanism) -> None:
        called: list[tuple[object, ...]] = []

        def called_with(each: str) -> Callable[..., int]:
            def call(*args: object, **named: object) -> int:
                called.append((each, *args, *named.values()))
                return 0

            return call

        kernel.trace = announcer()
        for each, _ in COMES_TO.values():
            monkeypatch.setattr(kernel, each, called_with(each))
        for vcpu in (0, 1):
            kernel.kvm.add_irq(5, Config.EDGE, 0x80, vcpu)
        irq = kernel.kvm.add_irq(40, Config.LEVEL, 0x80, 0)
        first, second = kernel.kvm.vcpus
        kernel.handle_exit(first, Access(name, intid, WRITTEN.get(name, 1)))
        arguments: dict[str, tuple[object, ...]] = {
            "quiesce": (first, 40, False),
            "route": (irq, second),
            "sgi": (second, 5),
            "priority": (irq, 0x40),
            "group": (irq, 0),
            "trigger": (irq, Config.LEVEL),
            "raise": (first, 40, True),
            "lower": (first, 40, False),
            "dir": (first, 40),
            **dict.fromkeys(("active", "activate", "deactivate"), (first, irq)),
        }
        assert called == [(function, *arguments.get(name, (irq,)))]

    in_kernel(body, nr_vcpus=2)


@pytest.mark.parametrize("name", OF_EVENTS)
def test_an_access_is_about_its_event_whether_that_is_mapped_or_not(
    name: str, in_kernel: Callable[..., Execution], monkeypatch: pytest.MonkeyPatch
) -> None:
    function, vcpus = OF_EVENTS[name]

    def body(kernel: Mechanism) -> None:
        called: list[tuple[object, ...]] = []
        kernel.trace = announcer()
        monkeypatch.setattr(kernel, function, lambda *given: called.append(given))
        kernel.handle_exit(kernel.kvm.vcpus[0], Access(name, 8192, 1))
        assert called == [(8192, *[kernel.kvm.vcpus[n] for n in vcpus])]

    in_kernel(body, nr_vcpus=2)


@pytest.mark.parametrize("name", OF_TABLES)
def test_an_access_to_the_tables_calls_its_command(
    name: str, in_kernel: Callable[..., Execution], monkeypatch: pytest.MonkeyPatch
) -> None:
    command, expected = OF_TABLES[name]

    def body(kernel: Mechanism) -> None:
        called: list[tuple[object, ...]] = []

        def call(*given: object, **named: object) -> int:
            values = (*given, *named.values())
            called.append(tuple(v.vcpu_id if isinstance(v, Vcpu) else v for v in values))
            return 0

        monkeypatch.setattr(kernel, f"vgic_its_cmd_handle_{command}", call)
        about = 8192 if ACCESSES[name].has_interrupt else 0
        kernel.handle_exit(kernel.kvm.vcpus[0], Access(name, about, 1))
        if not ACCESSES[name].has_interrupt:
            assert not called, "there is no ITS"
            kernel.kvm.add_irq(8192, Config.EDGE, 0x80, 0)
            kernel.handle_exit(kernel.kvm.vcpus[0], Access(name, about, 1))
        assert called == [expected]

    in_kernel(body, nr_vcpus=2)


@pytest.mark.parametrize("enables", [False, True])
def test_lpis_are_disabled_and_enabled_for_any_redistributor(
    enables: bool, in_kernel: Callable[..., Execution], monkeypatch: pytest.MonkeyPatch
) -> None:
    def body(kernel: Mechanism) -> None:
        called: list[tuple[object, bool]] = []

        def write(target: Vcpu, *, enables: bool) -> None:
            called.append((target, enables))

        monkeypatch.setattr(kernel, "vgic_mmio_write_v3r_ctlr", write)
        kernel.handle_exit(kernel.kvm.vcpus[0], Access(f"lpis {'on' if enables else 'off'}", 0, 1))
        assert called == [(kernel.kvm.vcpus[1], enables)]

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

    def vgic_mmio_write_target(self, irq: VgicIrq, targets: int) -> None:
        pass

    def vgic_mmio_write_priority(self, irq: VgicIrq, priority: int) -> None:
        pass

    def vgic_mmio_write_group(self, irq: VgicIrq, group: int) -> None:
        pass

    def vgic_mmio_write_config(self, irq: VgicIrq, config: Config) -> None:
        pass

    def vgic_mmio_change_active(self, irq: VgicIrq, active: bool) -> None:
        pass

    def vgic_its_cmd_handle_movi(self, event: int, target: Vcpu) -> int:
        return 0

    def vgic_its_cmd_handle_clear(self, event: int) -> int:
        return 0

    def vgic_its_cmd_handle_inv(self, event: int) -> int:
        return 0


WRITES = [name for name, kind in ACCESSES.items() if kind.asks(1).field]


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("kernel", [Reference, ForgetsWrites])
def test_a_write_that_is_lost_is_found_and_one_that_is_not_is_not(
    name: str, kernel: type[Reference], call: Callable[..., Execution]
) -> None:
    def body(built: Mechanism) -> None:
        trace = judged(built.kvm)
        intid = 8192 if name in OF_EVENTS else 40
        irq = built.kvm.add_irq(intid, Config.EDGE, 0x80, 0)
        irq.enabled, irq.pending_latch = name != "enable", name in ("unpend", "clear")
        irq.active = name == "deactivate"
        access = Access(name, intid, WRITTEN.get(name, 1))
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
    written = ["route", "enable", "disable", "unpend", "priority"]
    assert [
        *written,
        "activate",
        "deactivate",
        "group",
        "trigger",
        "movi",
        "clear",
        "inv",
        "targets",
    ] == WRITES


@pytest.mark.parametrize("at_once", [False, True])
def test_a_move_is_not_missed_if_its_event_may_have_been_discarded_before(
    at_once: bool, call: Callable[..., Execution]
) -> None:
    """Another guest discards the event, while the move lasts or when it is over."""

    def body(kernel: Mechanism) -> None:
        trace = judged(kernel.kvm)
        kernel.kvm.add_irq(8192, Config.EDGE, 0x80, 0)
        move, discard = Access("movi", 8192, 1), Access("discard", 8192)
        trace.accessing(0, move)
        if at_once:
            trace.accessing(1, discard)
        trace.accessed(0, move)
        if at_once:
            trace.accessed(1, discard)

    outcome = call(body, nr_vcpus=2, irqs_off=False).outcome
    assert isinstance(outcome, Failed) is not at_once


def test_only_a_write_of_dir_is_asked_about_as_a_deactivation() -> None:
    assert [name for name, kind in ACCESSES.items() if kind.asks(0).deactivates] == [
        "dir",
        "dir page",
    ]
    asks = Access("dir", 40).asks
    assert (asks.writes, asks.field, asks.forgives, asks.announces) == (False, "", False, False)


def test_a_producer_that_is_attached_anew_halts_the_vm_and_resumes_it(
    in_kernel: Callable[..., Execution], operations: Callable[[Execution], list[str]]
) -> None:
    def body(kernel: Mechanism) -> None:
        kernel.kvm.add_irq(40, Config.EDGE, 0x80, 0)
        kernel.handle_exit(kernel.kvm.vcpus[0], Access("rebind", 40))
        assert [vcpu.pause.value for vcpu in kernel.kvm.vcpus] == [0, 0]

    story = operations(in_kernel(body, nr_vcpus=2, irqs_off=False))
    assert story.count("vcpu0: request requests[vcpu 1]") == 1
    assert not any("lock" in each for each in story), "he has none that others have"


class Reads(Tracepoints):
    """Notes what accesses read, and which lines devices drive."""

    def __init__(self) -> None:
        self.read_values: list[tuple[int, int]] = []
        self.lines: list[tuple[int, int, bool]] = []

    def read(self, vcpu: int, intid: int, value: int) -> None:
        self.read_values.append((intid, value))

    def driving(self, vcpu: int, intid: int, level: bool) -> None:
        self.lines.append((vcpu, intid, level))


@pytest.fixture
def hears(in_kernel: Callable[..., Execution]) -> Callable[..., Reads]:
    """Have vCPU 1 of two make some accesses; tell what they read and drive."""

    def run(*accesses: Access, prepare: Callable[[Mechanism], None]) -> Reads:
        heard = Reads()

        def body(kernel: Mechanism) -> None:
            prepare(kernel)
            kernel.trace = announcer((heard,))
            for access in accesses:
                kernel.handle_exit(kernel.kvm.vcpus[1], access)

        in_kernel(body, nr_vcpus=2, irqs_off=False)
        return heard

    return run


def one_of_each(kernel: Mechanism) -> None:
    """A level that is up, an edge that is active, and a PPI of each vCPU, pending on vCPU 1."""
    kvm = kernel.kvm
    kvm.add_irq(40, Config.LEVEL, 0x80, 0).line_level = True
    kvm.add_irq(41, Config.EDGE, 0x80, 0).active = True
    for vcpu in (0, 1):
        kvm.add_irq(20, Config.EDGE, 0x80, vcpu).pending_latch = bool(vcpu)


def test_a_read_tells_the_state_of_its_interrupt_and_of_a_private_one_the_readers_own(
    hears: Callable[..., Reads],
) -> None:
    there = [Access(kind, intid) for intid in (40, 41, 20) for kind in ("pending", "active")]
    heard = hears(*there, prepare=one_of_each)
    assert [value for _, value in heard.read_values] == [1, 0, 0, 1, 1, 0]


def test_a_read_of_an_interrupt_that_is_not_there_reads_zero(hears: Callable[..., Reads]) -> None:
    heard = hears(Access("pending", 99), Access("active", 99), prepare=one_of_each)
    assert heard.read_values == [(99, 0), (99, 0)]


def test_a_line_that_a_guest_drives_is_announced_as_a_devices(hears: Callable[..., Reads]) -> None:
    heard = hears(
        *(Access("raise", 20), Access("lower", 40), Access("raise", 99), Access("exits", 0)),
        prepare=one_of_each,
    )
    assert heard.lines == [(1, 20, True), (1, 40, False)]
    assert heard.read_values == []
