# SPDX-License-Identifier: GPL-2.0-only
"""Does docs/revisions.md say of each revision what the classes do that it is made of?"""

import textwrap
from pathlib import Path

import pytest

from vgic import REVISIONS, TOPICS
from vgic.kernel import Mechanism
from vgic.revisions import Commit, Revision, Topic, facts

PAGE = (Path(__file__).parents[3] / "docs" / "revisions.md").read_text("utf-8")

BEYOND = "Of the same time, and needing what is not in the model"


def rows_of(topic: Topic) -> list[str]:
    """Return the rows of a topic: each way of doing it, and who does it so."""
    ways: dict[str, list[str]] = {}
    for name, record in REVISIONS.items():
        ways.setdefault(topic.of(record.cls), []).append(f"`{name}`")
    titles = [f"**{topic.name}**", *[""] * len(ways)]
    return [
        f"| {title} | {way} | {', '.join(names)} |"
        for title, (way, names) in zip(titles, ways.items(), strict=False)
    ]


def test_the_page_has_the_table_that_the_classes_make() -> None:
    """Where it has not: this is the table."""
    table = "\n".join(row for topic in TOPICS for row in rows_of(topic))
    assert table in PAGE, f"the rows of the table are:\n{table}"


def section_of(record: Revision) -> str:
    """Return what the page says of a revision: its story, its facts in a line, its commits."""
    paragraphs = [" ".join(each.split()) for each in record.story.split("\n\n")]
    facts_line = "; ".join(
        words.format(value)
        for words, value in (
            ("Linux {}", record.kernel),
            ("{}", record.date),
            ("mended by {}", record.mended_by),
            ("found as {}", ", ".join(f"`{kind}`" for kind in record.found_as)),
        )
        if value
    )
    if facts_line:
        paragraphs.append(f"{facts_line[0].upper()}{facts_line[1:]}.")
    blocks = [
        textwrap.fill(each, 120, break_on_hyphens=False, break_long_words=False)
        for each in paragraphs
    ]
    blocks += ["\n".join(_lines(record.models))] if record.models else []
    beyond = _lines(record.beyond)
    blocks += ["\n".join([f"{BEYOND}:", "", *beyond])] if beyond else []
    return "\n\n".join([f"### `{record.name}`", *blocks])


def _lines(commits: tuple[Commit, ...]) -> list[str]:
    return [f"- {each.id}: {each.what}" if each.id else f"- {each.what}" for each in commits]


def test_the_page_has_the_whole_section_of_each_revision_and_nothing_else() -> None:
    """Where it has not: this is what follows the heading."""
    sections = "\n\n".join(map(section_of, REVISIONS.values()))
    stories = PAGE.partition("## Their stories\n\n")[2]
    assert stories == f"{sections}\n", f"the sections are:\n{sections}"


@pytest.mark.parametrize("name", facts.__all__)
def test_every_fact_makes_a_difference_in_some_topic(name: str) -> None:
    fact: type[Mechanism] = getattr(facts, name)
    with_it = {each for topic in TOPICS for each, _ in topic.otherwise if issubclass(fact, each)}
    assert with_it, f"{name} is in no topic of differences.py"


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_way_of_a_topic_is_some_revisions(topic: Topic) -> None:
    ways = {topic.of(record.cls) for record in REVISIONS.values()}
    assert ways == {topic.reference, *(words for _, words in topic.otherwise)}
