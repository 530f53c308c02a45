# SPDX-License-Identifier: GPL-2.0-only
"""What is tested: a revision by name or a class of the user's own, and the bugs put into it.

A target is plain text, so that it can be sent to a worker and put into a token. Only its `kernel`
is a class, made when it is first asked for, which for a user's class means running the user's file.
A test that has its class at hand gives that instead of a name: the token then names the class and
hashes its source like that of any user's class.
"""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from harness import HarnessBug
from harness.engine import printable_name, printable_text
from stress.executions.lasting import State, outlived, state_of
from stress.executions.patch_file import load
from stress.inputs import Points
from vgic import (
    DEFAULT,
    REVISIONS,
    CompositionError,
    JudgedBy,
    Mechanism,
    Reference,
    compose,
    named_revision,
    not_of_ours,
    patched,
    true_name,
    with_all_points,
    with_contracts_checked,
    with_judges,
    with_kicks_checked,
    with_races_checked,
    with_returns_announced,
)


@dataclass(frozen=True)
class Target:
    """A kernel to test.

    Attributes:
        revision: a revision's name, also given by an alias, or `file.py:Class`; `file.py` alone if
            it has one class.
        bugs: names of bugs put into it.
        races: check every access to a shared field for data races.
        kicks: judge whether anybody is kicked for nothing.
        points: where its threads can be interleaved.
        judge: what judges it.
        cls: the class, if it is at hand; the revision is then only what the token calls it.
        copy: where a user's file is read from, if not by its own name.
    """

    revision: str = DEFAULT
    bugs: tuple[str, ...] = ()
    races: bool = False
    kicks: bool = False
    points: Points = Points.STANDARD
    judge: JudgedBy = JudgedBy.INVARIANTS
    cls: type[Mechanism] | None = None
    copy: Path | None = None

    def __post_init__(self) -> None:
        """Call a revision by its own name, whatever alias it was given by."""
        object.__setattr__(self, "revision", true_name(self.revision))

    @cached_property
    def kernel(self) -> type[Mechanism]:
        """The kernel as a class, made once.

        Raises:
            CompositionError: a name is unknown, the user's file cannot be used, or the bugs
                exclude each other.
        """
        kernel = with_kicks_checked(self._composed) if self.kicks else self._composed
        kernel = with_races_checked(kernel) if self.races else kernel
        kernel = with_all_points(kernel) if self.points is Points.ALL else kernel
        kernel = with_judges(kernel, self.judge) if self.judge.architecture else kernel
        _ = self.at_first
        return kernel

    def check(self) -> None:
        """Make the kernel now, so that what is wrong with it is said before anything is run.

        Raises:
            CompositionError: see `kernel`.
        """
        _ = self.kernel

    @cached_property
    def at_first(self) -> State:
        """The plain data of the user's class and module before any execution."""
        return state_of(self._class)

    @property
    def left_behind(self) -> str:
        """What of that is not as it was at first, "" if all is: earlier executions have left it."""
        return outlived(self._class, self.at_first)

    @cached_property
    def _composed(self) -> type[Mechanism]:
        kernel = compose(self._class, self.bugs)
        if not self.is_users:
            return kernel
        return with_returns_announced(with_contracts_checked(kernel, not_of_ours(kernel)))

    @cached_property
    def _class(self) -> type[Mechanism]:
        if self.cls is not None:
            return self.cls
        if self.patch is None:
            return named_revision(self.revision).cls
        return load(*self.patch, self.copy)

    def __getstate__(self) -> dict[str, object]:
        """Return what goes to another process, which makes the class itself."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def patch(self) -> tuple[Path, str] | None:
        """The user's file and class ("" if not said), None for a named revision."""
        if self.revision.endswith(".py"):
            return Path(self.revision), ""
        path, _, name = self.revision.rpartition(":")
        return (Path(path), name) if path.endswith(".py") else None

    def patch_identity(self) -> tuple[str, str] | None:
        """Return the user's class by name and source hash, None for a named revision."""
        if self.cls is not None:
            path, name = _source(self.cls), self.cls.__name__
        elif self.patch is not None:
            path, name = self.patch
            path, name = self.copy or path, name or self._class.__name__
        else:
            return None
        return printable_name(name), sha256(path.read_bytes()).hexdigest()[:16]

    @property
    def is_users(self) -> bool:
        """Whether it is a class of the user's own, and none of the revisions here."""
        if self.cls is not None:
            return all(record.cls is not self.cls for record in REVISIONS.values())
        return self.patch is not None

    def races_checked(self, races: bool | None) -> "Target":
        """Return the same, checked for data races as it was asked for.

        Nobody has looked at the locks of a user's class before, so unless something else was
        asked for it is checked.

        Args:
            races: check for data races, or do not; None if nothing was said.
        """
        return replace(self, races=self.is_users if races is None else races)

    def checking(
        self,
        *,
        races: bool = False,
        kicks: bool = False,
        points: Points | None = None,
        judge: JudgedBy | None = None,
    ) -> "Target":
        """Return the same with more checked for; a user's file is not run once more.

        Args:
            races: check for data races, too.
            kicks: judge whether anybody is kicked for nothing, too.
            points: where its threads can be interleaved; None for where they can here.
            judge: what judges it; None for what does here.
        """
        target = replace(
            self,
            races=self.races or races,
            kicks=self.kicks or kicks,
            points=self.points if points is None else points,
            judge=self.judge if judge is None else judge,
        )
        if target == self:
            return self
        vars(target).update(_composed=self._composed, _class=self._class, at_first=self.at_first)
        return target

    def with_reference_methods(self, names: Sequence[str]) -> "Target":
        """Return the same with the reference's methods in the place of the kernel's own.

        It is for this process only: no name says what it is.
        """
        target = replace(self)
        methods = {name: getattr(Reference, name) for name in names}
        kernel = type(self.kernel.__name__, (self.kernel,), methods)
        vars(target).update(kernel=kernel, _class=self._class, at_first=self.at_first)
        return target

    def by_file(self) -> "Target":
        """Return the same by the name of its file, for a process that has none of our objects.

        Raises:
            HarnessBug: the class is none of those that the file has by their names.
        """
        if self.cls is None:
            return self
        if self.cls.__qualname__ != self.cls.__name__:
            raise HarnessBug(f"{self.cls.__qualname__} is not at the top of its file")
        return replace(self, revision=f"{_source(self.cls)}:{self.cls.__name__}", cls=None)

    def replaying(self, *tokens: str) -> list[str]:
        """Return the words of the command that replays tokens of executions of this.

        A user's class is named, since a token does not carry it.
        """
        words = ["vgic-stress", "replay", *tokens]
        if self.patch is not None:
            words += ["--revision", self.revision]
            words += [word for bug in self.bugs for word in ("--bug", bug)]
        return words

    def __str__(self) -> str:
        return "+".join([printable_text(self.revision), *self.bugs])


def target_of(kernel: str | type, bugs: Sequence[str]) -> Target:
    """Return what is tested.

    Args:
        kernel: a revision's name, FILE.py:CLASS, or a class.
        bugs: names of bugs put into it.

    Raises:
        CompositionError: the class can be no kernel.
    """
    if isinstance(kernel, str):
        return Target(kernel, tuple(bugs))
    cls = patched(kernel)
    return Target(f"{_source(kernel).name}:{cls.__name__}", tuple(bugs), cls=cls)


def _source(cls: type) -> Path:
    try:
        return Path(inspect.getfile(cls))
    except (TypeError, OSError) as error:
        raise CompositionError(
            f"{cls.__name__} comes from no file, and a token knows a class by the hash of its "
            "source: write it into a file"
        ) from error
