# SPDX-License-Identifier: GPL-2.0-only
"""A scenario of the user's own: what it draws is looked at each time before anything is run.

It has to be a machine, and the same one whenever it is drawn for the same execution. So it is drawn
twice, which costs little beside an execution; that two processes draw the same is compared by
`sample_of`, and by campaigns in the executions that they run once more.
"""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from inspect import getsourcefile
from io import TextIOBase
from pathlib import Path

from harness import Streams
from harness.engine import described, observes, printable_name, printable_text, shortened
from stress.scenarios.faults import ScenarioAtFault, scenario_text
from stress.scenarios.scenario import Scenario
from stress.system import line_in, own_code, standing_in
from vgic import BadParameters, Parameters

observes(__name__)

_Values = dict[str, object]
"""A machine as JSON values."""

SAMPLE = 8
"""So many machines of seed 0 are compared between processes."""

_VALUE_MAX = 60

_DEPENDS = (
    "what it draws may depend on its streams alone, and not on chance, time, identity, hashing "
    "(the order of a set), or what was drawn before"
)


class _Nowhere(TextIOBase):
    """A stream of which nothing is seen."""

    def write(self, text: str) -> int:
        """Take a text."""
        return len(text)


@contextmanager
def nothing_printed() -> Iterator[None]:
    """Drop what is printed in this context: a scenario would print it for each execution."""
    with standing_in(stdout=_Nowhere(), stderr=_Nowhere()):
        yield


@dataclass(frozen=True, kw_only=True)
class OwnScenario(Scenario):
    """A scenario of the user's own.

    Attributes:
        known_as: its name.
        source: the file or the distribution that it is from, in words.
    """

    known_as: str
    source: str

    @property
    def name(self) -> str:
        """The name it is run by."""
        return self.known_as

    @property
    def origin(self) -> str:
        """Where it comes from."""
        return self.source

    def parameters(self, seed: int, index: int) -> Parameters:
        """Draw the parameters of one execution, and draw them once more; see Scenario."""
        with nothing_printed():
            values = self._values(seed, index)
            again = self._values(seed, index)
        what = f"for execution {index} of seed {seed}"
        try:
            drawn = Parameters.from_values(values)
            difference = "" if values == again else _difference(values, again)
        except Exception as error:  # a number may be of a class that compares in any way
            why = str(error) if isinstance(error, BadParameters) else described(error)
            raise self.fault(f"draws no machine {what}: {why}") from error
        if difference:
            raise self.fault(f"is not deterministic: {what} it drew {difference}; {_DEPENDS}")
        return drawn

    def shows_what_it_prints(self) -> None:
        """Draw the first machine, and let what that prints be seen."""
        self._values(0, 0)

    def fault(self, what: str) -> ScenarioAtFault:
        """Return the error that says what is wrong with it."""
        return ScenarioAtFault(f"{scenario_text(self.name, self.origin)} {printable_text(what)}")

    def _values(self, seed: int, index: int) -> _Values:
        """Draw a machine once and return it as values, not checked."""
        streams = Streams(seed, self.name, index)
        what = f"for execution {index} of seed {seed}"
        try:
            with own_code(scenario_text(self.name, self.origin), draws=True):
                drawn = self.draw(streams)
                if type(drawn) is not Parameters:
                    got = printable_name(type(drawn).__name__)
                    raise self.fault(f"returns {got} {what}, and not vgic.Parameters")
                return drawn.to_values()
        except ScenarioAtFault:
            raise
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and _may_be_interrupted():
                raise
            line = line_in(_file_of(self.draw), error)
            raise self.fault(f"draws no machine {what}: {line}{described(error)}") from error


def sample_of(scenario: Scenario) -> str:
    """Return a digest of the first machines that a scenario draws.

    Raises:
        ScenarioAtFault: it draws none, or not always the same.
    """
    return machine_digest(*(scenario.parameters(0, index) for index in range(SAMPLE)))


def machine_digest(*parameters: Parameters) -> str:
    """Return a digest of machines: equal machines have the same in every process."""
    values = json.dumps([each.to_values() for each in parameters], separators=(",", ":"))
    return sha256(values.encode()).hexdigest()[:16]


def drawn_otherwise(scenario: Scenario, who: str) -> ScenarioAtFault:
    """Return the error of a scenario that has drawn something else in another process.

    Args:
        scenario: the scenario, a user's own.
        who: what it was drawn for.
    """
    return ScenarioAtFault(
        f"{scenario_text(scenario.name, scenario.origin)} is not deterministic: {who} it drew "
        f"another machine in another process; {_DEPENDS}"
    )


def _difference(one: _Values, other: _Values) -> str:
    """Return the first value that is not the same twice."""
    for name, value in one.items():
        if value != other[name]:
            return f"{name} {_clipped(*_innermost(value, other[name]))}"
    return "equal machines that do not compare as equal"


def _innermost(one: object, other: object) -> tuple[object, object]:
    """Return what differs in two lists, or in lists in them."""
    while isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        one, other = next(
            (pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]), ("", "")
        )
    return one, other


def _clipped(one: object, other: object) -> str:
    return f"{shortened(repr(one), _VALUE_MAX)} and then {shortened(repr(other), _VALUE_MAX)}"


def _file_of(draw: Callable[..., object]) -> Path:
    """Return the file in which a function is written."""
    try:
        return Path(getsourcefile(draw) or "")
    except TypeError:
        return Path()


def _may_be_interrupted() -> bool:
    """Return whether Ctrl-C comes as an exception in this process, as under pytest."""
    return signal.getsignal(signal.SIGINT) is signal.default_int_handler
