# SPDX-License-Identifier: GPL-2.0-only
"""What the unit tests of the room `stress` share: a pool without processes, and small tokens.

The pool is an executor (stress/campaign/executor.py) that computes its answers from a function, in
whatever order of completion a test wants.
"""

import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest

from harness import Deviation, Failure, Label, OsThreads
from stress.campaign.executor import Executor, Job, Outcome
from stress.campaign.plan import Plan
from stress.campaign.rerun import Reran, Rerun
from stress.campaign.work import Batch, Bug, Fact, Facts, is_compared
from stress.campaign.worker import Working, run_job
from stress.executions.target import Target
from stress.executions.token import Token
from stress.findings.example import Example
from stress.findings.inquiry import Answer, Inquiry
from stress.scenarios import SCENARIOS
from stress.shrinking import Size
from stress.system.garbage import Garbage
from vgic.accesses import ROUTE, Access
from vgic.data.intids import FIRST_SPI, Config
from vgic.data.program import Program, Pulse
from vgic.parameters import Irq, Parameters

SCENARIO = "inject_while_eoicount"


NOTHING = "0" * 16
"""A digest that no execution has."""

SIZE = Size(3, 2, 4, choices=9, preemptions=6, switches=7, steps=80)


def example_of(symptom: str, token: str, identity: str = "") -> Example:
    """Say a failure's story as a worker would."""
    return Example(
        failure=Failure(symptom.partition(" ")[0], f"seen in {token}"),
        symptom=symptom,
        identity=identity or symptom,
        token=token,
        original=f"{token}-as-found",
        before=SIZE,
        after=SIZE,
        replays=12,
        complete=True,
        columns="CPU 0",
        on_screen="CPU 0",
        commit="a paragraph",
        timeline="{}",
        repro="TOKEN",
    )


@dataclass
class FakePool:
    """Keeps the contract of a pool: as many batches at once as jobs, and every answer once.

    Attributes:
        fact: what one execution shows.
        jobs: how many batches can be under way.
        order: which of those under way completes next.
        bug_in: the execution that shows a bug of the harness.
        shrunk: the token that a failure in an execution shrinks to.
        identity: what a failure with a symptom in an execution shrinks to.
        differs: what comes out otherwise in a fresh process: the index of an execution, or a token.
        dies_shrinking: nothing comes of an inquiry after the failure is confirmed.
        inquiries: those asked for so far.
        compared: the executions that were run once more so far.
    """

    fact: Callable[[str, int], Fact]
    jobs: int = 1
    order: random.Random = field(default_factory=lambda: random.Random(0))
    bug_in: int | None = None
    shrunk: Callable[[str, int], str] = lambda name, index: f"vs1-{name}-{index}"
    identity: Callable[[str, int], str] = lambda symptom, index: symptom
    differs: Callable[[int | str], bool] = lambda what: False
    dies_shrinking: bool = False
    inquiries: list[Inquiry] = field(default_factory=list)
    compared: list[int] = field(default_factory=list)
    under_way: deque[Batch | Inquiry] = field(default_factory=deque)
    rerunning: deque[Rerun] = field(default_factory=deque)

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
    def can_rerun(self) -> bool:
        return not self.rerunning

    @property
    def busy(self) -> bool:
        return bool(self.under_way or self.rerunning)

    def submit(self, job: Job) -> None:
        if isinstance(job, Rerun):
            assert self.can_rerun
            self.rerunning.append(job)
        else:
            assert self.idle
            self.under_way.append(job)

    def answers(self, timeout_s: float) -> list[Outcome]:
        count = len(self.under_way) + len(self.rerunning)
        which = self.order.randrange(count)
        if which >= len(self.under_way):
            return [self._rerun(self.rerunning.popleft())]
        self.under_way.rotate(which)
        job = self.under_way.popleft()
        return [self._facts(job)] if isinstance(job, Batch) else self._inquire(job)

    def _rerun(self, rerun: Rerun) -> Reran:
        those = [each.index for each in rerun.executions]
        self.compared += those
        wrong = [each for each in rerun.executions if each.digest == NOTHING]
        what: list[int | str] = [*those, *rerun.tokens]
        different = [each for each in what if self.differs(each)]
        differences = tuple(f"{each} differs" for each in (*wrong, *different))
        return Reran(rerun.number, len(those) + len(rerun.tokens), differences)

    def _facts(self, batch: Batch) -> Facts | Bug:
        if self.bug_in in [index for _, index in batch.items]:
            return Bug(batch.number, f"nondeterminism in execution {self.bug_in}")
        facts = (self.fact(name, index) for name, index in batch.items)
        strategy = [SCENARIOS[name].strategy(batch.strategy, index) for name, index in batch.items]
        return Facts(
            batch.number,
            tuple(
                replace(
                    each,
                    strategy=which,
                    digest="d" if is_compared(each.index) else None,
                )
                for each, which in zip(facts, strategy, strict=True)
            ),
        )

    def _inquire(self, inquiry: Inquiry) -> list[Outcome]:
        self.inquiries.append(inquiry)
        ((name, index),) = inquiry.items
        fact = self.fact(name, index)
        assert fact.signature is not None
        token = self.shrunk(name, index)
        example = example_of(fact.signature, token, self.identity(fact.signature, index))
        found = example_of(fact.signature, f"vs1-{name}-{index}-as-found")
        return [
            Answer(inquiry.number, name, index, fact.strategy, found, last=False),
            Bug(inquiry.number, "a worker died")
            if self.dies_shrinking
            else Answer(inquiry.number, name, index, fact.strategy, example),
        ]


@dataclass
class InsidePool(FakePool):
    """Does what a worker does, in this process: what a test has put out of order is so there."""

    fact: Callable[[str, int], Fact] = field(init=False)
    working: Working = field(kw_only=True)

    def answers(self, timeout_s: float) -> list[Outcome]:
        job = self.rerunning.popleft() if self.rerunning else self.under_way.popleft()
        said: list[Outcome] = []
        return [*said, run_job(job, self.working, said.append)]


@pytest.fixture
def inside_pool() -> Iterator[Executor]:
    """Return a pool without processes that does what the workers do."""
    with OsThreads(pinned=False) as carriers:
        yield InsidePool(working=Working(carriers, Garbage()))


@pytest.fixture
def fake_pool() -> Callable[..., Executor]:
    """Return a maker of pools without processes; it takes the fields of FakePool."""
    return lambda *args, **options: FakePool(*args, **options)


@pytest.fixture
def example() -> Callable[..., Example]:
    """Return a maker of examples: symptom, token, and identity if it is another."""
    return example_of


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
            "target": Target(),
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
            guests=(
                Program.spelled("aenm", (0, 4), (Access(ROUTE, FIRST_SPI, 1),)),
                Program.spelled("", (1,)),
            ),
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
