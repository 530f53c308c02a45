# SPDX-License-Identifier: GPL-2.0-only
"""What the tests of the judging share: a machine run quietly, and what was said of it."""

from collections.abc import Callable

import pytest

from harness import Execution, Failed
from vgic import Machine, Mechanism, Parameters

RunMachine = Callable[..., tuple[Execution, Machine]]
Judge = Callable[[Parameters, type[Mechanism]], str | None]


@pytest.fixture
def kind_of(run_machine: RunMachine) -> Judge:
    """Run a machine; return the kind of what is wrong with it, None if nothing is."""

    def run(parameters: Parameters, kernel: type[Mechanism]) -> str | None:
        outcome = run_machine(parameters, kernel=kernel)[0].outcome
        return outcome.failure.kind if isinstance(outcome, Failed) else None

    return run


@pytest.fixture
def windows_of(run_machine: RunMachine) -> Callable[[Parameters], set[str]]:
    """Run a machine in which nothing may be wrong; return the windows it came through."""

    def run(parameters: Parameters) -> set[str]:
        execution, machine = run_machine(parameters)
        assert not isinstance(execution.outcome, Failed), execution.outcome.failure
        return machine.windows

    return run
