# SPDX-License-Identifier: GPL-2.0-only
"""The replay token: one execution as text that can be pasted into an e-mail.

`vs2-` and then JSON, compressed, in URL-safe base64; `vs1-` is read for good. It holds values only:
parameters and programs, the revision and bugs by name, a user's class by name and source hash, the
deviations with their labels, and what came of it. Opening a token imports nothing and runs nothing.
A token that was damaged on the way is refused, never guessed at; so is one that was made to harm:
its texts are single printable lines, and all of it has a size that some execution can have.
"""

import base64
import binascii
import json
import zlib
from dataclasses import dataclass

from harness import Deviation, Label
from harness.detectors.races import KINDS
from harness.engine import (
    NAME_MAX,
    TEXT_MAX,
    is_printable,
    printable_name,
    printable_text,
    shortened,
)
from vgic import NEEDLESS_KICK, BadParameters, Parameters, true_name

VERSION = "vs2"
_SPELLED = "vs1"
"""The first version, which spells programs in letters; it is read for good."""
PRINTED_MAX = 2048
PACKED_MAX = 2 << 20
_UNPACKED_MAX = 4 << 20
_DEVIATIONS_MAX = 25_000
"""More than an execution can have steps."""
_NUMBER_MAX = 1_000_000
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


class BadToken(ValueError):
    """The text is not a token; the message says why."""


class UnknownVersion(ValueError):
    """The token is of a version this release does not know."""


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

    @property
    def needs_races(self) -> bool:
        """Whether only a check for data races finds what it is the token of."""
        return self.signature.startswith(KINDS)

    @property
    def needs_kicks(self) -> bool:
        """Whether only a check for needless kicks finds what it is the token of."""
        return self.signature.startswith(NEEDLESS_KICK)

    def encode(self) -> str:
        """Return the token as text; what in it is not printable is escaped."""
        values = {
            "scenario": printable_name(self.scenario),
            "parameters": self.parameters.to_values(),
            "revision": printable_text(self.revision),
            "bugs": list(map(printable_name, self.bugs)),
            "patch": None if self.patch is None else list(map(printable_name, self.patch)),
            "deviations": [_flat(deviation) for deviation in self.deviations],
            "signature": printable_text(self.signature),
            "digest": printable_name(self.digest),
            "model": printable_name(self.model),
        }
        packed = zlib.compress(json.dumps(values, separators=(",", ":")).encode(), 9)
        return f"{VERSION}-{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"

    @staticmethod
    def decode(text: str) -> "Token":
        """Read a token.

        Raises:
            UnknownVersion: it is a token, but of another version.
            BadToken: it is not a token.
        """
        if len(text) > PACKED_MAX:
            raise BadToken(f"a token has at most {PACKED_MAX} characters; this has more")
        version, dash, body = "".join(text.split()).partition("-")
        if not dash or not version.startswith("vs") or not version[2:].isdigit():
            begins = f"this begins with {text[:12]!r}" if text.strip() else "this is empty"
            raise BadToken(f"a token begins with {VERSION}-; {begins} (for a file write @FILE)")
        if version not in (VERSION, _SPELLED):
            raise UnknownVersion(
                f"the token is of version {shortened(version, 20)}; this release "
                f"reads {_SPELLED} and {VERSION}"
            )
        values = _unpack(body)
        try:
            return _token(values, spelled=version == _SPELLED)
        except BadParameters as error:
            raise BadToken(f"the token is damaged: {error}") from error
        except (KeyError, TypeError, ValueError) as error:
            raise BadToken(f"the token is damaged: bad or missing field ({error})") from error


def _unpack(body: str) -> dict[str, object]:
    try:
        packed = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj()
        unpacked = unpacker.decompress(packed, _UNPACKED_MAX)
        if not unpacker.eof:
            raise BadToken("the token is damaged: it is cut off or too large")
        if unpacker.unused_data:
            raise BadToken("the token is damaged: something else follows it")
        values = json.loads(unpacked)
    except BadToken:
        raise
    except (binascii.Error, zlib.error) as error:
        raise BadToken("the token is damaged: characters are missing or changed") from error
    except (ValueError, RecursionError) as error:
        raise BadToken(f"the token is damaged: {error}") from error
    if not isinstance(values, dict):
        raise BadToken("the token is damaged: it holds no fields")
    return values


def _token(values: dict[str, object], *, spelled: bool) -> Token:
    unknown = sorted(set(values) - set(_FIELDS))
    if unknown:
        raise ValueError(f"no token has a field {unknown[0]!r:.40}")
    deviations, bugs, patch = values["deviations"], values["bugs"], values["patch"]
    if not isinstance(deviations, list) or not isinstance(bugs, list):
        raise TypeError("deviations and bugs must be lists")
    if len(deviations) > _DEVIATIONS_MAX:
        raise ValueError(f"no execution has more than {_DEVIATIONS_MAX} deviations")
    if len(bugs) > _BUGS_MAX:
        raise ValueError(f"no kernel has more than {_BUGS_MAX} bugs put into it")
    if patch is not None and not (isinstance(patch, list) and len(patch) == 2):
        raise TypeError("patch must be a name and a hash")
    return Token(
        scenario=_name(values["scenario"]),
        parameters=Parameters.from_values(values["parameters"], spelled=spelled),
        revision=true_name(_text(values["revision"])),
        bugs=tuple(_name(bug) for bug in bugs),
        patch=None if patch is None else (_name(patch[0]), _name(patch[1])),
        deviations=tuple(_deviation(each) for each in deviations),
        signature=_text(values["signature"]),
        digest=_name(values["digest"]),
        model=_name(values["model"]),
    )


def _flat(deviation: Deviation) -> list[object]:
    label = deviation.label
    look = () if label is None else (*map(printable_name, label[:3]), label.nth)
    return [printable_name(deviation.role), deviation.n, printable_name(deviation.to), *look]


def _deviation(value: object) -> Deviation:
    if not isinstance(value, list) or len(value) not in (3, 7):
        raise TypeError("a deviation has three or seven fields")
    label = None
    if len(value) == 7:
        label = Label(_name(value[3]), _name(value[4]), _name(value[5]), _number(value[6]))
    return Deviation(_name(value[0]), _number(value[1]), _name(value[2]), label)


def _name(value: object) -> str:
    return _text(value, NAME_MAX)


def _text(value: object, length: int = TEXT_MAX) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, not {value!r:.40}")
    if len(value) > length or not is_printable(value):
        raise ValueError(f"expected one line of at most {length} characters, not {value!r:.40}")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _NUMBER_MAX:
        raise TypeError(f"expected a number from 0 to {_NUMBER_MAX}, not {value!r:.40}")
    return value
