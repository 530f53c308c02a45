# SPDX-License-Identifier: GPL-2.0-only
"""What the unit tests of the room `stress` share: a pool without processes, and small tokens.

The pool has the interface of stress.pool.Pool and computes its answers from a function, in
whatever order of completion a test wants.
"""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import pytest

from harness import Deviation, Failure, Label
from stress.campaign import Plan
from stress.pool import Pool
from stress.subject import Subject
from stress.token import Token
from stress.work import Batch, Bug, Example, Fact, Facts
from vgic.irq import FIRST_SPI, Config
from vgic.parameters import Irq, Parameters
from vgic.program import ROUTE, Access, Program, Pulse

SCENARIO = "inject_while_eoicount"


def example_of(fact: Fact, token: str) -> Example:
    """Say a failure's story as a worker would."""
    kind = (fact.signature or "").partition(" ")[0]
    return Example(Failure(kind, f"seen in {fact.index}"), token, deviations=1)


@dataclass
class FakePool:
    """Keeps the contract of a pool: as many batches at once as jobs, and every answer once.

    Attributes:
        fact: what one execution shows.
        jobs: how many batches can be under way.
        order: which of those under way completes next.
        bug_in: the execution that shows a bug of the harness.
    """

    fact: Callable[[str, int], Fact]
    jobs: int = 1
    order: random.Random = field(default_factory=lambda: random.Random(0))
    bug_in: int | None = None
    under_way: deque[Batch] = field(default_factory=deque)

    def __enter__(self) -> "FakePool":
        return self

    def __exit__(self, *exception: object) -> None:
        self.under_way.clear()

    def kill(self) -> None:
        self.under_way.clear()

    @property
    def idle(self) -> bool:
        return len(self.under_way) < self.jobs

    @property
    def busy(self) -> bool:
        return bool(self.under_way)

    def submit(self, batch: Batch) -> None:
        assert self.idle
        self.under_way.append(batch)

    def answers(self, timeout_s: float) -> list[Facts | Bug]:
        self.under_way.rotate(self.order.randrange(len(self.under_way)))
        return [self._answer(self.under_way.popleft())]

    def _answer(self, batch: Batch) -> Facts | Bug:
        if self.bug_in in [index for _, index in batch.items]:
            return Bug(batch.number, f"nondeterminism in execution {self.bug_in}")
        facts = tuple(self.fact(name, index) for name, index in batch.items)
        examples: dict[str, Example] = {}
        for fact in facts:
            if fact.signature is not None and fact.signature not in batch.known:
                token = f"vs1-{fact.scenario}-{fact.index}"
                examples.setdefault(fact.signature, example_of(fact, token))
        return Facts(batch.number, facts, examples)


@pytest.fixture
def fake_pool() -> Callable[..., Pool]:
    """Return a maker of pools without processes; it takes the fields of FakePool."""
    return lambda *args, **options: cast(Pool, FakePool(*args, **options))


@pytest.fixture
def fact() -> Callable[..., Fact]:
    """Return a maker of facts, with quiet defaults."""

    def make(scenario: str = SCENARIO, index: int = 0, **fields: object) -> Fact:
        values = {"strategy": "pct", "steps": 10, "windows": frozenset(), "signature": None}
        return Fact(scenario, index, **(values | fields))  # type: ignore[arg-type]

    return make


@pytest.fixture
def plan() -> Callable[..., Plan]:
    """Return a maker of plans, with the defaults of a small campaign."""

    def make(**fields: object) -> Plan:
        values = {
            "subject": Subject(),
            "scenarios": [SCENARIO],
            "seed": 7,
            "strategy": "mix",
            "executions": 100,
        }
        return Plan(**(values | fields))  # type: ignore[arg-type]

    return make


@pytest.fixture
def token() -> Token:
    """Return a token with something in every field."""
    return Token(
        scenario=SCENARIO,
        parameters=Parameters(
            nr_lr=2,
            irqs=(
                Irq(FIRST_SPI, Config.EDGE, 0x40, 0),
                Irq(FIRST_SPI + 1, Config.LEVEL, 0xF8, 1),
            ),
            guests=(Program("aenm", (0, 4), (Access(ROUTE, FIRST_SPI, 1),)), Program("", (1,))),
            devices=((Pulse(FIRST_SPI, True, 3), Pulse(FIRST_SPI + 1, False, 0)), ()),
        ),
        revision="patch.py:MyKernel",
        bugs=("no_splice", "canary"),
        patch=("MyKernel", "0123456789abcdef"),
        deviations=(
            Deviation("start", 0, "dev0"),
            Deviation("vcpu1", 3, "vcpu0", Label("lock", "vgic_prune_ap_list", "irq_lock", 2)),
        ),
        signature="I13 active state lost in kvm_vgic_sync_hwstate",
        digest="a7c5e08f7dd411cf",
        model="02d354e068f1",
    )
