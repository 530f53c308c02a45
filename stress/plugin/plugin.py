# SPDX-License-Identifier: GPL-2.0-only
"""The pytest plugin: a marked test stresses a kernel before its body runs.

    @pytest.mark.vgic_stress("inject_while_eoicount", executions=200, kernel=MyKernel)
    def test_my_kernel_loses_nothing() -> None: ...

A finding fails the test, and what it says ends with the line that replays it, which is also a
property of the test case in JUnit XML. The seed is fixed unless `--vgic-seed` says otherwise, so
a red test stays red. Loaded by entry point into every session, so it imports no more than pytest
until it is needed.
"""

import os
from collections.abc import Generator

import pytest

from stress.plugin.capture import SESSIONS

MARKER = "vgic_stress"
PROPERTY = "vgic_stress_replay"
_SEED = "0"
_HELP = (
    f"{MARKER}(scenario, executions=100, kernel='reference', bugs=(), strategy='portfolio', "
    "check=None): run so many executions of a scenario on a revision by name or a class of your "
    "own, which is checked for 'races', too, unless check=(); 'kicks' is another check"
)
_UNUSABLE = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("vgic-stress")
    group.addoption(
        "--vgic-seed", metavar="N", default=_SEED, help="seed of vgic_stress tests (default: 0)"
    )
    group.addoption(
        "--vgic-replay",
        metavar="TOKEN",
        action="append",
        help="replay this in the one vgic_stress test selected; =@FILE reads it from a file; "
        "given once for each token if a finding takes several",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker and check the options."""
    SESSIONS.append(config)
    config.addinivalue_line("markers", _HELP)
    seed_text, texts = config.getoption("--vgic-seed"), config.getoption("--vgic-replay")
    if seed_text == _SEED and texts is None:
        return
    from stress.inputs import BadArgument, seed

    try:
        seed(seed_text, "--vgic-seed")
    except BadArgument as error:
        raise pytest.UsageError(str(error)) from error
    if texts is not None:
        # Read once and here: the workers of xdist get what the files hold.
        config.option.vgic_replay = [_token(text) for text in texts]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Forget the session."""
    if config in SESSIONS:
        SESSIONS.remove(config)


def _token(text: str) -> str:
    from stress.executions import BadToken, CannotJudge
    from stress.inputs import BadArgument
    from stress.replaying import opened

    if text == "-":
        raise pytest.UsageError("--vgic-replay -: pytest has no standard input; use =@FILE")
    try:
        return opened(text).encode()
    except BadToken as error:
        raise pytest.UsageError(
            f"--vgic-replay: {error}; a file is given in one word, as --vgic-replay=@FILE"
        ) from error
    except (BadArgument, CannotJudge) as error:
        raise pytest.UsageError(f"--vgic-replay: {error}") from error


def pytest_collection_finish(session: pytest.Session) -> None:
    """A token belongs to one test."""
    if session.config.getoption("--vgic-replay") is None:
        return
    marked = [item for item in session.items if item.get_closest_marker(MARKER)]
    if len(marked) != 1:
        text = f"--vgic-replay needs exactly one test marked {MARKER}, {len(marked)} are selected"
        if not hasattr(session.config, "workerinput"):
            raise pytest.UsageError(text)
        # A worker of xdist that raises is a crash; whatever is sent to it says why it fails.
        session.config.stash[_UNUSABLE] = text


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Stress the kernel, then run the body."""
    if _UNUSABLE in item.config.stash:
        pytest.fail(item.config.stash[_UNUSABLE], pytrace=False)
    marker = item.get_closest_marker(MARKER)
    if marker is not None:
        from stress.plugin.run import BadMarker, stress

        wrong, found = _marked_twice(item), None
        if not wrong:
            try:
                found = stress(
                    marker.args,
                    marker.kwargs,
                    seed_text=item.config.getoption("--vgic-seed"),
                    token_texts=item.config.getoption("--vgic-replay") or (),
                )
            except BadMarker as error:
                wrong = str(error)
        if wrong:
            from harness.engine import printable_text

            pytest.fail(f"bad marker: {printable_text(wrong)}\n{_HELP}", pytrace=False)
        if found is not None:
            from harness.engine import printable_lines

            lines = [printable_lines(found.text)]
            if found.tokens:
                # In the failure itself: neither -q, xdist nor a CI drops that.
                command = _replaying(item, found.tokens)
                item.user_properties.append((PROPERTY, command))
                lines += ["", "replay:", command]
            pytest.fail("\n".join(lines), pytrace=False)
    return (yield)


def _replaying(item: pytest.Item, tokens: tuple[str, ...]) -> str:
    # A node's id begins at the root of the session, which need not be where it was started.
    path = os.path.relpath(item.path, item.config.invocation_params.dir)
    words = ["pytest", "::".join([path, *item.nodeid.split("::")[1:]])]
    for token in tokens:
        words += ["--vgic-replay", token]
    from stress.system import shell

    return shell.joined(words)


def _marked_twice(item: pytest.Item) -> str:
    """Say what is wrong with a test, class or module that is marked twice: one would count.

    A test's marker may override that of its class, and a class's that of its module.
    """
    for node in item.listchain():
        if sum(marker.name == MARKER for marker in node.own_markers) > 1:
            return f"{node.name} has two of them, and only one would count: make it two tests"
    return ""
