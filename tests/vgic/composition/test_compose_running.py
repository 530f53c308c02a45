# SPDX-License-Identifier: GPL-2.0-only
"""Do revisions, bugs and a user's own class go together in fact, in a kernel that runs?

What is composed is called here, not only looked at; and what cannot be put together is refused
with a message that helps.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from harness import Execution
from vgic import BUGS, REVISIONS, Bug, CompositionError, Mechanism, Reference, patched
from vgic import named_bug as bug_named
from vgic import named_revision as revision_named
from vgic.composition import compose
from vgic.data.intids import Config
from vgic.data.vcpu import Vcpu, VgicIrq

OnVcpu0 = Callable[..., Execution]
Listed = Callable[..., list[int]]


class TellsTheStory(Mechanism):
    """A bug that goes on to what it stands in front of."""

    def split_ap_list(self, vcpu: Vcpu, last: VgicIrq) -> None:
        self.scheduler.note("before the split")
        super().split_ap_list(vcpu, last)


TELLS = Bug(name="tells", cls=TellsTheStory, found_as=("nothing",), guest_sees=False)


def flush_three(kernel: Mechanism) -> None:
    """One list register and three that want it."""
    vcpu = kernel.kvm.vcpus[0]
    for intid in (32, 33, 34):
        kernel.kvm.add_irq(intid, Config.EDGE, 0x80, 0)
        kernel.kvm_vgic_inject_irq(None, intid, level=True)
    kernel.kvm_vgic_flush_hwstate(vcpu)


@pytest.mark.parametrize(
    ("revision", "left"),
    [("reference", [33, 34]), ("head-walk", [])],
    ids=["reference", "head-walk"],
)
def test_super_in_a_bug_goes_on_to_the_revision_it_was_put_into(
    revision: str,
    left: list[int],
    monkeypatch: pytest.MonkeyPatch,
    on_vcpu0: OnVcpu0,
    listed: Listed,
) -> None:
    monkeypatch.setitem(BUGS, "tells", TELLS)

    def body(kernel: Mechanism) -> None:
        flush_three(kernel)
        assert listed(kernel.kvm.vcpus[0], overflow=True) == left

    kernel = compose(REVISIONS[revision].cls, ["tells"])
    execution = on_vcpu0(body, kernel=kernel, nr_lr=1)
    assert ("before the split",) in execution.trace


def test_a_bug_and_a_revision_both_have_their_way(on_vcpu0: OnVcpu0, listed: Listed) -> None:
    # The canary drops the edge, so prune takes it off: head-walk's list keeps the two others.
    def with_canary(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        flush_three(kernel)
        assert listed(vcpu) == [32, 33, 34]
        kernel.kvm_vgic_sync_hwstate(vcpu)
        assert listed(vcpu) == [33, 34]
        assert kernel.leaves_guest_mode_before_sync()

    on_vcpu0(with_canary, kernel=compose(REVISIONS["head-walk"].cls, ["canary"]), nr_lr=1)


def test_two_bugs_on_different_decisions_both_have_their_way(
    on_vcpu0: OnVcpu0, listed: Listed
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        flush_three(kernel)
        kernel.kvm_vgic_sync_hwstate(vcpu)
        assert listed(vcpu) == []
        assert listed(vcpu, overflow=True) == [33, 34]

    on_vcpu0(body, kernel=compose(Reference, ["canary", "no_splice"]), nr_lr=1)


def test_composing_leaves_the_revision_and_the_bug_as_they_were(
    on_vcpu0: OnVcpu0, listed: Listed
) -> None:
    compose(Reference, ["canary"])

    def body(kernel: Mechanism) -> None:
        flush_three(kernel)
        kernel.kvm_vgic_sync_hwstate(kernel.kvm.vcpus[0])
        assert listed(kernel.kvm.vcpus[0]) == [32, 33, 34]

    on_vcpu0(body, nr_lr=1)


def test_two_bugs_on_one_decision_are_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    again = type("Again", (Mechanism,), dict(vars(TellsTheStory)))
    monkeypatch.setitem(BUGS, "tells", TELLS)
    monkeypatch.setitem(BUGS, "tells_again", replace(TELLS, name="tells_again", cls=again))
    with pytest.raises(CompositionError) as refused:
        compose(Reference, ["tells_again", "tells"])
    for word in ("tells", "tells_again", "split_ap_list"):
        assert word in str(refused.value)


@pytest.mark.parametrize("name", BUGS)
def test_a_bug_with_a_letter_missing_is_told_its_name(name: str) -> None:
    with pytest.raises(CompositionError, match=rf"\b{name}\b"):
        bug_named(name[:3] + name[4:])


@pytest.mark.parametrize("name", REVISIONS)
def test_a_revision_with_a_letter_too_many_is_told_its_name(name: str) -> None:
    with pytest.raises(CompositionError, match=rf"\b{name}\b"):
        revision_named(f"{name}x")


def patch(**members: object) -> type[Mechanism]:
    return type("MyKernel", (Reference,), members)


def nothing(self: Mechanism, vcpu: Vcpu) -> None:
    """A function of a user's patch."""


def test_a_users_helpers_are_his_own_business() -> None:
    patched(patch(_mine=nothing, __doc__="Mine.", vgic_sort_ap_list=nothing))


@pytest.mark.parametrize("wrong", ["vgic_sort_aplist", "vgic_sort_ap_lists"])
def test_a_name_the_kernel_lacks_is_refused_with_the_nearest(wrong: str) -> None:
    with pytest.raises(CompositionError, match=r"vgic_sort_ap_list\b") as refused:
        patched(patch(**{wrong: nothing}))
    assert wrong in str(refused.value)
    assert "MyKernel" in str(refused.value)


def test_the_run_loop_is_no_function_to_override() -> None:
    with pytest.raises(CompositionError, match="kvm_arch_vcpu_ioctl_run"):
        patched(patch(kvm_arch_vcpu_ioctl_run=nothing))


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_patch_over_any_revision_is_checked_for_what_is_its_own(revision: str) -> None:
    base = REVISIONS[revision].cls
    patched(type("Mine", (base,), {"vgic_sort_ap_list": nothing}))
    with pytest.raises(CompositionError, match="vgic_sort_ap_list"):
        patched(type("Mine", (base,), {"vgic_sort_ap_lst": nothing}))
