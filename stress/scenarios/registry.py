# SPDX-License-Identifier: GPL-2.0-only
"""The scenarios by name: those delivered here, those of distributions, those of the user's files.

Entry points are looked for when a name is asked for that is not delivered here, or all of them: it
takes a while, and runs code of others. A file is run once in the process that registers it, and
measured; another process that does its jobs gets what was registered as values (`registered`) and
reads the file when it first needs it.
"""

from collections.abc import Iterable, Iterator, MutableMapping
from dataclasses import replace
from pathlib import Path

from stress.scenarios.faults import BadScenarioFile
from stress.scenarios.own import OwnScenario
from stress.scenarios.reading import (
    PATIENCE_S,
    Registered,
    drawing_alike,
    not_here,
    read,
    read_again,
)
from stress.scenarios.scenario import Scenario
from stress.scenarios.sources import ScenarioFile, Source, installed


class ByName(MutableMapping[str, Scenario]):
    """The scenarios by name; those delivered here come first, and then the user's own."""

    def __init__(self, delivered: Iterable[Scenario]) -> None:
        self._delivered = {scenario.name: scenario for scenario in delivered}
        self._registered: list[Registered] = []
        self._own: dict[str, OwnScenario] = {}
        self._read: dict[str, OwnScenario] = {}
        self._has_looked = False

    def __getitem__(self, name: str) -> Scenario:
        if name in self._delivered:
            return self._delivered[name]
        if all(name not in each.names for each in self._registered):
            self._look_for_installed()
        for each in self._registered:
            if name in each.names and name not in self._own:
                if name not in self._read:
                    self._read |= read_again(each)
                self._own[name] = drawing_alike(self._read[name], each)
        return self._own[name]

    def __setitem__(self, name: str, scenario: Scenario) -> None:
        self._delivered[name] = scenario

    def __delitem__(self, name: str) -> None:
        del self._delivered[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._delivered
        self._look_for_installed()
        for each in self._registered:
            yield from each.names

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def here_or_not(self, name: str) -> Scenario:
        """Return a scenario to be judged by; of a user's own that is not here what all have.

        The parts of a night may be joined where nobody has its files.
        """
        known = [*self._delivered, *(own for each in self._registered for own in each.names)]
        return self[name] if name in known else not_here(name)

    @property
    def registered(self) -> tuple[Registered, ...]:
        """The user's own, as far as they have been looked for, for another process."""
        return tuple(self._registered)

    def origins(self, names: Iterable[str]) -> list[Registered]:
        """Return where scenarios come from, as far as they are the user's own."""
        asked = set(names)
        return [each for each in self._registered if asked.intersection(each.names)]

    def register(self, source: Source, patience_s: float = PATIENCE_S) -> list[str]:
        """Enter the scenarios of a source; a file that was registered before is read anew.

        Args:
            source: the file, or the entry point.
            patience_s: for how many seconds its own code may run.

        Returns:
            Their names, in the order of the source.

        Raises:
            BadScenarioFile: it cannot be used, or has a name that is taken.
        """
        if isinstance(source, ScenarioFile):
            self._look_for_installed()
        others = [each for each in self._registered if not _is_same(each.source, source)]
        taken = dict.fromkeys(self._delivered, "delivered with vgic-stress")
        taken |= {name: f"of {each.source}" for each in others for name in each.names}
        registered, own = read(source, taken, patience_s)
        self._keep(others)
        self._registered.append(registered)
        self._own |= own
        return registered.names

    def forget(self, path: Path) -> None:
        """Take out what a file was registered with, if it was."""
        file = ScenarioFile(path)
        self._keep([each for each in self._registered if not _is_same(each.source, file)])

    def read_from(self, path: Path, copy: Path) -> None:
        """Have other processes read a file that was registered from a copy of it."""
        self._registered = [
            replace(each, source=ScenarioFile(path, copy))
            if _is_same(each.source, ScenarioFile(path))
            else each
            for each in self._registered
        ]

    def take(self, registered: Iterable[Registered]) -> None:
        """Have just these of the user's own: what was registered in another process."""
        new = list(registered)
        self._keep([each for each in self._registered if each in new])
        self._registered = new
        self._has_looked = True

    def _keep(self, registered: list[Registered]) -> None:
        """Take out all others that were registered."""
        names = {name for each in registered for name in each.names}
        self._own = {name: each for name, each in self._own.items() if name in names}
        self._read = {name: each for name, each in self._read.items() if name in names}
        self._registered = registered

    def _look_for_installed(self) -> None:
        if self._has_looked:
            return
        self._has_looked = True
        try:
            for each in installed():
                self.register(each)
        except BadScenarioFile:
            self._has_looked = False  # whoever asks again is to be answered alike
            raise


def _is_same(one: Source, other: Source) -> bool:
    """Return whether two sources are one: the same file, wherever it is read from."""
    if isinstance(one, ScenarioFile) and isinstance(other, ScenarioFile):
        return one.path.resolve() == other.path.resolve()
    return one == other
