# SPDX-License-Identifier: GPL-2.0-only
"""Do bugs, revisions and a user's own class go together, and say so where they do not?"""

from itertools import combinations

import pytest

from vgic import BUGS, REVISIONS, V1, CompositionError, patched
from vgic.bugs.canary import Canary
from vgic.bugs.no_splice import NoSplice
from vgic.composition import compose
from vgic.composition.compose import named_bug, named_revision, overridden
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.revisions.head_walk import HeadWalk


def test_a_revision_without_bugs_is_itself() -> None:
    assert compose(HeadWalk, []) is HeadWalk


@pytest.mark.parametrize("revision", REVISIONS.values(), ids=list(REVISIONS))
@pytest.mark.parametrize("name", BUGS)
def test_every_bug_goes_into_every_revision(revision: type[V1], name: str) -> None:
    kernel = compose(revision, [name])
    assert issubclass(kernel, revision)
    for function, override in overridden(BUGS[name]).items():
        assert getattr(kernel, function) is override


def test_a_revision_keeps_its_own_decisions_beside_a_bug() -> None:
    kernel = compose(HeadWalk, ["no_splice"])
    assert kernel.replug_overflow is NoSplice.replug_overflow
    assert kernel.eoicount_candidates is HeadWalk.eoicount_candidates
    assert kernel.split_ap_list is HeadWalk.split_ap_list


def test_a_bug_wins_over_a_users_class_that_knows_nothing_of_it() -> None:
    class Mine(V1):
        def replug_overflow(self, vcpu: Vcpu) -> None:
            pass

        def announce_migration(self, target: Vcpu) -> None:
            pass

    kernel = compose(Mine, ["no_splice"])
    assert kernel.replug_overflow is NoSplice.replug_overflow
    assert kernel.announce_migration is Mine.announce_migration


def test_the_order_and_number_of_bugs_do_not_matter() -> None:
    once = compose(V1, ["canary", "no_splice"])
    again = compose(V1, ["no_splice", "canary", "no_splice"])
    for kernel in (once, again):
        assert kernel.replug_overflow is NoSplice.replug_overflow
        assert kernel.fold_pending is Canary.fold_pending


def test_bugs_on_different_decisions_go_together() -> None:
    for first, second in combinations(BUGS, 2):
        if not set(overridden(BUGS[first])) & set(overridden(BUGS[second])):
            assert issubclass(compose(V1, [first, second]), V1)


def test_two_bugs_on_one_decision_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class AlsoOnSplice(V1):
        def replug_overflow(self, vcpu: Vcpu) -> None:
            pass

    monkeypatch.setitem(BUGS, "also_on_splice", AlsoOnSplice)
    with pytest.raises(CompositionError) as refused:
        compose(V1, ["no_splice", "also_on_splice"])
    for part in ("no_splice", "also_on_splice", "replug_overflow"):
        assert part in str(refused.value)


@pytest.mark.parametrize(("wrong", "right"), [("no_splize", "no_splice"), ("canari", "canary")])
def test_an_unknown_bug_names_the_nearest(wrong: str, right: str) -> None:
    with pytest.raises(CompositionError, match=f"did you mean {right}"):
        named_bug(wrong)
    with pytest.raises(CompositionError, match=f"did you mean {right}"):
        compose(V1, [wrong])


@pytest.mark.parametrize(
    ("wrong", "right"), [("v1-post", "v1-posted"), ("headwalk", "head-walk"), ("v2", "v1")]
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


@pytest.mark.parametrize("kernel", [*REVISIONS.values(), *BUGS.values()])
def test_what_is_shipped_passes_as_a_patch(kernel: type[V1]) -> None:
    patched(kernel)


def test_a_patch_that_overrides_functions_and_decisions_passes() -> None:
    class Mine(V1):
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
    patch = type("Mine", (V1,), {wrong: lambda self, vcpu: None})
    with pytest.raises(CompositionError) as refused:
        patched(patch)
    for part in ("Mine", wrong, f"did you mean {right}?"):
        assert part in str(refused.value)


def test_a_wrong_name_in_a_base_class_of_the_patch_is_refused_too() -> None:
    base = type("Base", (V1,), {"no_such_function": lambda self: None})
    with pytest.raises(CompositionError, match="Base defines no_such_function"):
        patched(type("Mine", (base,), {}))


def test_the_run_loop_cannot_be_overridden() -> None:
    patch = type("Mine", (V1,), {"kvm_arch_vcpu_ioctl_run": lambda self, vcpu, guest: None})
    with pytest.raises(CompositionError, match="Mine overrides kvm_arch_vcpu_ioctl_run"):
        patched(patch)
