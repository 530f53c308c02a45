# SPDX-License-Identifier: GPL-2.0-only
"""A schedule in writing: how values become a token, one word of text, and are read again.

A token is a version, as `hs1`, a dash, and then JSON, compressed, in URL-safe base64. It holds
values only, so to open one imports nothing and runs nothing. It may come out of an e-mail: one
that was damaged on the way is refused, never guessed at; so is one that was made to harm: its texts
are single printable lines, and all of it has a size that some execution can have.

Which fields a token has is up to who writes it: machines in stress.executions.token, programs of a
user's own in harness.checking.token.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Collection, Mapping, Sequence

from harness.engine import (
    NAME_MAX,
    TEXT_MAX,
    Deviation,
    Label,
    is_printable,
    printable_name,
    shortened,
)

PACKED_MAX = 2 << 20
"""No token has more characters."""

_UNPACKED_MAX = 4 << 20
_DEVIATIONS_MAX = 25_000
"""More than an execution can have steps."""
_NUMBER_MAX = 1_000_000


class BadToken(ValueError):
    """The text is not a token; the message says why."""


class UnknownVersion(ValueError):
    """The token is of a version this release does not know."""


def packed(version: str, values: Mapping[str, object]) -> str:
    """Return values as a token.

    Args:
        version: letters and a number, as `hs1`.
        values: what JSON can hold; texts are printable.
    """
    body = zlib.compress(json.dumps(values, separators=(",", ":")).encode(), 9)
    return f"{version}-{base64.urlsafe_b64encode(body).decode().rstrip('=')}"


def unpacked(text: str, versions: Sequence[str]) -> tuple[str, dict[str, object]]:
    """Return a token's version and its values, of which nothing is known but that they are JSON.

    Args:
        text: the token; white space anywhere in it is what an e-mail has put there.
        versions: those that can be read, the present one last.

    Raises:
        UnknownVersion: it is a token, but of another version.
        BadToken: it is not a token.
    """
    if len(text) > PACKED_MAX:
        raise BadToken(f"a token has at most {PACKED_MAX} characters; this has more")
    present = versions[-1]
    letters = present.rstrip("0123456789")
    version, dash, body = "".join(text.split()).partition("-")
    if not dash or not version.startswith(letters) or not version[len(letters) :].isdigit():
        begins = f"this begins with {text[:12]!r}" if text.strip() else "this is empty"
        raise BadToken(f"a token begins with {present}-; {begins} (for a file write @FILE)")
    if version not in versions:
        raise UnknownVersion(
            f"the token is of version {shortened(version, 20)}; this release "
            f"reads {' and '.join(sorted(versions))}"
        )
    return version, _unpacked_body(body)


def _unpacked_body(body: str) -> dict[str, object]:
    try:
        compressed = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj()
        written = unpacker.decompress(compressed, _UNPACKED_MAX)
        if not unpacker.eof:
            raise BadToken("the token is damaged: it is cut off or too large")
        if unpacker.unused_data:
            raise BadToken("the token is damaged: something else follows it")
        values = json.loads(written)
    except BadToken:
        raise
    except (binascii.Error, zlib.error) as error:
        raise BadToken("the token is damaged: characters are missing or changed") from error
    except (ValueError, RecursionError) as error:
        raise BadToken(f"the token is damaged: {error}") from error
    if not isinstance(values, dict):
        raise BadToken("the token is damaged: it holds no fields")
    return values


def check_fields(values: dict[str, object], fields: Collection[str]) -> None:
    """Check that a token has no fields but these.

    Raises:
        ValueError: it has one.
    """
    unknown = sorted(set(values) - set(fields))
    if unknown:
        raise ValueError(f"no token has a field {unknown[0]!r:.40}")


def schedule_to_values(deviations: Sequence[Deviation]) -> list[object]:
    """Return a schedule as values; what in it is not printable is escaped."""
    return [_flat(deviation) for deviation in deviations]


def schedule_from_values(value: object) -> tuple[Deviation, ...]:
    """Read a schedule.

    Raises:
        TypeError: it is none.
        ValueError: it is none that an execution can have.
    """
    if not isinstance(value, list):
        raise TypeError("deviations must be a list")
    if len(value) > _DEVIATIONS_MAX:
        raise ValueError(f"no execution has more than {_DEVIATIONS_MAX} deviations")
    return tuple(map(_deviation, value))


def name_from_value(value: object) -> str:
    """Read a name: a printable line that is not long.

    Raises:
        TypeError: it is no text.
        ValueError: it is not printable, or too long.
    """
    return text_from_value(value, NAME_MAX)


def text_from_value(value: object, length: int = TEXT_MAX) -> str:
    """Read a text: one printable line of at most so many characters.

    Raises:
        TypeError: it is no text.
        ValueError: it is not printable, or too long.
    """
    if not isinstance(value, str):
        raise TypeError(f"expected text, not {value!r:.40}")
    if len(value) > length or not is_printable(value):
        raise ValueError(f"expected one line of at most {length} characters, not {value!r:.40}")
    return value


def _flat(deviation: Deviation) -> list[object]:
    label = deviation.label
    look = () if label is None else (*map(printable_name, label[:3]), label.nth)
    return [printable_name(deviation.role), deviation.n, printable_name(deviation.to), *look]


def _deviation(value: object) -> Deviation:
    if not isinstance(value, list) or len(value) not in (3, 7):
        raise TypeError("a deviation has three or seven fields")
    label = None
    if len(value) == 7:
        kind, function, lock_class = map(name_from_value, value[3:6])
        label = Label(kind, function, lock_class, _number(value[6]))
    return Deviation(name_from_value(value[0]), _number(value[1]), name_from_value(value[2]), label)


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _NUMBER_MAX:
        raise TypeError(f"expected a number from 0 to {_NUMBER_MAX}, not {value!r:.40}")
    return value
