# SPDX-License-Identifier: GPL-2.0-only
"""What the programs about lifetimes share: a session, which threads open, look up and close."""

from harness import KmemCache, Node, Refcount, SlabObject
from harness.primitives import life_of

ROUNDS = 4
"""How often a thread does the same again, so that a window is met in a few hundred schedules."""


class Session(SlabObject):
    """What the programs share: something with references to it and a field."""

    def __init__(self, cache: KmemCache) -> None:
        super().__init__(cache)
        name = life_of(self).name
        self.refs = Refcount(cache.scheduler, "refs", name, inside=self)
        self.node: Node[Session] = Node(self, name)
        self.bytes = 0
