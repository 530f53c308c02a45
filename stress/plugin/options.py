# SPDX-License-Identifier: GPL-2.0-only
"""The options of the plugin: on the command line of pytest, and as lines of its ini file.

What the command line says comes first, then what a test is marked with, then the ini file. Each is
checked when the session begins, and only if it was given: it takes the harness to know what is
right.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

import pytest

from stress.plugin import reading

_Value = TypeVar("_Value")

EXECUTIONS = 100
"""How many executions a test has if nothing says so."""

POINTS = "standard"
"""Where threads can be interleaved if nothing says so."""

FOLDER = "vgic-stress-findings"

_ENDLESS = 1 << 62


class _Option(NamedTuple):
    name: str
    metavar: str
    help: str


_OPTIONS = (
    _Option("seed", "N", "what the schedules of all tests are drawn by (default: 0)"),
    _Option("executions", "N", f"executions of each test (default: as marked, else {EXECUTIONS})"),
    _Option("duration", "TIME", "for so long, such as 30s or 1h30m; alone, without a count"),
    _Option("strategy", "NAME", "how schedules are chosen (default: as marked, else portfolio)"),
    _Option("points", "standard|all", "where to interleave (default: as marked, else standard)"),
    _Option("findings", "DIR", f"where findings are kept (default: {FOLDER})"),
)


def add_options(parser: pytest.Parser) -> None:
    """Add the options, and the lines of the ini file."""
    group = parser.getgroup("vgic-stress")
    for name, metavar, text in _OPTIONS:
        group.addoption(f"--vgic-{name}", metavar=metavar, default=None, help=text)
        parser.addini(f"vgic_{name}", f"the same as --vgic-{name}", default=None)
    group.addoption(
        "--vgic-scenarios",
        metavar="FILE",
        action="append",
        help="scenarios of your own; may be given several times",
    )
    parser.addini("vgic_scenarios", "files with scenarios of your own", type="paths", default=[])
    group.addoption(
        "--vgic-replay",
        metavar="TOKEN",
        action="append",
        help="replay this in the one test selected; =@FILE reads it from a file; "
        "given once for each token if a finding takes several",
    )


def check_options(config: pytest.Config) -> None:
    """Check what was given.

    Raises:
        UsageError: an option, or a line of the ini file, makes no sense.
    """
    for name, *_ in _OPTIONS:
        for text, where in _given(config, name):
            from stress.inputs import BadArgument

            try:
                reading.READ[name](text, where)
            except BadArgument as error:
                raise pytest.UsageError(str(error)) from error


def register_scenarios(config: pytest.Config) -> None:
    """Enter the scenarios of the user's own, in each worker of xdist, too.

    Raises:
        UsageError: a file cannot be used.
    """
    files = [*config.getini("vgic_scenarios"), *(config.getoption("--vgic-scenarios") or ())]
    for file in dict.fromkeys(map(Path, files)):
        from stress.inputs import BadArgument, arguments
        from stress.scenarios import BadScenarioFile, register

        try:
            register(config.invocation_params.dir / file, arguments.hang_s())
        except (BadScenarioFile, BadArgument) as error:
            raise pytest.UsageError(f"--vgic-scenarios: {error}") from error


@dataclass(frozen=True)
class Budget:
    """How much is tried, and which executions by their numbers.

    Attributes:
        executions: at most so many, all shards together; None for no limit.
        duration_s: for at most so many seconds; None for no limit.
        shard: which part of the executions, from 0.
        shards: in how many parts they are.
        at_least: however long it takes, so many are run.
    """

    executions: int | None
    duration_s: float | None = None
    shard: int = 0
    shards: int = 1
    at_least: int = 1

    @property
    def numbers(self) -> range:
        """The executions: every so manieth, so that each shard has all that alternates in them."""
        most = _ENDLESS if self.executions is None else self.executions
        return range(self.shard, most, self.shards)

    def is_over(self, began: float, executions: int) -> bool:
        """Say whether the time is over, so many executions after it began by the clock."""
        if self.duration_s is None or executions < self.at_least:
            return False
        return time.monotonic() - began >= self.duration_s


def seed_of(config: pytest.Config) -> int:
    """Return the seed of the session."""
    return _first(config, "seed", None, reading.seed) or 0


def strategy_of(config: pytest.Config, marked: str | None) -> str | None:
    """Return the name of the strategy, None if nobody has named one.

    Args:
        config: the session's configuration.
        marked: what the test is marked with, None if with nothing.
    """
    return _first(config, "strategy", marked, reading.strategy)


def points_of(config: pytest.Config, marked: str | None) -> str:
    """Return where threads of a machine can be interleaved, by name.

    Args:
        config: the session's configuration.
        marked: what the test is marked with, None if with nothing.
    """
    return _first(config, "points", marked, reading.points) or POINTS


def budget_of(config: pytest.Config, marked: int | None) -> Budget:
    """Return how much a test tries, see asked_of."""
    return asked_of(config, marked) or Budget(EXECUTIONS)


def asked_of(config: pytest.Config, marked: int | None) -> Budget | None:
    """Return how much is tried as the first says that says so, the test by `marked`; else None."""
    for begins, said in (("--vgic-", config.getoption), ("vgic_", config.getini)):
        executions, duration = said(f"{begins}executions"), said(f"{begins}duration")
        if executions or duration:
            return Budget(
                reading.count(executions, "executions") if executions else None,
                reading.duration(duration, "duration") if duration else None,
            )
        if marked is not None:
            return Budget(marked)
    return None


def folder_of(config: pytest.Config) -> Path:
    """Return the folder of findings: where pytest was started, if nothing else is said.

    It is absolute, since a test may go elsewhere.
    """
    given: str | None = config.getoption("--vgic-findings")
    ini: str | None = config.getini("vgic_findings")
    if ini and not given:
        return (config.inipath.parent if config.inipath else config.rootpath) / ini
    return config.invocation_params.dir / (given or FOLDER)


def is_findings(path: Path, config: pytest.Config) -> bool:
    """Say whether a folder is that of findings, and nobody has asked for what is in it."""
    folder = folder_of(config).resolve()
    if path.resolve() != folder:
        return False
    named = (arg.partition("::")[0] for arg in config.args)
    return not any(
        (config.invocation_params.dir / each).resolve().is_relative_to(folder) for each in named
    )


def _given(config: pytest.Config, name: str) -> list[tuple[str, str]]:
    """Return what was given for an option, and where."""
    option, line = config.getoption(f"--vgic-{name}"), config.getini(f"vgic_{name}")
    both = (option, f"--vgic-{name}"), (line, f"vgic_{name} of the ini file:")
    return [(str(text), where) for text, where in both if text is not None]


def _first(
    config: pytest.Config,
    name: str,
    marked: _Value | None,
    read: Callable[[str, str], _Value],
) -> _Value | None:
    """Return what the command line says, else what a test is marked with, else the ini file."""
    option, line = config.getoption(f"--vgic-{name}"), config.getini(f"vgic_{name}")
    if option is not None:
        return read(option, name)
    if marked is not None:
        return marked
    return None if line is None else read(line, name)
