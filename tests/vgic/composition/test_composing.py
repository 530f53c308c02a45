# SPDX-License-Identifier: GPL-2.0-only
"""Do bugs, revisions and a user's own class go together, and say so where they do not?"""

import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import partialmethod
from itertools import combinations

import pytest

from harness import Execution, OldName
from tests.fixtures.judged import restarts_of
from vgic import (
    BUGS,
    REVISIONS,
    Bug,
    CompositionError,
    Mechanism,
    Reference,
    Revision,
    named_bug,
    named_revision,
    patched,
    true_name,
)
from vgic import named_bug as bug_named
from vgic import named_revision as revision_named
from vgic.bugs.canary import Canary
from vgic.bugs.no_splice import NoSplice
from vgic.bugs.prune_active import PruneActive
from vgic.composition import compose
from vgic.composition.composing import overridden
from vgic.data.intids import Config
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.revisions.head_walk import HeadWalk


def test_a_revision_without_bugs_is_itself() -> None:
    assert compose(HeadWalk, []) is HeadWalk


@pytest.mark.parametrize("revision", REVISIONS.values(), ids=list(REVISIONS))
@pytest.mark.parametrize("name", BUGS)
def test_a_bug_goes_into_the_revisions_that_it_applies_to_and_no_other(
    revision: Revision, name: str
) -> None:
    bug = BUGS[name]
    if revision.name not in bug.revisions:
        with pytest.raises(CompositionError) as refused:
            compose(revision.cls, [name])
        for part in (name, f"does not apply to {revision.name}", *bug.revisions):
            assert part in str(refused.value)
        return
    kernel = compose(revision.cls, [name])
    assert issubclass(kernel, revision.cls)
    for function, override in overridden(bug.cls).items():
        assert getattr(kernel, function) is override
        assert getattr(revision.cls, function) is not override
    assert kernel.never_crosses == revision.cls.never_crosses | bug.cls.never_crosses


def test_a_bug_does_not_apply_to_a_class_derived_from_another_revision() -> None:
    class Mine(HeadWalk):
        def announce_migration(self, target: Vcpu) -> None:
            pass

    with pytest.raises(CompositionError, match="no_splice does not apply to head-walk"):
        compose(Mine, ["no_splice"])
    assert issubclass(compose(Mine, ["prune_active"]), Mine)


def test_a_bug_applies_to_a_class_that_is_derived_from_no_revision() -> None:
    class Mine(Mechanism):
        pass

    assert issubclass(compose(Mine, ["no_splice", "stale_summary"]), Mine)


def test_a_revision_keeps_its_own_decisions_beside_a_bug() -> None:
    kernel = compose(HeadWalk, ["prune_active"])
    assert kernel.prune_target is PruneActive.prune_target
    assert kernel.eoicount_candidates is HeadWalk.eoicount_candidates
    assert kernel.split_ap_list is HeadWalk.split_ap_list


def test_a_bug_wins_over_a_users_class_that_knows_nothing_of_it() -> None:
    class Mine(Reference):
        def replug_overflow(self, vcpu: Vcpu) -> None:
            pass

        def announce_migration(self, target: Vcpu) -> None:
            pass

    kernel = compose(Mine, ["no_splice"])
    assert kernel.replug_overflow is NoSplice.replug_overflow
    assert kernel.announce_migration is Mine.announce_migration


def test_the_order_and_number_of_bugs_do_not_matter() -> None:
    once = compose(Reference, ["canary", "no_splice"])
    again = compose(Reference, ["no_splice", "canary", "no_splice"])
    for kernel in (once, again):
        assert kernel.replug_overflow is NoSplice.replug_overflow
        assert kernel.fold_pending is Canary.fold_pending


def test_bugs_on_different_decisions_go_together() -> None:
    for first, second in combinations(BUGS, 2):
        if not set(overridden(BUGS[first].cls)) & set(overridden(BUGS[second].cls)):
            assert issubclass(compose(Reference, [first, second]), Reference)


def test_two_bugs_on_one_decision_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class AlsoOnSplice(Mechanism):
        def replug_overflow(self, vcpu: Vcpu) -> None:
            pass

    another = replace(BUGS["no_splice"], name="also_on_splice", cls=AlsoOnSplice)
    monkeypatch.setitem(BUGS, "also_on_splice", another)
    with pytest.raises(CompositionError) as refused:
        compose(Reference, ["no_splice", "also_on_splice"])
    for part in ("no_splice", "also_on_splice", "replug_overflow"):
        assert part in str(refused.value)


@pytest.mark.parametrize(("wrong", "right"), [("no_splize", "no_splice"), ("canari", "canary")])
def test_an_unknown_bug_names_the_nearest(wrong: str, right: str) -> None:
    with pytest.raises(CompositionError, match=f"did you mean {right}"):
        named_bug(wrong)
    with pytest.raises(CompositionError, match=f"did you mean {right}"):
        compose(Reference, [wrong])


@pytest.mark.parametrize(
    ("wrong", "right"), [("v1-post", "v1-posted"), ("headwalk", "head-walk"), ("V1", "reference")]
)
def test_an_unknown_revision_names_the_nearest(wrong: str, right: str) -> None:
    with pytest.raises(CompositionError, match=f"did you mean {right}\\?"):
        named_revision(wrong)


@pytest.mark.parametrize("wrong", ["", "?", "\N{SNOWMAN}", "x" * 500])
def test_a_name_like_no_other_is_refused_all_the_same(wrong: str) -> None:
    with pytest.raises(CompositionError):
        named_bug(wrong)
    with pytest.raises(CompositionError):
        named_revision(wrong)


@pytest.mark.parametrize("record", [*REVISIONS.values(), *BUGS.values()])
def test_what_is_shipped_passes_as_a_patch(record: Revision | Bug) -> None:
    patched(record.cls)


def test_an_alias_is_read_as_the_revision_it_is_of() -> None:
    assert true_name("v1") == named_revision("v1").name == "reference"
    assert named_revision("v1") is named_revision("reference")


@pytest.mark.parametrize("name", [*REVISIONS, "my_patch.py:MyKernel", "v2"])
def test_what_is_no_alias_is_its_own_true_name(name: str) -> None:
    assert true_name(name) == name


def test_a_patch_that_overrides_functions_and_decisions_passes() -> None:
    class Mine(Reference):
        def vgic_prune_ap_list(self, vcpu: Vcpu) -> None:
            self._helper()

        def takes_lr(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
            return True

        def _helper(self) -> None:
            pass

    patched(Mine)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("vgic_prune_aplist", "vgic_prune_ap_list"),
        ("target_oracle", "vgic_target_oracle"),
        ("split_aplist", "split_ap_list"),
    ],
)
def test_a_patch_with_a_wrong_name_is_refused_with_the_nearest(wrong: str, right: str) -> None:
    patch = type("Mine", (Reference,), {wrong: lambda self, vcpu: None})
    with pytest.raises(CompositionError) as refused:
        patched(patch)
    for part in ("Mine", wrong, f"did you mean {right}?"):
        assert part in str(refused.value)


def test_a_wrong_name_in_a_base_class_of_the_patch_is_refused_too() -> None:
    base = type("Base", (Reference,), {"no_such_function": lambda self: None})
    with pytest.raises(CompositionError, match="Base defines no_such_function"):
        patched(type("Mine", (base,), {}))


@pytest.mark.parametrize("name", ["flush", "sync"])
def test_what_announces_for_whoever_replaces_the_loop_cannot_be_overridden(name: str) -> None:
    patch = type("Mine", (Reference,), {name: lambda self, vcpu: None})
    with pytest.raises(CompositionError, match=f"Mine overrides {name}"):
        patched(patch)


# Do revisions, bugs and a user's own class go together in fact, in a kernel that runs?
#
# What is composed is called here, not only looked at; and what cannot be put together is refused
# with a message that helps.


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


@pytest.mark.parametrize("name", ["kvm_arch_vcpu_ioctl_run", "enter_guest_mode"])
def test_the_run_loop_and_its_steps_are_functions_to_override(name: str) -> None:
    assert overridden(patched(patch(**{name: nothing}))) == {name: nothing}


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_patch_over_any_revision_is_checked_for_what_is_its_own(revision: str) -> None:
    base = REVISIONS[revision].cls
    patched(type("Mine", (base,), {"vgic_sort_ap_list": nothing}))
    with pytest.raises(CompositionError, match="vgic_sort_ap_list"):
        patched(type("Mine", (base,), {"vgic_sort_ap_lst": nothing}))


class CallsTheOldName:
    """Like a patch that was written against 0.1."""

    def announce_pending(self, vcpu: Vcpu) -> None:
        self.watch.crossed("queue_retry")  # type: ignore[attr-defined]
        self.watch.crossed("of my own")  # type: ignore[attr-defined]
        self.watch.retried(vcpu, moved=True)  # type: ignore[attr-defined]
        super().announce_pending(vcpu)  # type: ignore[misc]


def test_what_a_patch_called_watch_works_and_is_said_to_be_old(
    in_kernel: Callable[..., Execution],
) -> None:
    with pytest.warns(OldName, match=r"CallsTheOldName.announce_pending: self.watch is self.trace"):
        kernel = patched(CallsTheOldName)

    def body(built: Mechanism) -> None:
        built.announce_pending(built.kvm.vcpus[0])
        assert restarts_of(built) == {"migration"}

    in_kernel(body, kernel=kernel)


def test_a_patch_that_uses_no_old_name_is_loaded_without_a_warning() -> None:
    class Announces(Reference):
        def announce_pending(self, vcpu: Vcpu) -> None:
            self.trace.crossed("queue_retry")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        patched(Announces)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("_prune_own_lists", "_prune_own_list"),
        ("_migrate_irq", "migrate_irq"),
        ("_still_to_queue", "still_to_queue"),
    ],
)
def test_a_helper_that_nothing_calls_and_is_nearly_one_of_the_kernels_is_refused(
    name: str, near: str
) -> None:
    with pytest.raises(CompositionError, match=f"did you mean {near}"):
        patched(type("Mine", (Reference,), {name: nothing}))


def test_a_helper_that_only_itself_calls_is_called_by_nothing() -> None:
    def _prune_own_lists(self: Mechanism, vcpu: Vcpu) -> None:
        self._prune_own_lists(vcpu)  # type: ignore[attr-defined]

    with pytest.raises(CompositionError, match="did you mean _prune_own_list"):
        patched(type("Mine", (Reference,), {"_prune_own_lists": _prune_own_lists}))


def calls_it(kernel: Mechanism, vcpu: Vcpu) -> None:
    kernel._prune_own_lists(vcpu)  # type: ignore[attr-defined]


def calls_what_calls_it(kernel: Mechanism, vcpu: Vcpu) -> None:
    calls_it(kernel, vcpu)


def decorated(function: Callable[..., None]) -> Callable[..., None]:
    def instead(self: Mechanism, vcpu: Vcpu) -> None:
        function(self, vcpu)

    return instead


def by_its_name(kernel: Mechanism, vcpu: Vcpu) -> None:
    getattr(kernel, "_prune_own_lists")(vcpu)  # noqa: B009  as a patch may have it


@pytest.mark.parametrize(
    "function",
    [
        calls_it,
        calls_what_calls_it,
        by_its_name,
        decorated(calls_it),
        partialmethod(calls_it),
        staticmethod(calls_it),
        property(calls_it),  # type: ignore[arg-type]
    ],
)
def test_a_helper_of_ones_own_may_have_any_name_if_it_is_used(function: object) -> None:
    theirs = {"vgic_sort_ap_list": nothing, "_mine": function, "_prune_own_lists": nothing}
    patched(type("Mine", (Reference,), theirs))


def test_a_helper_of_ones_own_may_have_any_name_that_is_far_from_the_kernels() -> None:
    patched(type("Mine", (Reference,), {"vgic_sort_ap_list": nothing, "_counted": nothing}))
    patched(type("Mine", (Reference,), {"_prune_own_list": nothing}))
