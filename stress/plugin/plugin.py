# SPDX-License-Identifier: GPL-2.0-only
"""The pytest plugin: tests explore schedules, and replay what they have found.

    @pytest.mark.schedules(executions=200)
    def test_my_queue(schedules): schedules.explore(two_producers)

    @pytest.mark.vgic_stress("inject_while_eoicount", executions=200, kernel=MyKernel)
    def test_my_kernel_loses_nothing() -> None: ...

A finding fails the test, and what it says ends with the line that replays it, which is also a
property of the test case in JUnit XML. The seed is fixed unless `--vgic-seed` says otherwise, so
a red test stays red. Loaded by entry point into every session, so it imports no more than pytest
until it is needed.
"""

from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, NoReturn

import pytest

from stress.plugin import fixture
from stress.plugin.capture import SESSIONS, say_aloud
from stress.plugin.counts import put_into
from stress.plugin.failing import (
    NotClean,
    ReplayedClean,
    ReplayFailed,
    SchedulesFailed,
    as_it_counts,
    headline,
    is_harness_fault,
    not_clean_in,
)
from stress.plugin.fixture import schedules
from stress.plugin.marker import (
    HELP,
    MARKER,
    SCHEDULES_HELP,
    BadMarker,
    is_ours,
    wrongly_marked,
)
from stress.plugin.options import add_options, check_options, is_findings, register_scenarios
from stress.plugin.replays import REPLAYS
from stress.plugin.running import Running, runs
from stress.plugin.summary import summarise
from stress.plugin.tokens import OPTION, PROPERTY, not_for, not_for_one_test, read_tokens

__all__ = ["schedules"]

_UNUSABLE = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers and check the options."""
    SESSIONS.append(config)
    config.addinivalue_line("markers", HELP)
    config.addinivalue_line("markers", SCHEDULES_HELP)
    check_options(config)
    register_scenarios(config)
    read_tokens(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Forget the session."""
    if config in SESSIONS:
        SESSIONS.remove(config)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the tests of kept findings alone, unless they are asked for by name."""
    return True if collection_path.is_dir() and is_findings(collection_path, config) else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Divide a test into its shards."""
    fixture.divide(metafunc)


def pytest_collection_finish(session: pytest.Session) -> None:
    """A token belongs to one test."""
    config = session.config
    text = "" if config.getoption(OPTION) is None else not_for_one_test(session.items)
    if text and not hasattr(config, "workerinput"):
        raise pytest.UsageError(text)
    if text:
        # A worker of xdist that raises is a crash; whatever is sent to it says why it fails.
        config.stash[_UNUSABLE] = text


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: Sequence[str]) -> None:
    """Say the same as soon as a worker of xdist has collected: here it ends the session."""
    if node.config.getoption(OPTION) is not None and len(ids) > 1:
        raise pytest.UsageError(not_for(len(ids)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Run what the test is marked with, then the body."""
    if _UNUSABLE in item.config.stash:
        pytest.fail(item.config.stash[_UNUSABLE], pytrace=False)
    wrong, rule = wrongly_marked(item)
    if wrong:
        _bad_marker(wrong, rule)
    _run_marker(item)
    if item.config.getoption(OPTION) is None or _has_replayed(item):
        with _noticing(item), runs(item):
            return (yield)
    wrong = "the token is of nothing that this test explores"
    try:
        with _noticing(item), runs(item):
            yield
    except ReplayedClean:
        return None
    except ReplayFailed as replay:
        raise replay.failed from None
    except Exception as error:
        if isinstance(error, SchedulesFailed) or is_harness_fault(error):
            raise
        wrong = f"it ended with {error!r} before it came to what the token is of"
    if not _settled(item):
        pytest.fail(wrong, pytrace=False)
    return None


def _has_replayed(item: pytest.Item) -> bool:
    """Say whether the marker of a test has replayed what was to be."""
    return REPLAYS in item.stash and item.stash[REPLAYS].passed


def _settled(item: pytest.Item) -> bool:
    """Replay what was put off to the end of a test; say whether anything was replayed."""
    from stress.plugin.ending import ending

    with ending(item):
        return REPLAYS in item.stash and item.stash[REPLAYS].settle()


def _noticing(item: pytest.Item) -> AbstractContextManager[None]:
    """Return a context in which it is said of a test of ours that it stands still."""
    if not is_ours(item):
        return nullcontext()
    from stress.plugin.noticing import noticed

    return noticed(item.nodeid, say_aloud)


def _run_marker(item: pytest.Item) -> None:
    marker = item.get_closest_marker(MARKER)
    if marker is None:
        return
    from stress.plugin.ending import ending
    from stress.plugin.marked import stress
    from stress.plugin.task import task_of

    try:
        with ending(item):
            stress(marker.args, marker.kwargs, lambda marked: task_of(item, marked))
    except BadMarker as error:
        wrong = str(error)
    else:
        return
    _bad_marker(wrong, HELP)


def _bad_marker(wrong: str, rule: str) -> NoReturn:
    from harness.engine import printable_text

    pytest.fail(f"bad marker: {printable_text(wrong)}\n{rule}", pytrace=False)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Have a report say what was tried, and whether it is a failure or an error."""
    settled = _settle(item, call, ())
    report = yield
    # What a TestCase of unittest has raised is known by now only.
    settled += _settle(item, call, settled)
    commands = [(PROPERTY, each.replay_command) for each in settled if each.replay_command]
    item.user_properties += commands
    report.user_properties += commands
    error = None if call.excinfo is None else call.excinfo.value
    as_it_counts(report, call)
    if call.when == "call" or (call.when == "setup" and error is not None):
        put_into(report, item, headline(error))
    return report


def _settle(
    item: pytest.Item, call: pytest.CallInfo[None], before: Sequence[NotClean]
) -> list[NotClean]:
    """Settle what a test has failed for, but for what was settled before; return that."""
    found = [] if call.excinfo is None else not_clean_in(call.excinfo.value)
    new = [each for each in found if each not in before]
    for each in new:
        each.settle(Running(item))
    return new


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write what was tried."""
    summarise(terminalreporter)
