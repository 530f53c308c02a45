# SPDX-License-Identifier: GPL-2.0-only
"""The replay token: one execution as text that can be pasted into an e-mail.

`vs1-` and then JSON, compressed, in URL-safe base64. It holds values only: parameters and
programs, the revision and bugs by name, a user's class by name and source hash, the deviations
with their labels, and what came of it. Opening a token imports nothing and runs nothing, and a
token that was damaged on the way is refused, never guessed at.
"""

import base64
import binascii
import json
import zlib
from dataclasses import dataclass

from harness import Deviation, Label
from harness.races import KINDS
from vgic import BadParameters, Parameters

VERSION = "vs1"
PRINTED_MAX = 2048
_UNPACKED_MAX = 8 << 20


class BadToken(ValueError):
    """The text is not a token; the message says why."""


class UnknownVersion(ValueError):
    """The token is of a version this release does not know."""


@dataclass(frozen=True)
class Token:
    """One execution, whole.

    Attributes:
        scenario: the name of the scenario that drew the parameters.
        parameters: the machine and its programs.
        revision: the revision's name, or how the user named a class of their own.
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

    def encode(self) -> str:
        """Return the token as text."""
        values = {
            "scenario": self.scenario,
            "parameters": self.parameters.to_values(),
            "revision": self.revision,
            "bugs": list(self.bugs),
            "patch": None if self.patch is None else list(self.patch),
            "deviations": [_flat(deviation) for deviation in self.deviations],
            "signature": self.signature,
            "digest": self.digest,
            "model": self.model,
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
        version, dash, body = "".join(text.split()).partition("-")
        if not dash or not version.startswith("vs") or not version[2:].isdigit():
            begins = f"this begins with {text[:12]!r}" if text.strip() else "this is empty"
            raise BadToken(f"a token begins with {VERSION}-; {begins} (for a file write @FILE)")
        if version != VERSION:
            raise UnknownVersion(f"the token is of version {version}; this release knows {VERSION}")
        values = _unpack(body)
        try:
            return _token(values)
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


def _token(values: dict[str, object]) -> Token:
    deviations, bugs, patch = values["deviations"], values["bugs"], values["patch"]
    if not isinstance(deviations, list) or not isinstance(bugs, list):
        raise TypeError("deviations and bugs must be lists")
    if patch is not None and not (isinstance(patch, list) and len(patch) == 2):
        raise TypeError("patch must be a name and a hash")
    return Token(
        scenario=_text(values["scenario"]),
        parameters=Parameters.from_values(values["parameters"]),
        revision=_text(values["revision"]),
        bugs=tuple(_text(bug) for bug in bugs),
        patch=None if patch is None else (_text(patch[0]), _text(patch[1])),
        deviations=tuple(_deviation(each) for each in deviations),
        signature=_text(values["signature"]),
        digest=_text(values["digest"]),
        model=_text(values["model"]),
    )


def _flat(deviation: Deviation) -> list[object]:
    label = deviation.label or ()
    return [deviation.role, deviation.n, deviation.to, *label]


def _deviation(value: object) -> Deviation:
    if not isinstance(value, list) or len(value) not in (3, 7):
        raise TypeError("a deviation has three or seven fields")
    label = None
    if len(value) == 7:
        label = Label(_text(value[3]), _text(value[4]), _text(value[5]), _number(value[6]))
    return Deviation(_text(value[0]), _number(value[1]), _text(value[2]), label)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, not {value!r:.40}")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"expected a number, not {value!r:.40}")
    return value
