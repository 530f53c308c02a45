# SPDX-License-Identifier: GPL-2.0-only
"""Which function does a signature name?"""

from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from harness import Execution, Failed, Failure, Scheduler
from harness.engine import frames, model_function

Run = Callable[..., Execution]


@pytest.fixture
def observing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let what a test registers be forgotten after it."""
    monkeypatch.setattr(frames, "_observing", frames._observing)
    yield
    frames.is_observer.cache_clear()


def module(name: str, source: str) -> ModuleType:
    """Make a module without a file."""
    made = ModuleType(name)
    exec(source, vars(made))  # its functions have the module's globals, as imported ones do
    return made


def named_by(run: Run, body: Callable[[Callable[[], None]], None]) -> tuple[str, ...]:
    """Return the functions that a failure inside of `body` names."""

    def program(scheduler: Scheduler) -> None:
        def fail() -> None:
            scheduler.fail(Failure("wrong", "wrong", functions=(model_function(),)))

        scheduler.thread("t0", lambda: body(fail_in_the_harness(fail)))

    outcome = run(program).outcome
    assert isinstance(outcome, Failed)
    return outcome.failure.functions


def fail_in_the_harness(fail: Callable[[], None]) -> Callable[[], None]:
    """Return a function of the harness, to the rule, that calls this one."""
    inside: Callable[[Callable[[], None]], Callable[[], None]] = module(
        "harness.inside", "def of(_fail):\n    def inside():\n        _fail()\n    return inside\n"
    ).of
    return inside(_renamed(fail))


def _renamed(fail: Callable[[], None]) -> Callable[[], None]:
    def _fail() -> None:
        fail()

    fail.__code__ = fail.__code__.replace(co_name="_fail")
    return _fail


def test_the_innermost_function_of_the_code_under_test_is_named(run: Run) -> None:
    def inner(fail: Callable[[], None]) -> None:
        fail()

    def outer(fail: Callable[[], None]) -> None:
        inner(fail)

    assert named_by(run, outer) == ("inner",)


def test_a_helper_a_lambda_and_a_comprehension_are_what_their_caller_does(run: Run) -> None:
    def _helper(fail: Callable[[], None]) -> None:
        [each() for each in (fail,)]

    def caller(fail: Callable[[], None]) -> None:
        (lambda: _helper(fail))()

    assert named_by(run, caller) == ("caller",)


@pytest.mark.parametrize("name", ["judges", "judges.lists"])
def test_a_package_that_observes_is_passed_over_with_all_that_is_in_it(
    run: Run, observing: None, name: str
) -> None:
    judge = module(name, "def judge(fail):\n    fail()\n").judge

    def caller(fail: Callable[[], None]) -> None:
        judge(fail)

    assert named_by(run, caller) == ("judge",)
    frames.observes("judges")
    assert named_by(run, caller) == ("caller",)


def test_a_module_whose_name_only_begins_like_it_does_not_observe(
    run: Run, observing: None
) -> None:
    frames.observes("judges")
    judge = module("judgement", "def judge(fail):\n    fail()\n").judge
    assert named_by(run, judge) == ("judge",)
    assert named_by(run, module("judges2", "def judge(fail):\n    fail()\n").judge) == ("judge",)


@pytest.mark.parametrize("name", ["carry", "execute"])
def test_code_under_test_may_have_functions_called_as_those_of_the_harness(
    run: Run, name: str
) -> None:
    same = module("theirs", f"def {name}(fail):\n    fail()\n")
    assert named_by(run, getattr(same, name)) == (name,)


def test_what_asks_for_an_execution_is_no_part_of_it(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        scheduler.fail(Failure("wrong", "wrong", functions=frames.model_stack(None)))

    def outside() -> Execution:
        def in_setting_up(scheduler: Scheduler) -> None:
            here.append(model_function())

        here: list[str] = []
        run(in_setting_up_only(in_setting_up))
        assert here == ["in_setting_up"]
        return run(program)

    assert isinstance(outside().outcome, Failed)


def in_setting_up_only(observe: Callable[[Scheduler], None]) -> Callable[[Scheduler], None]:
    def _program(scheduler: Scheduler) -> None:
        observe(scheduler)
        scheduler.thread("t0", lambda: None)

    return _program
