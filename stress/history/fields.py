# SPDX-License-Identifier: GPL-2.0-only
"""What the fields of records may hold: printable single lines and numbers, within bounds."""

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from harness.engine import NAME_MAX, TEXT_MAX, is_printable

FORMAT = 1
"""The version of the records; a record of another one is refused, and says so."""

_TOKEN_MAX = 2 << 20
STRICT = ConfigDict(strict=True, extra="forbid")
"""Nothing is taken for what it is not, and no field is taken that a record does not have."""


def _printable(text: str) -> str:
    if not is_printable(text):
        raise ValueError("it is not one printable line")
    return text


Name = Annotated[str, Field(max_length=NAME_MAX), AfterValidator(_printable)]
Text = Annotated[str, Field(max_length=TEXT_MAX), AfterValidator(_printable)]
TokenText = Annotated[str, Field(max_length=_TOKEN_MAX), AfterValidator(_printable)]
Count = Annotated[int, Field(ge=0, lt=1 << 63)]
Seed = Annotated[int, Field(ge=0, lt=1 << 64)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
