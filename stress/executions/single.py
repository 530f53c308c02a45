# SPDX-License-Identifier: GPL-2.0-only
"""One execution from end to end: parameters in, verdict out; and its token, confirmed."""

from dataclasses import dataclass, replace

from harness import (
    Carriers,
    DivergedFrom,
    Execution,
    Failed,
    Failure,
    HarnessBug,
    Scheduler,
    Strategy,
    Streams,
    execute,
)
from harness.detectors.lock_order import Learned
from harness.engine import Touch
from harness.schedule import Labels, StrictReplay
from harness.search.strategies import STRATEGIES
from stress.executions.source import model_digest
from stress.executions.subject import Subject
from stress.executions.token import Token
from stress.scenarios import Scenario
from vgic import Machine, Mechanism, Parameters


@dataclass(frozen=True)
class Single:
    """One execution and what is known of it.

    Attributes:
        parameters: the machine and its programs.
        execution: what happened.
        windows: the windows it crossed.
        orders: the orders in which it took locks.
    """

    parameters: Parameters
    execution: Execution
    windows: frozenset[str]
    orders: tuple[Learned, ...] = ()


def run_parameters(
    parameters: Parameters,
    kernel: type[Mechanism],
    strategy: Strategy,
    carriers: Carriers,
    *,
    listening: bool = False,
) -> Single:
    """Run a machine once.

    Args:
        parameters: the machine and its programs.
        kernel: what is tested.
        strategy: decides the schedule.
        carriers: what the threads run on.
        listening: have the execution say what its steps touched.

    Raises:
        HarnessBug: the harness's own code raised an exception.
    """
    machines: list[Machine] = []

    def program(scheduler: Scheduler) -> None:
        machines.append(Machine(scheduler, parameters, kernel))

    touches: list[Touch] | None = [] if listening else None
    execution = execute(program, strategy, carriers, touches=touches)
    if not machines:
        return Single(parameters, execution, frozenset())
    machine = machines[-1]
    windows, orders = frozenset(machine.windows), machine.kvm.order.learned()
    machine.retire()
    return Single(parameters, execution, windows, orders)


def run_index(
    scenario: Scenario,
    seed: int,
    index: int,
    strategy: str,
    kernel: type[Mechanism],
    carriers: Carriers,
    *,
    listening: bool = False,
) -> Single:
    """Run one execution of a campaign; it depends on nothing but these arguments.

    Args:
        scenario: which scenario.
        seed: the campaign's seed.
        index: the number of the execution, from 0.
        strategy: the strategy's name, or the mix.
        kernel: what is tested.
        carriers: what the threads run on.
        listening: have the execution say what its steps touched.

    Raises:
        HarnessBug: the harness's own code raised an exception.
    """
    streams = Streams(seed, scenario.name, index)
    chosen = STRATEGIES[scenario.strategy(strategy, index)]
    schedule = chosen(streams.stream("schedule"), scenario.length)
    parameters = scenario.draw(streams)
    return run_parameters(parameters, kernel, schedule, carriers, listening=listening)


def confirm(
    single: Single, scenario: str, subject: Subject, kernel: type[Mechanism], carriers: Carriers
) -> tuple[Token, Failure]:
    """Label a failure's schedule, replay it strictly, and return its token.

    Raises:
        HarnessBug: the execution does not fail, or its replay differs.
    """
    execution, outcome = single.execution, single.execution.outcome
    if not isinstance(outcome, Failed):
        raise HarnessBug("nondeterminism: an execution that failed does not fail again")
    unlabelled = _unlabelled(single, scenario, outcome.failure.signature, subject)
    return labelled(unlabelled, execution, subject, kernel, carriers), outcome.failure


def witness(
    single: Single,
    scenario: str,
    signature: str,
    subject: Subject,
    kernel: type[Mechanism],
    carriers: Carriers,
) -> Token:
    """Return the token of an execution that need not fail itself, but shows something.

    Args:
        single: the execution.
        scenario: where its parameters come from.
        signature: what it is a part of.
        subject: what it was run on.
        kernel: the same, as a class.
        carriers: what the threads run on.

    Raises:
        HarnessBug: its replay differs.
    """
    execution = single.execution
    token = _unlabelled(single, scenario, signature, subject)
    return labelled(token, execution, subject, kernel, carriers)


def labelled(
    token: Token,
    execution: Execution,
    subject: Subject,
    kernel: type[Mechanism],
    carriers: Carriers,
) -> Token:
    """Make a token of what an execution of its parameters did, labelled and replayed strictly.

    Args:
        token: the parameters, and the signature.
        execution: an execution of these parameters.
        subject: what it was run on.
        kernel: the same, as a class.
        carriers: what the threads run on.

    Raises:
        HarnessBug: a replay differs from the execution.
    """
    labels = Labels(execution.deviations)
    _same(execution, run_parameters(token.parameters, kernel, labels, carriers).execution)
    strict = StrictReplay(labels.labelled)
    _same(execution, run_parameters(token.parameters, kernel, strict, carriers).execution)
    return replace(
        token,
        revision=subject.revision,
        bugs=subject.bugs,
        patch=subject.patch_identity(),
        deviations=tuple(labels.labelled),
        digest=execution.digest,
        model=model_digest(),
    )


def _unlabelled(single: Single, scenario: str, signature: str, subject: Subject) -> Token:
    return Token(
        scenario=scenario,
        parameters=single.parameters,
        revision=subject.revision,
        bugs=subject.bugs,
        patch=subject.patch_identity(),
        deviations=single.execution.deviations,
        signature=signature,
        digest=single.execution.digest,
        model=model_digest(),
    )


def _same(first: Execution, second: Execution) -> None:
    if first.digest != second.digest:
        raise HarnessBug(
            f"nondeterminism: the same schedule gave {outcome_text(first)} (digest "
            f"{first.digest}) "
            f"and then {outcome_text(second)} (digest {second.digest}); something in the code "
            "under test depends on time, identity, hashing or an earlier execution"
        )


def outcome_text(execution: Execution) -> str:
    """Say in a word or two what came of an execution."""
    outcome = execution.outcome
    if isinstance(outcome, Failed):
        return f"{outcome.failure.signature!r}"
    if isinstance(outcome, DivergedFrom):
        return f"another way at step {outcome.step}"
    return type(outcome).__name__.lower()
