# SPDX-License-Identifier: GPL-2.0-only
"""The replay token: one execution as text that can be pasted into an e-mail.

`vs2-` and then what it holds, packed (harness.schedule.written); `vs1-` is read for good. It holds
values only: parameters and programs, the revision and bugs by name, a user's class by name and
source hash, the deviations with their labels, and what came of it. Opening a token imports nothing
and runs nothing, and one that was damaged, or made to harm, is refused.

`vs3-` is the same with one field more, which says where threads could be interleaved. It is written
only where that is not as usual: a release that does not know the field would replay another
execution, and so it refuses the token by its version.
"""

from dataclasses import dataclass

from harness import Deviation
from harness.detectors.races import KINDS
from harness.engine import printable_name, printable_text
from harness.schedule import (
    BadToken,
    check_fields,
    name_from_value,
    packed,
    schedule_from_values,
    schedule_to_values,
    text_from_value,
    unpacked,
)
from stress.inputs import Points
from vgic import ARCHITECTURE, NEEDLESS_KICK, BadParameters, JudgedBy, Parameters, true_name

VERSION = "vs2"
WITH_POINTS = "vs3"
"""The version of an execution that had scheduling points elsewhere than usual."""
_SPELLED = "vs1"
"""The first version, which spells programs in letters; it is read for good."""
PRINTED_MAX = 2048
_BUGS_MAX = 100
_FIELDS = (
    "scenario",
    "parameters",
    "revision",
    "bugs",
    "patch",
    "deviations",
    "signature",
    "digest",
    "model",
)


_POINTS = "points"
"""The field that version 3 has beside those."""


class CannotJudge(Exception):
    """A token says nothing about the code that is here; the message says why."""


@dataclass(frozen=True)
class Token:
    """One execution, whole.

    Attributes:
        scenario: the name of the scenario that drew the parameters.
        parameters: the machine and its programs.
        revision: the revision's name, or how the user named a class of their own. In text it is
            printable, to be read; nothing is ever loaded from where it says.
        bugs: the bugs put into it.
        patch: the user's class by name and source hash, None for a named revision.
        deviations: the schedule.
        signature: the failure's identity.
        digest: the digest of the trace.
        model: the digest of the model's source.
        points: where threads could be interleaved.
    """

    scenario: str
    parameters: Parameters
    revision: str
    bugs: tuple[str, ...]
    patch: tuple[str, str] | None
    deviations: tuple[Deviation, ...]
    signature: str
    digest: str
    model: str
    points: Points = Points.STANDARD

    @property
    def needs_races(self) -> bool:
        """Whether only a check for data races finds what it is the token of."""
        return self.signature.startswith(KINDS)

    @property
    def needs_kicks(self) -> bool:
        """Whether only a check for needless kicks finds what it is the token of."""
        return self.signature.startswith(NEEDLESS_KICK)

    @property
    def judge(self) -> JudgedBy | None:
        """What alone finds what it is the token of; None if that is nobody in particular."""
        found_so = self.signature.startswith(ARCHITECTURE)
        return JudgedBy.ARCHITECTURE if found_so else None

    def encode(self) -> str:
        """Return the token as text; what in it is not printable is escaped."""
        values = {
            "scenario": printable_name(self.scenario),
            "parameters": self.parameters.to_values(),
            "revision": printable_text(self.revision),
            "bugs": list(map(printable_name, self.bugs)),
            "patch": None if self.patch is None else list(map(printable_name, self.patch)),
            "deviations": schedule_to_values(self.deviations),
            "signature": printable_text(self.signature),
            "digest": printable_name(self.digest),
            "model": printable_name(self.model),
        }
        if self.points is Points.STANDARD:
            return packed(VERSION, values)
        return packed(WITH_POINTS, {**values, _POINTS: self.points})

    @staticmethod
    def decode(text: str) -> "Token":
        """Read a token.

        Raises:
            UnknownVersion: it is a token, but of another version.
            BadToken: it is not a token.
        """
        version, values = unpacked(text, (_SPELLED, WITH_POINTS, VERSION))
        try:
            return _token(values, version)
        except BadParameters as error:
            raise BadToken(f"the token is damaged: {error}") from error
        except (KeyError, TypeError, ValueError) as error:
            raise BadToken(f"the token is damaged: bad or missing field ({error})") from error


def _token(values: dict[str, object], version: str) -> Token:
    more = version == WITH_POINTS
    check_fields(values, (*_FIELDS, _POINTS) if more else _FIELDS)
    bugs, patch = values["bugs"], values["patch"]
    if not isinstance(bugs, list):
        raise TypeError("bugs must be a list")
    if len(bugs) > _BUGS_MAX:
        raise ValueError(f"no kernel has more than {_BUGS_MAX} bugs put into it")
    if patch is not None and not (isinstance(patch, list) and len(patch) == 2):
        raise TypeError("patch must be a name and a hash")
    return Token(
        scenario=name_from_value(values["scenario"]),
        parameters=Parameters.from_values(values["parameters"], spelled=version == _SPELLED),
        revision=true_name(text_from_value(values["revision"])),
        bugs=tuple(name_from_value(bug) for bug in bugs),
        patch=None if patch is None else (name_from_value(patch[0]), name_from_value(patch[1])),
        deviations=schedule_from_values(values["deviations"]),
        signature=text_from_value(values["signature"]),
        digest=name_from_value(values["digest"]),
        model=name_from_value(values["model"]),
        points=Points(name_from_value(values[_POINTS])) if more else Points.STANDARD,
    )
