# SPDX-License-Identifier: GPL-2.0-only
"""Where scenarios of the user's own come from: a file, or an installed distribution.

Of a Python file every public function is a scenario that takes `streams` and whose docstring says
what to expect, as that of a litmus test does; a play is one scenario. A distribution names such a
function, or a module of them, as an entry point. All are values, so that another process can read
them again.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import FunctionType, ModuleType

from harness import Streams
from harness.engine import NAME_MAX, described, observes, printable_name, printable_text
from stress.plays import SUFFIX
from stress.scenarios.faults import BadScenarioFile
from stress.scenarios.play_file import scenario_of_play
from stress.system import UnusableFile, own_code, run_file
from vgic import Parameters

observes(__name__)

GROUP = "vgic_stress.scenarios"
"""The group of entry points in which distributions name their scenarios."""

Draw = Callable[[Streams], Parameters]

_PREFIX = "vgic_stress_scenarios"
_RESULTS = ("Result: Never", "Result: Sometimes")
_RULE = (
    "a scenario is a public function of one argument `streams: Streams` that returns "
    "vgic.Parameters, with a line `Result: Never` or `Result: Sometimes` in its docstring"
)


@dataclass(frozen=True)
class ScenarioFile:
    """A Python file with scenarios, or a play.

    Attributes:
        path: the file.
        copy: a copy that is read in its place; it may be edited while a night goes on, or be on
            another machine.
    """

    path: Path
    copy: Path | None = None

    def __str__(self) -> str:
        return printable_text(self.path.name)

    @property
    def text(self) -> bytes:
        """What is in it.

        Raises:
            BadScenarioFile: it cannot be read.
        """
        try:
            return (self.copy or self.path).read_bytes()
        except OSError as error:
            raise BadScenarioFile(f"{self.path} cannot be read: {error.strerror}") from error

    @property
    def digest(self) -> str:
        """The hash of what is in it."""
        return sha256(self.text).hexdigest()[:16]

    def functions(self) -> dict[str, Draw]:
        """Run the file, or read the play, and return its scenarios' functions by name.

        Raises:
            BadScenarioFile: it cannot be run or read, or there is none in it.
        """
        if self.path.suffix == SUFFIX:
            name, draw = scenario_of_play(self.path, self.text)
            return {name: draw}
        try:
            with own_code(f"the scenario file {self}"):
                module = run_file(self.path, self.copy, _PREFIX)
        except UnusableFile as error:
            raise BadScenarioFile(str(error)) from error
        return _chosen(module, str(self.path))


@dataclass(frozen=True)
class Installed:
    """An entry point of a distribution.

    Attributes:
        name: the name of the entry point.
        value: the module, or the module and its function, that it names.
        distribution: the distribution's name and version.
    """

    name: str
    value: str
    distribution: str

    def __str__(self) -> str:
        return printable_text(f"{self.value} of {self.distribution}")

    @property
    def digest(self) -> str:
        """The hash of the source of its module.

        Raises:
            BadScenarioFile: there is no such module.
        """
        module = self.value.partition(":")[0]
        file = getattr(self._imported(module), "__file__", None)
        try:
            return sha256(Path(str(file)).read_bytes()).hexdigest()[:16]
        except OSError as error:
            raise self._unusable(f"the source of {module} cannot be read") from error

    def functions(self) -> dict[str, Draw]:
        """Import what it names and return the scenarios' functions by name.

        Raises:
            BadScenarioFile: it cannot be imported, or is no scenario and has none.
        """
        found = self._imported(self.value)
        if isinstance(found, ModuleType):
            return _chosen(found, f"entry point {self.name} = {self}")
        if not isinstance(found, FunctionType) or (why := _why_not(found, found.__name__)):
            raise self._unusable(why if isinstance(found, FunctionType) else "it is no function")
        return {found.__name__: found}

    def _imported(self, value: str) -> object:
        from importlib.metadata import EntryPoint

        try:
            with own_code(f"the entry point {self}"):
                return EntryPoint(self.name, value, GROUP).load()
        except (Exception, SystemExit) as error:
            raise self._unusable(described(error)) from error

    def _unusable(self, why: str) -> BadScenarioFile:
        return BadScenarioFile(
            f"entry point {self.name} = {self} of the group {GROUP} cannot be used: {why}; mend "
            "that distribution, or uninstall it"
        )


Source = ScenarioFile | Installed


def installed() -> Iterator[Installed]:
    """Yield the entry points of all distributions there are, always in the same order."""
    from importlib.metadata import entry_points

    found = {
        Installed(
            printable_name(each.name),
            each.value,
            "" if each.dist is None else f"{each.dist.name} {each.dist.version}",
        )
        for each in entry_points(group=GROUP)
    }
    yield from sorted(found, key=lambda each: (each.distribution, each.name, each.value))


def _chosen(module: ModuleType, where: str) -> dict[str, Draw]:
    """Return the scenarios' functions of a module, in its order.

    Raises:
        BadScenarioFile: there is none, or what looks like one is none.
    """
    own = {
        name: each
        for name, each in vars(module).items()
        if isinstance(each, FunctionType)
        and (each.__module__, each.__name__) == (module.__name__, name)
    }
    reasons = {name: _why_not(each, name) for name, each in own.items()}
    for name, why in reasons.items():
        # Who has written down what to expect means a scenario.
        if why and not name.startswith("_") and "Result:" in _doc(own[name]):
            raise BadScenarioFile(f"{where}: {printable_name(name)} is no scenario: {why}; {_RULE}")
    chosen: dict[str, Draw] = {name: each for name, each in own.items() if not reasons[name]}
    if not chosen:
        raise BadScenarioFile(f"{where} has no scenario: {_none_text(reasons)}{_RULE}")
    return chosen


def _none_text(reasons: Mapping[str, str]) -> str:
    """Say why the first function that may have been meant is none."""
    public = [name for name in reasons if not name.startswith("_")]
    return "".join(f"{printable_name(name)} {reasons[name]}; " for name in public[:1])


def _why_not(function: FunctionType, name: str) -> str:
    """Return why a function is no scenario, "" if it is one."""
    if name.startswith("_"):
        return "is not public"
    if name != printable_name(name) or not name.isidentifier():
        return f"has a name that cannot be printed as it is, or of more than {NAME_MAX} characters"
    try:
        taken = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return "does not say what it takes"
    if not taken or not _is_streams(taken[0]):
        return "does not take `streams: Streams`"
    if any(each.default is each.empty and each.kind not in _MORE for each in taken[1:]):
        return "takes more than `streams: Streams`"
    results = [line for line in _doc(function).splitlines() if line.startswith("Result:")]
    if not results or any(line.rstrip() not in _RESULTS for line in results):
        said = f", and not `{printable_name(results[0])}`" if results else ""
        return f"has no line `Result: Never` or `Result: Sometimes` in its docstring{said}"
    return ""


_MORE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def _is_streams(parameter: inspect.Parameter) -> bool:
    """Return whether a parameter is annotated as streams, in whatever way, or named so."""
    by_position = parameter.kind in (
        inspect.Parameter.POSITIONAL_ONLY,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
    )
    annotated = parameter.annotation
    named = annotated is Streams or str(annotated).rpartition(".")[2].strip("'\"") == "Streams"
    return by_position and (named or parameter.name == "streams")


def _doc(function: FunctionType) -> str:
    doc = function.__doc__
    return inspect.cleandoc(doc) if type(doc) is str else ""
