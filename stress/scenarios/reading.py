# SPDX-License-Identifier: GPL-2.0-only
"""Reading scenarios of the user's own: where they are registered, and once more in other processes.

They are measured at first, and nobody waits for ever for code of somebody else. Another process has
to find the same source, and to draw the same machines from it.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from threading import TIMEOUT_MAX, Thread

from harness import Streams
from harness.engine import described
from stress.scenarios.faults import BadScenarioFile, ScenarioAtFault, scenario_text
from stress.scenarios.measuring import Traits, traits_of
from stress.scenarios.own import OwnScenario, drawn_otherwise, nothing_printed, sample_of
from stress.scenarios.sources import Draw, Source
from stress.system import loading, own_code_under_way, standing_in
from vgic import Parameters

EXECUTIONS_MIN = 300
"""Fewer executions of a user's scenario are too few to judge, as of the smallest delivered here."""

PATIENCE_S = 60.0
"""What has not been read and measured after so long is taken to hang."""


@dataclass(frozen=True)
class Registered:
    """What is known of a source of scenarios; it can be sent to another process.

    Attributes:
        source: the file, or the entry point.
        digest: the hash of its source.
        traits: its scenarios.
    """

    source: Source
    digest: str
    traits: tuple[Traits, ...]

    def __str__(self) -> str:
        return f"{self.source} {self.digest}"

    @property
    def names(self) -> list[str]:
        """The names of its scenarios."""
        return [each.name for each in self.traits]


_Read = tuple[Registered, dict[str, OwnScenario]]


def read(source: Source, taken: Mapping[str, str], patience_s: float) -> _Read:
    """Read a source for the first time, and measure its scenarios.

    Args:
        source: the file, or the entry point.
        taken: names that scenarios have already, and of which source.
        patience_s: for how many seconds that may take.

    Raises:
        BadScenarioFile: it cannot be used, or has a name that is taken.
    """
    came: list[_Read | Exception] = []

    def work() -> None:
        try:
            with loading(), standing_in(stdout=sys.stderr):
                measured = _measured(source, taken)
            came.append(measured)
        except Exception as error:
            came.append(error)
        except BaseException as error:
            came.append(BadScenarioFile(f"{source} cannot be run: {described(error)}"))

    streams = sys.stdout, sys.stderr
    thread = Thread(target=work, name="reading scenarios", daemon=True)
    thread.start()
    thread.join(min(patience_s, TIMEOUT_MAX))
    if not came:
        sys.stdout, sys.stderr = streams  # whoever hangs has them still
        raise BadScenarioFile(
            f"{own_code_under_way() or source} has not come to its end after {patience_s:.10g} s: "
            "a file of scenarios only defines functions, and those only draw, and return"
        )
    if isinstance(came[0], Exception):
        raise came[0]
    return came[0]


def _measured(source: Source, taken: Mapping[str, str]) -> _Read:
    digest, functions = source.digest, source.functions()
    for name in functions:
        if name in taken:
            raise BadScenarioFile(
                f"{source}: there is a scenario {name} already, {taken[name]}; rename one of them"
            )
    scenarios = [_own(name, draw, source) for name, draw in functions.items()]
    try:
        traits = tuple(map(traits_of, scenarios))
    except ScenarioAtFault as fault:
        raise BadScenarioFile(str(fault)) from fault
    own = map(_known, scenarios, traits)
    return Registered(source, digest, traits), {each.name: each for each in own}


def read_again(registered: Registered) -> dict[str, OwnScenario]:
    """Read in this process what was registered in another one.

    Raises:
        ScenarioAtFault: it is not the same any more.
    """
    source = registered.source
    first = scenario_text(registered.names[0], str(source))
    try:
        with nothing_printed():
            digest, functions = source.digest, source.functions()
    except BadScenarioFile as error:
        raise ScenarioAtFault(
            f"{first} could be read at first, and cannot be now: {error}"
        ) from error
    if digest != registered.digest or not set(registered.names) <= set(functions):
        raise ScenarioAtFault(
            f"{first} has changed since this began: another process finds another source"
        )
    return {
        traits.name: _known(_own(traits.name, functions[traits.name], source), traits)
        for traits in registered.traits
    }


def drawing_alike(scenario: OwnScenario, registered: Registered) -> OwnScenario:
    """Return a scenario that draws in this process what it drew where it was registered.

    Raises:
        ScenarioAtFault: it does not.
    """
    samples = {each.name: each.sample for each in registered.traits}
    if sample_of(scenario) != samples[scenario.name]:
        raise drawn_otherwise(scenario, "for the first executions of seed 0")
    return scenario


def not_here(name: str) -> OwnScenario:
    """Return a user's scenario of which nothing is known but its name; it cannot be drawn."""

    def draw(streams: Streams) -> Parameters:
        raise FileNotFoundError(f"{name} is in a file that is not here")

    return OwnScenario(
        draw=draw, length=1, executions_min=EXECUTIONS_MIN, known_as=name, source="not here"
    )


def _own(name: str, draw: Draw, source: Source) -> OwnScenario:
    """Return a scenario of which only is known where it is."""
    return OwnScenario(
        draw=draw, length=1, executions_min=EXECUTIONS_MIN, known_as=name, source=str(source)
    )


def _known(scenario: OwnScenario, traits: Traits) -> OwnScenario:
    """Return the same scenario with its traits."""
    return replace(scenario, length=traits.length, portfolio=traits.portfolio)
