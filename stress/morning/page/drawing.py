# SPDX-License-Identifier: GPL-2.0-only
"""Drawing: a figure becomes inline SVG that follows the page's colours, the same each time.

Text stays text. Colours are drawn as stand-ins and become the page's variables, so that one drawing
is right on light and on dark ground. What has a tip shows it under the mouse, by the browser's own
means.
"""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import matplotlib as mpl
from markupsafe import Markup, escape
from matplotlib.artist import Artist
from matplotlib.figure import Figure

INK, MUTED, GRID, SURFACE = "#010001", "#020002", "#030003", "#040004"
BLUE, RED, ORANGE, GREEN, GRAY = "#050005", "#060006", "#070007", "#080008", "#090009"

_VARIABLES = {
    INK: "ink", MUTED: "muted", GRID: "grid", SURFACE: "surface", BLUE: "known", RED: "new",
    ORANGE: "regressed", GREEN: "fixed", GRAY: "invalid",
}  # fmt: skip
"""What each stand-in is called on the page."""

_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "vgic-stress",
    "text.parse_math": False,
    "axes.unicode_minus": False,
    "font.size": 8.5,
    "axes.titlesize": 8.5,
    "axes.titlelocation": "left",
    "text.color": INK,
    "axes.titlecolor": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": GRID,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "figure.facecolor": "none",
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": GRID,
    "ytick.color": GRID,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "ytick.major.size": 0,
    "lines.linewidth": 1.6,
    "hatch.linewidth": 0.6,
}
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
_PREAMBLE = re.compile(r"^.*?(?=<svg)|<metadata>.*?</metadata>|<!--.*?-->", re.DOTALL)


class Drawing:
    """A figure, and what is to be said of single marks of it.

    Attributes:
        name: begins the ids of everything in it, so that no two drawings of a page share one.
        alt: what it shows, for those who do not see it.
    """

    def __init__(self, name: str, alt: str, width: float, height: float) -> None:
        self.name = name
        self.alt = alt
        self.figure = Figure(figsize=(width, height), layout="constrained")
        self._tips: list[str] = []

    def tip(self, mark: Artist, text: str) -> None:
        """Say what a mark stands for."""
        mark.set_gid(f"tip{len(self._tips)}")
        self._tips.append(text)

    def svg(self) -> Markup:
        """Return it as an element of a page."""
        file = StringIO()
        self.figure.savefig(file, format="svg", metadata=_NO_METADATA)
        text = _PREAMBLE.sub("", file.getvalue())
        text = re.sub(r' xmlns(:xlink)?="[^"]*"', "", text)
        text = re.sub(r'<svg width="[^"]*" height="[^"]*"', "<svg", text, count=1)
        text = text.replace("xlink:href=", "href=")
        text = re.sub(r'((?:\bid="|href="#|url\(#))', rf"\g<1>{self.name}-", text)
        for number, tip in enumerate(self._tips):
            opening = f'<g id="{self.name}-tip{number}">'
            text = text.replace(opening, f"{opening}<title>{escape(tip)}</title>")
        for stand_in, variable in _VARIABLES.items():
            text = text.replace(stand_in, f"var(--{variable})")
        label = f'<svg role="img" aria-label="{escape(self.alt)}" class="plot"'
        return Markup(text.strip().replace("<svg", label, 1))


@contextmanager
def drawing_style() -> Iterator[None]:
    """Draw in the page's style in this context, whatever the user's own settings are."""
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name may have a character that the font lacks
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield
