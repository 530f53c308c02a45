# SPDX-License-Identifier: GPL-2.0-only
"""Is every way to corrupt an intrusive list found, by name, and does no broken ring ever hang?"""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import ListHead, ModelFailure, Node, Scheduler
from harness.engine.strategy import Quiet

COUNT = 4


class Ring:
    """A list of `a`, `b`, `c`, `d`, whose walks are bounded by four."""

    def __init__(self, entries: str = "abcd") -> None:
        self.scheduler = Scheduler(Quiet())
        self.head = self.new_head("vcpu0")
        self.nodes = {name: Node(name, name) for name in "abcd"}
        for name in entries:
            self.head.add_tail(self.nodes[name])

    def new_head(self, instance: str) -> ListHead[str]:
        head: ListHead[str] = ListHead(self.scheduler, "ap_list", instance)
        head.init()
        head.population = COUNT
        return head


def corruption(action: Callable[[], object]) -> str:
    """Do what has to be reported as list corruption; return the message."""
    with pytest.raises(ModelFailure) as caught:
        action()
    assert caught.value.failure.kind == "list corruption"
    return caught.value.failure.message


@pytest.mark.parametrize(("entries", "longer_than"), [("", -1), ("a", 0), ("abcd", 3)])
def test_a_list_is_longer_than_one_less_than_it_has(entries: str, longer_than: int) -> None:
    head = Ring(entries).head
    answers = [length for length in range(6) if head.is_longer_than(length)]
    assert answers == list(range(longer_than + 1))


def test_nodes_are_walked_from_the_beginning_or_after_one() -> None:
    ring = Ring()
    assert [node.name for node in ring.head.nodes()] == ["a", "b", "c", "d"]
    assert [node.name for node in ring.head.nodes(after=ring.nodes["b"])] == ["c", "d"]
    assert list(ring.head.nodes(after=ring.nodes["d"])) == []
    assert list(Ring("").head.nodes()) == []


def test_a_walk_of_nodes_does_not_go_on_for_ever() -> None:
    ring = Ring()
    ring.nodes["d"].next = ring.nodes["a"]
    message = corruption(lambda: list(ring.head.nodes()))
    assert message == "the walk of ap_list[vcpu0] does not end after 5 entries"


def test_the_entry_of_a_node_is_what_it_links_and_a_head_has_none() -> None:
    ring = Ring()
    assert [ring.head.entry_of(node) for node in ring.head.nodes()] == ["a", "b", "c", "d"]
    message = corruption(lambda: ring.head.entry_of(ring.new_head("vcpu1")))
    assert message == "the walk of ap_list[vcpu0] takes ap_list[vcpu1] for an entry: a list head"


def test_the_entry_of_a_deleted_entrys_link_is_named_as_such() -> None:
    ring = Ring()
    ring.head.delete(ring.nodes["b"])
    message = corruption(lambda: ring.head.entry_of(ring.nodes["b"].next))
    assert message == "the walk of ap_list[vcpu0] runs into LIST_POISON1: a deleted entry's link"


def test_a_deleted_node_is_poisoned() -> None:
    ring = Ring()
    ring.head.delete(ring.nodes["b"])
    assert ring.nodes["b"].next.name == "LIST_POISON1"
    assert ring.nodes["b"].prev.name == "LIST_POISON2"
    assert ring.head.verify() == ["a", "c", "d"]


def test_a_report_says_where_the_entry_was_deleted() -> None:
    ring = Ring()

    def prune() -> None:
        ring.head.delete(ring.nodes["b"])

    def fold() -> None:
        for _ in ring.head.entries():
            prune()

    ring.head.delete(ring.nodes["a"])
    with pytest.raises(ModelFailure) as caught:
        fold()
    assert caught.value.failure.details == (
        "used by    start at step 0: fold",
        "b deleted by start at step 0: prune",
    )


def test_deleting_twice_is_found() -> None:
    ring = Ring()
    ring.head.delete(ring.nodes["b"])
    message = corruption(lambda: ring.head.delete(ring.nodes["b"]))
    assert message == "b is deleted from ap_list[vcpu0] but is on no list"


def test_deleting_what_was_never_added_is_found() -> None:
    ring = Ring("a")
    assert "b is deleted" in corruption(lambda: ring.head.delete(ring.nodes["b"]))


def test_adding_what_is_on_a_list_is_found() -> None:
    ring = Ring()
    other = ring.new_head("vcpu1")
    message = corruption(lambda: other.add_tail(ring.nodes["b"]))
    assert message == "b is added to ap_list[vcpu1] while it is on a list"


def test_adding_again_after_deleting_is_fine() -> None:
    ring = Ring()
    ring.head.delete(ring.nodes["b"])
    ring.head.add_tail(ring.nodes["b"])
    assert ring.head.verify() == ["a", "c", "d", "b"]


def test_deleting_between_neighbours_that_do_not_agree_is_found() -> None:
    ring = Ring()
    ring.nodes["a"].next = ring.nodes["c"]
    corruption(lambda: ring.head.delete(ring.nodes["b"]))


def test_the_function_that_corrupts_is_named() -> None:
    ring = Ring()

    def deletes_twice() -> None:
        ring.head.delete(ring.nodes["b"])
        ring.head.delete(ring.nodes["b"])

    with pytest.raises(ModelFailure) as caught:
        deletes_twice()
    assert caught.value.failure.functions == ("deletes_twice",)


def test_a_walk_that_stands_on_a_deleted_entry_runs_into_the_poison() -> None:
    ring = Ring()

    def walk_and_delete() -> None:
        for name in ring.head.entries():
            ring.head.delete(ring.nodes[name])

    assert "LIST_POISON1" in corruption(walk_and_delete)


def test_a_safe_walk_may_delete_the_entry_it_stands_on() -> None:
    ring = Ring()
    for name in ring.head.entries_safe():
        ring.head.delete(ring.nodes[name])
    assert ring.head.empty
    assert ring.head.verify() == []


# A head before its init(), and one whose entries were spliced elsewhere.


@pytest.mark.parametrize(
    "use",
    [
        lambda head, _: head.add_tail(Node("x", "x")),
        lambda head, _: list(head.entries()),
        lambda head, _: list(head.entries_safe()),
        lambda head, _: head.verify(),
        lambda head, ring: head.splice_tail_init(ring.head),
        lambda head, ring: ring.head.splice_tail_init(head),
        lambda head, ring: ring.head.splice_tail(head),
        lambda head, ring: ring.head.replace(head),
        lambda head, ring: ring.head.cut_position(head, ring.nodes["a"]),
    ],
)
def test_a_head_that_is_used_before_its_init_is_found(
    use: Callable[[ListHead[str], Ring], object],
) -> None:
    ring = Ring()
    raw: ListHead[str] = ListHead(ring.scheduler, "overflow", "0")
    raw.population = COUNT
    message = corruption(lambda: use(raw, ring))
    assert message == "overflow[0] is used before its init(): INIT_LIST_HEAD has to come first"
    assert ring.head.verify() == ["a", "b", "c", "d"]
    assert not raw.empty, "as in the kernel: NULL is not the head itself"


@pytest.mark.parametrize(
    "make",
    [
        lambda head, _: head.init(),
        lambda head, ring: head.replace(ring.head),
        lambda head, ring: head.cut_position(ring.head, ring.nodes["d"]),
        lambda head, _: head.reorder([]),
    ],
)
def test_what_writes_both_links_of_a_head_makes_it_a_list(
    make: Callable[[ListHead[str], Ring], object],
) -> None:
    ring = Ring()
    raw: ListHead[str] = ListHead(ring.scheduler, "overflow", "0")
    raw.population = COUNT
    make(raw, ring)
    assert raw.verify() in ([], ["a", "b", "c", "d"])


def test_a_splice_without_init_leaves_the_other_head_dangling() -> None:
    ring = Ring("ab")
    other = ring.new_head("vcpu1")
    other.add_tail(ring.nodes["c"])
    other.add_tail(ring.nodes["d"])
    ring.head.splice_tail(other)
    assert ring.head.verify() == ["a", "b", "c", "d"]
    assert not other.empty
    met = "the walk of ap_list[vcpu1] takes ap_list[vcpu0] for an entry: a list head"
    assert corruption(lambda: list(other.entries())) == met
    other.init()
    assert other.verify() == []


def test_a_splice_of_an_empty_list_changes_nothing() -> None:
    ring = Ring("ab")
    ring.head.splice_tail(ring.new_head("vcpu1"))
    assert ring.head.verify() == ["a", "b"]


# A head copied by value: two pointers copied, and nobody who pointed at the original is told.


def copied() -> tuple[Ring, ListHead[str]]:
    ring = Ring()
    copy = ring.new_head("copy")
    copy.copy_from(ring.head)
    return ring, copy


def test_a_walk_of_a_copied_head_ends_at_the_original_and_names_it() -> None:
    _, copy = copied()
    message = corruption(lambda: list(copy.entries()))
    assert message == "the walk of ap_list[copy] takes ap_list[vcpu0] for an entry: a list head"


def test_a_walk_of_a_copied_head_sees_the_entries_before_that() -> None:
    _, copy = copied()
    walked: list[str] = []

    def walk() -> None:
        for name in copy.entries():
            walked.append(name)  # noqa: PERF402

    corruption(walk)
    assert walked == list("abcd")


def test_verify_of_a_copied_head_says_who_points_where() -> None:
    _, copy = copied()
    assert corruption(copy.verify) == (
        "on ap_list[copy] ap_list[copy] is followed by a, which is preceded by ap_list[vcpu0]"
    )


def test_a_copied_head_is_broken_also_when_the_original_starts_afresh() -> None:
    ring, copy = copied()
    ring.head.init()
    assert ring.head.verify() == []
    corruption(copy.verify)
    assert "ap_list[vcpu0]" in corruption(lambda: list(copy.entries()))


def test_a_head_of_an_empty_list_copied_by_value_takes_the_original_for_an_entry() -> None:
    ring = Ring("")
    copy = ring.new_head("copy")
    copy.copy_from(ring.head)
    assert not copy.empty
    assert "ap_list[vcpu0]" in corruption(lambda: list(copy.entries()))


def test_a_replaced_head_is_whole_and_the_right_way_to_do_it() -> None:
    ring = Ring()
    new = ring.new_head("new")
    new.replace(ring.head)
    assert new.verify() == list("abcd")


def test_replacing_the_head_of_an_empty_list_gives_an_empty_list() -> None:
    ring = Ring("")
    new = ring.new_head("new")
    new.replace(ring.head)
    assert new.empty
    assert new.verify() == []


def test_cutting_an_empty_list_changes_nothing() -> None:
    ring = Ring("")
    side = ring.new_head("side")
    side.cut_position(ring.head, ring.head)
    assert side.verify() == ring.head.verify() == []


# Broken rings: whatever the pointers, a walk ends.


def test_a_ring_without_its_head_does_not_hang_a_walk() -> None:
    ring = Ring()
    ring.nodes["d"].next = ring.nodes["b"]
    message = corruption(lambda: list(ring.head.entries()))
    assert "ap_list[vcpu0] does not end" in message
    corruption(ring.head.verify)


def test_a_longer_ring_than_there_are_entries_is_found_though_well_formed() -> None:
    ring = Ring()
    ring.head.population = COUNT - 1
    corruption(ring.head.verify)
    corruption(lambda: list(ring.head.entries()))


@given(st.lists(st.integers(0, COUNT), min_size=10, max_size=10))
@settings(max_examples=150, deadline=None)
def test_no_broken_ring_hangs_a_walk_or_passes_as_whole(targets: list[int]) -> None:
    ring = Ring("")
    nodes: list[Node[str]] = [ring.head, *ring.nodes.values()]
    for node, forward, backward in zip(nodes, targets[:5], targets[5:], strict=True):
        node.next, node.prev = nodes[forward], nodes[backward]
    for walk in (ring.head.entries, ring.head.entries_safe):
        walked: list[str] = []
        with suppress(ModelFailure):
            for entry in walk():
                walked.append(entry)  # noqa: PERF402
        assert len(walked) <= COUNT
    try:
        entries = ring.head.verify()
    except ModelFailure:
        return
    backward_walk = []
    at = ring.head.prev
    while at is not ring.head:
        backward_walk.append(at.entry)
        at = at.prev
    assert backward_walk[::-1] == entries == list(ring.head.entries())
