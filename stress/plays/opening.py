# SPDX-License-Identifier: GPL-2.0-only
"""The opening of a script: comment lines that say what it is about, in paragraphs."""

COMMENT = "#"


class Opening:
    """The lines before the first that says something else.

    Attributes:
        about: what they say, without their marks; an empty one between paragraphs.
    """

    def __init__(self) -> None:
        """Begin with nothing said."""
        self.about: list[str] = []
        self._is_open = True
        self._gap = False

    def take(self, line: str) -> bool:
        """Take the next line of a script; answer whether it belongs to the opening."""
        self._is_open &= line.startswith(COMMENT) or not line.strip()
        if self._is_open and line.startswith(COMMENT):
            self.about += [""] * (self._gap and bool(self.about))
            self.about.append(line.removeprefix(COMMENT).removeprefix(" "))
        self._gap = not line.startswith(COMMENT)
        return self._is_open
