# SPDX-License-Identifier: GPL-2.0-only
"""Is a circle that nights of several machines close, once merged, filed by the next night, once?"""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from stress.executions import Target
from stress.history import History, across_nights, merge
from stress.nights.orders import _not_filed
from stress.nights.tonight import Tonight
from tests.stress.history.records import MODEL, edge, filed, finding, night

NAME = str(Target())


def test_what_two_machines_close_is_filed_by_the_next_night(tmp_path: Path) -> None:
    one = [edge("a", "b", "vs2-ab", target=NAME)]
    other = [edge("b", "a", "vs2-ba", target=NAME)]
    sources = [
        filed(tmp_path / "one", night(1, "a", edges=one)),
        filed(tmp_path / "other", night(1, "b", edges=other)),
    ]
    merge(sources, tmp_path / "all")
    with History.open(tmp_path / "all") as history:
        earlier = history.edges(NAME, "", MODEL)
        circles = across_nights(one, earlier).older
        plan, place = SimpleNamespace(targets=[Target()]), Path("night-0009-00000000")
        tonight = cast(Tonight, SimpleNamespace(history=history, plan=plan, place=place))
        (found,) = _not_filed(tonight, 0, circles)
        assert set(found.tokens) == {"vs2-ab", "vs2-ba"}
        elsewhere = finding(1, identity=found.identity, target="another")
        history.file(elsewhere, history.folder / "findings" / "elsewhere")
        assert _not_filed(tonight, 0, circles) == [found]
        here = finding(1, identity=found.identity, target=NAME, id="0" * 12)
        history.file(here, history.folder / "findings" / "here")
        assert _not_filed(tonight, 0, circles) == []
