# SPDX-License-Identifier: GPL-2.0-only
"""Does a finding's description say what is known of it, and nothing that acts on who reads it?"""

from dataclasses import replace
from pathlib import Path

from stress.morning import description
from tests.fixtures.nights import finding

FOLDER = Path("nights/findings/one")


def test_it_says_since_when_how_often_and_where_else() -> None:
    record = replace(
        finding(),
        fails_on=["head-walk"],
        passes_on=["reference"],
        trailers=["Cc: stable@vger.kernel.org # 6.19"],
    )
    text = description(record, FOLDER)
    first, last = record.sightings[0], record.sightings[-1]
    assert f"first seen {first.at} in `{first.night}`" in text
    assert f"last seen {last.at} in `{last.night}`" in text
    assert "fails on `head-walk`" in text
    assert "passes on `reference`" in text
    assert "    Cc: stable@vger.kernel.org # 6.19" in text
    assert "vgic-stress replay " in text


def test_what_nobody_has_seen_yet_has_no_dates() -> None:
    text = description(replace(finding(), sightings=[]), FOLDER)
    assert "seen" not in text


def test_a_hostile_name_is_no_markup() -> None:
    record = replace(finding(), symptom="[x](http://x) <b>", target="`a` <i>")
    text = description(record, FOLDER)
    assert "\\[x\\]" in text
    assert "<b>" not in text.replace("\\<b\\>", "")
    assert "`` `a` <i> ``" in text
