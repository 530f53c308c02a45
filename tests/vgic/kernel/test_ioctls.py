# SPDX-License-Identifier: GPL-2.0-only
"""Do ioctls take what they have to, and wait for those who may still read what they replace?"""

from collections.abc import Callable, Sequence

import pytest

from harness import Execution, Failed, Failure, OsThreads, Passed, Scheduler, execute
from harness.engine.strategy import Quiet
from harness.engine.trace import entry_text
from vgic import Machine, Mechanism, Parameters, Reference
from vgic.accesses import ACTIVE, EXITS, SGI, Access
from vgic.composition import compose
from vgic.data import (
    ATTRIBUTES,
    CLOSE,
    CONTEXTS,
    IOCTLS,
    ROUTES,
    UNREGISTER,
    Config,
    HostEvent,
    Ioctls,
    Kvm,
    Program,
    Pulse,
)
from vgic.data.resampled import ResampledDevice
from vgic.kernel import EBUSY
from vgic.parameters import Irq
from vgic.tracepoints import announcer

RunMachine = Callable[..., tuple[Execution, Machine]]
Body = Callable[[Mechanism], None]


def outcome_of(
    *threads: tuple[str, Body], kernel: type[Mechanism] = Reference, lock_order: bool = True
) -> Execution:
    """Run threads over a VM of two vCPUs that user space calls ioctls of, each until it waits."""

    def program(scheduler: Scheduler) -> None:
        kvm = Kvm(scheduler, nr_lr=1, nr_vcpus=2, lock_order=lock_order)
        kvm.ioctls = Ioctls(kvm.locks, 2, None)
        kvm.add_irq(32, Config.EDGE, 0x80, 0)
        built = kernel(kvm, announcer())
        for vcpu in kvm.vcpus:
            built.kvm_vgic_vcpu_init(vcpu)
        scheduler.at_end.clear()  # nobody tears the VM down
        for role, body in threads:
            scheduler.thread(role, lambda body=body: body(built))  # type: ignore[misc]

    with OsThreads(pinned=False) as carriers:
        return execute(program, Quiet(), carriers)


def kind_of(execution: Execution) -> str | None:
    outcome = execution.outcome
    return outcome.failure.kind if isinstance(outcome, Failed) else None


def ioctls_of(kernel: Mechanism) -> Ioctls:
    assert kernel.kvm.ioctls is not None
    return kernel.kvm.ioctls


@pytest.mark.parametrize("busy", [None, 0, 1])
def test_attributes_are_read_if_no_vcpu_is_in_an_ioctl_of_its_own(busy: int | None) -> None:
    def body(kernel: Mechanism) -> None:
        mutexes = ioctls_of(kernel).mutexes
        if busy is not None:
            mutexes[busy].lock()
        returned = kernel.vgic_v3_attr_regs_access()
        assert returned == (0 if busy is None else -EBUSY)
        held = [n for n, mutex in enumerate(mutexes) if mutex.owner is not None]
        assert held == ([] if busy is None else [busy]), "what it had taken it has released"
        if busy is not None:
            mutexes[busy].unlock()

    # One thread stands for two here, and has what it would have to take the other way round.
    assert isinstance(outcome_of(("host0", body), lock_order=False).outcome, Passed)


def test_all_mutexes_are_only_taken_with_the_lock_of_the_vm_held() -> None:
    def body(kernel: Mechanism) -> None:
        kernel.kvm_trylock_all_vcpus()

    assert kind_of(outcome_of(("host0", body))) == "lock not held"


def test_the_bus_is_only_changed_with_its_lock_held() -> None:
    assert kind_of(outcome_of(("host0", lambda kernel: kernel.kvm_io_bus_unregister_dev()))) == (
        "lock not held"
    )


def reads_active(kernel: Mechanism) -> None:
    kernel.kvm_handle_guest_abort(kernel.kvm.vcpus[0], Access(ACTIVE, 32))


def unregisters(kernel: Mechanism) -> None:
    kernel.kvm_deassign_ioeventfd()


class InSection(Quiet):
    """Goes over to the other thread where one has entered its section and looked."""

    next_point = 0

    def __init__(self, at: str) -> None:
        self.at = at

    def pick(self, step: int, me: object, options: Sequence[object]) -> int:
        at = str(getattr(me, "op", ""))
        if at.startswith(self.at) and len(options) > 1:
            self.at = "nothing more"
            return 1
        return 0


def between(
    at: str, reader: Body, writer: Body, kernel: type[Mechanism], *, lock_order: bool = True
) -> Execution:
    """Have the writer go on when the reader is about to do something, for as long as he can."""

    def program(scheduler: Scheduler) -> None:
        kvm = Kvm(scheduler, nr_lr=1, nr_vcpus=2, lock_order=lock_order)
        kvm.ioctls = Ioctls(kvm.locks, 2, None)
        kvm.add_irq(32, Config.EDGE, 0x80, 0)
        built = kernel(kvm, announcer())
        for vcpu in kvm.vcpus:
            built.kvm_vgic_vcpu_init(vcpu)
        scheduler.at_end.clear()
        scheduler.thread("vcpu0", lambda: reader(built))
        scheduler.thread("host0", lambda: writer(built))

    with OsThreads(pinned=False) as carriers:
        return execute(program, InSection(at), carriers)


def injects(kernel: Mechanism) -> None:
    kernel.kvm_set_irq(kernel.kvm.vcpus[0], 32, level=True)


def test_who_is_notified_of_an_end_goes_by_the_routes_all_the_while() -> None:
    """And looks in them for each line that he drives, which the device asks for again here."""

    def body(kernel: Mechanism) -> None:
        (irq,) = kernel.kvm.irqs
        irq.resampled = device = ResampledDevice(kernel.scheduler, irq.name)
        device.ask()
        kernel.kvm_notify_acked_irq(irq)

    execution = outcome_of(("vcpu0", body))
    assert isinstance(execution.outcome, Passed)
    told = [entry_text(each) for each in execution.trace]
    sections = [each for each in told if "irq_srcu" in each or each.startswith("use kvm_irq")]
    assert [each.split()[0] for each in sections] == ["read_lock", *(["read_lock", "use"] * 2)]


def writes_routes(kernel: Mechanism) -> None:
    kernel.kvm_set_irq_routing()


@pytest.mark.parametrize(
    ("at", "reader", "writer", "bug"),
    [
        ("use kvm_io_bus", reads_active, unregisters, "bus_freed_in_use"),
        ("use kvm_irq_routing_table", injects, writes_routes, "routes_freed_in_use"),
    ],
)
def test_who_goes_by_what_is_replaced_is_waited_for(
    at: str, reader: Body, writer: Body, bug: str
) -> None:
    assert isinstance(between(at, reader, writer, Reference).outcome, Passed)
    assert kind_of(between(at, reader, writer, compose(Reference, [bug]))) == "use after free"


@pytest.mark.parametrize("lock_order", [True, False])
def test_readers_are_waited_for_with_nothing_held_that_they_take(lock_order: bool) -> None:
    """Without the order of locks only a deadlock is one: it is there, and not only possible."""
    kernel = compose(Reference, ["waits_under_config_lock"])
    for revision, found in (
        (Reference, None),
        (kernel, "lock order" if lock_order else "deadlock"),
    ):
        execution = between(
            "lock config_lock", reads_active, unregisters, revision, lock_order=lock_order
        )
        assert kind_of(execution) == found


def machine(*events: HostEvent, waits: bool = False) -> Parameters:
    """Two vCPUs that access something, and a device that injects all the time."""
    accesses = (Access(ACTIVE, 32), Access(SGI, 3, 1), Access(EXITS, 0), Access(ACTIVE, 33))
    guest = Program.spelled("mamnmem" + "w" * waits, (0,), accesses)
    return Parameters(
        nr_lr=1,
        irqs=tuple(Irq(intid, Config.EDGE, 0x80, intid - 32) for intid in (32, 33)),
        guests=(guest, guest),
        devices=(tuple(Pulse(32 + n % 2, True, 2, 0, ("", *CONTEXTS)[n % 3]) for n in range(9)),),
        host=events,
    )


@pytest.mark.parametrize("kind", IOCTLS)
@pytest.mark.parametrize("pause", [0, 5, 30, 200])
@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize("ends", [False, True])
def test_user_space_may_call_at_any_time(
    run_machine: RunMachine, kind: str, pause: int, waits: bool, ends: bool
) -> None:
    last = (HostEvent(CLOSE, 0, 3),) if ends else ()
    execution, built = run_machine(machine(HostEvent(kind, 0, pause), *last, waits=waits))
    assert isinstance(execution.outcome, Passed), execution.outcome
    told = [entry_text(each) for each in execution.trace]
    assert any(each.startswith("lock vcpu->mutex[vcpu 1]") for each in told)
    done = {
        ATTRIBUTES: "lock kvm->lock",
        UNREGISTER: "free kvm_io_bus",
        ROUTES: "free kvm_irq_routing_table",
    }[kind]
    assert any(each.startswith(done) for each in told)
    built.retire()


def test_what_traps_as_a_system_register_is_no_access_to_the_bus(run_machine: RunMachine) -> None:
    execution, _ = run_machine(machine(HostEvent(ROUTES, 0, 0)))
    told = [entry_text(each) for each in execution.trace]
    by_each = ["read_lock srcu" in each for each in told]
    assert sum(by_each) == 4, "two reads of each guest, and none of its SGIs and counted exits"


def test_where_user_space_calls_nothing_nobody_takes_a_mutex(run_machine: RunMachine) -> None:
    execution, built = run_machine(machine())
    assert built.kvm.ioctls is None
    told = [entry_text(each) for each in execution.trace]
    assert not any("vcpu->mutex" in each or "srcu" in each for each in told)


def test_a_vcpu_that_took_a_lock_of_ioctls_would_close_a_circle(
    first_failure: Callable[..., Failure | None],
) -> None:
    failure = first_failure(compose(Reference, ["kvm_lock_in_run"]), "ioctls_beside_vcpus", 60)
    assert failure is not None
    assert failure.lock_classes == ("vcpu->mutex", "kvm->lock")
