# SPDX-License-Identifier: GPL-2.0-only
"""The token of a program: one schedule of it as text that can be pasted into a test or an e-mail.

`hs1-` and then what it holds, packed (harness.schedule.written): which program it is, the
deviations with their labels, and what came of it. The program itself is not in it: who replays it
has that, and one that is another is refused.
"""

from dataclasses import dataclass

from harness.checking.programs import Identity
from harness.engine import Deviation, printable_name, printable_text
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

VERSION = "hs1"
_FIELDS = ("program", "source", "deviations", "signature", "digest")


@dataclass(frozen=True)
class ProgramToken:
    """One execution of a program.

    Attributes:
        program: which program it is.
        deviations: the schedule.
        signature: the failure's identity.
        digest: the digest of the trace.
    """

    program: Identity
    deviations: tuple[Deviation, ...]
    signature: str
    digest: str

    def encode(self) -> str:
        """Return the token as text; what in it is not printable is escaped."""
        values = {
            "program": printable_name(self.program.name),
            "source": printable_name(self.program.source),
            "deviations": schedule_to_values(self.deviations),
            "signature": printable_text(self.signature),
            "digest": printable_name(self.digest),
        }
        return packed(VERSION, values)

    @staticmethod
    def decode(text: str) -> "ProgramToken":
        """Read a token; that runs nothing.

        Raises:
            UnknownVersion: it is a token, but of another version.
            BadToken: it is not a token.
        """
        _, values = unpacked(text, (VERSION,))
        try:
            check_fields(values, _FIELDS)
            return ProgramToken(
                Identity(name_from_value(values["program"]), name_from_value(values["source"])),
                schedule_from_values(values["deviations"]),
                text_from_value(values["signature"]),
                name_from_value(values["digest"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BadToken(f"the token is damaged: bad or missing field ({error})") from error
