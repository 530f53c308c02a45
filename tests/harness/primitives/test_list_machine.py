# SPDX-License-Identifier: GPL-2.0-only
"""Does the intrusive ring do what Python lists do, whatever is done to it in whatever order?"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from harness import ListHead, Node, Scheduler
from harness.engine.strategy import Quiet

COUNT = 6
SIDES = st.sampled_from([0, 1])


class Rings(RuleBasedStateMachine):
    """Two rings and six nodes beside two Python lists."""

    def __init__(self) -> None:
        super().__init__()
        self.scheduler = Scheduler(Quiet())
        self.nodes = [Node(i, f"node{i}") for i in range(COUNT)]
        self.heads = [self.new_head("left"), self.new_head("right")]
        self.lists: list[list[int]] = [[], []]

    def new_head(self, name: str) -> ListHead[int]:
        head: ListHead[int] = ListHead(self.scheduler, "head", name)
        head.init()
        head.population = COUNT
        return head

    @property
    def free(self) -> list[int]:
        return [i for i in range(COUNT) if i not in self.lists[0] + self.lists[1]]

    @precondition(lambda self: self.free)
    @rule(side=SIDES, which=st.integers(0, COUNT))
    def add_tail(self, side: int, which: int) -> None:
        i = self.free[which % len(self.free)]
        self.heads[side].add_tail(self.nodes[i])
        self.lists[side].append(i)

    @precondition(lambda self: len(self.free) < COUNT)
    @rule(which=st.integers(0, COUNT))
    def delete(self, which: int) -> None:
        linked = self.lists[0] + self.lists[1]
        i = linked[which % len(linked)]
        side = 0 if i in self.lists[0] else 1
        self.heads[side].delete(self.nodes[i])
        self.lists[side].remove(i)
        assert not self.nodes[i].linked
        assert self.nodes[i].next.name == "LIST_POISON1"
        assert self.nodes[i].prev.name == "LIST_POISON2"

    @precondition(lambda self: not self.lists[1])
    @rule(which=st.integers(0, COUNT))
    def cut_position(self, which: int) -> None:
        """Cut the first `keep` entries off the left ring; 0 means: before all of them."""
        left, right = self.heads
        keep = which % (len(self.lists[0]) + 1)
        last: Node[int] = self.nodes[self.lists[0][keep - 1]] if keep else left
        right.cut_position(left, last)
        self.lists = [self.lists[0][keep:], self.lists[0][:keep]]

    @rule(side=SIDES)
    def splice_tail_init(self, side: int) -> None:
        self.heads[side].splice_tail_init(self.heads[1 - side])
        self.lists[side] += self.lists[1 - side]
        self.lists[1 - side] = []

    @rule(side=SIDES)
    def replace(self, side: int) -> None:
        new = self.new_head("new")
        new.replace(self.heads[side])
        self.heads[side] = new

    @rule(side=SIDES, order=st.permutations(range(COUNT)))
    def reorder(self, side: int, order: list[int]) -> None:
        self.lists[side].sort(key=order.index)
        self.heads[side].reorder([self.nodes[i] for i in self.lists[side]])

    @rule(side=SIDES)
    def delete_all_while_walking(self, side: int) -> None:
        for i in self.heads[side].entries_safe():
            self.heads[side].delete(self.nodes[i])
        self.lists[side] = []

    @invariant()
    def the_rings_are_well_formed_and_hold_what_the_lists_hold(self) -> None:
        assert [head.verify() for head in self.heads] == self.lists

    @invariant()
    def walks_see_what_the_lists_hold(self) -> None:
        assert [list(head.entries()) for head in self.heads] == self.lists
        assert [list(head.entries_safe()) for head in self.heads] == self.lists

    @invariant()
    def questions_are_answered_as_of_the_lists(self) -> None:
        assert [head.empty for head in self.heads] == [not items for items in self.lists]
        for i, node in enumerate(self.nodes):
            assert node.linked is (i not in self.free)
            for head, items in zip(self.heads, self.lists, strict=True):
                assert head.is_last(node) is (items[-1:] == [i])


TestRings = Rings.TestCase
TestRings.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
