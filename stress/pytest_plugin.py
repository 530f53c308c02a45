# SPDX-License-Identifier: GPL-2.0-only
"""The pytest plugin: a marked test stresses a kernel before its body runs.

    @pytest.mark.vgic_stress("inject_while_eoicount", executions=200, kernel=MyKernel)
    def test_my_kernel_loses_nothing() -> None: ...

A finding fails the test, and the report carries the line that replays it, also under `-q` and
through xdist. The seed is fixed unless `--vgic-seed` says otherwise, so a red test stays red.
Loaded by entry point into every session, so it imports no more than pytest until it is needed.
"""

from collections.abc import Generator

import pytest

MARKER = "vgic_stress"
_SEED = "0"
_HELP = (
    f"{MARKER}(scenario, executions=100, kernel='v1', bugs=(), strategy='portfolio'): run so "
    "many executions of a scenario on a revision by name or a class of your own"
)
_REPLAY_LINE = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("vgic-stress")
    group.addoption(
        "--vgic-seed", metavar="N", default=_SEED, help="seed of vgic_stress tests (default: 0)"
    )
    group.addoption(
        "--vgic-replay", metavar="TOKEN", help="replay this in the one vgic_stress test selected"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker and check the options."""
    config.addinivalue_line("markers", _HELP)
    seed_text, token_text = config.getoption("--vgic-seed"), config.getoption("--vgic-replay")
    if seed_text == _SEED and token_text is None:
        return
    from stress.arguments import BadArgument, seed
    from stress.token import BadToken, Token, UnknownVersion

    try:
        seed(seed_text, "--vgic-seed")
        if token_text is not None:
            Token.decode(token_text)
    except BadArgument as error:
        raise pytest.UsageError(str(error)) from error
    except (BadToken, UnknownVersion) as error:
        raise pytest.UsageError(f"--vgic-replay: {error}") from error


def pytest_collection_finish(session: pytest.Session) -> None:
    """A token belongs to one test."""
    if session.config.getoption("--vgic-replay") is None:
        return
    marked = [item for item in session.items if item.get_closest_marker(MARKER)]
    if len(marked) != 1:
        raise pytest.UsageError(
            f"--vgic-replay needs exactly one test marked {MARKER}, {len(marked)} are selected"
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Stress the kernel, then run the body."""
    marker = item.get_closest_marker(MARKER)
    if marker is not None:
        from stress.pytest_run import BadMarker, stress

        wrong, found = _marked_twice(item), None
        if not wrong:
            try:
                found = stress(
                    marker.args,
                    marker.kwargs,
                    seed_text=item.config.getoption("--vgic-seed"),
                    token_text=item.config.getoption("--vgic-replay"),
                )
            except BadMarker as error:
                wrong = str(error)
        if wrong:
            pytest.fail(f"bad marker: {wrong}\n{_HELP}", pytrace=False)
        if found is not None:
            item.stash[_REPLAY_LINE] = f"pytest '{item.nodeid}' --vgic-replay {found.token}"
            pytest.fail(found.text, pytrace=False)
    return (yield)


def _marked_twice(item: pytest.Item) -> str:
    """Say what is wrong with a test, class or module that is marked twice: one would count.

    A test's marker may override that of its class, and a class's that of its module.
    """
    for node in item.listchain():
        if sum(marker.name == MARKER for marker in node.own_markers) > 1:
            return f"{node.name} has two of them, and only one would count: make it two tests"
    return ""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the replay line where neither `-q` nor xdist drops it."""
    report = yield
    if call.when == "call" and _REPLAY_LINE in item.stash:
        report.sections.append(("vgic-stress replay", item.stash[_REPLAY_LINE]))
    return report
