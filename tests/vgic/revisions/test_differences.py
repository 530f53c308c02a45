# SPDX-License-Identifier: GPL-2.0-only
"""Does docs/revisions.md say of each revision what the classes do that it is made of?"""

import re
from pathlib import Path

import pytest

from vgic import REVISIONS, TOPICS
from vgic.kernel import Mechanism
from vgic.revisions import Topic, facts

PAGE = (Path(__file__).parents[3] / "docs" / "revisions.md").read_text("utf-8")


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


def test_the_page_has_the_story_and_the_commits_of_each_revision() -> None:
    for name, record in REVISIONS.items():
        section = PAGE.partition(f"### `{name}`")[2].partition("### ")[0]
        first = record.story.partition("\n")[0]
        assert first in re.sub(r"\s+", " ", section)
        assert all(commit.id in section and commit.what in section for commit in record.models)


@pytest.mark.parametrize("name", facts.__all__)
def test_every_fact_makes_a_difference_in_some_topic(name: str) -> None:
    fact: type[Mechanism] = getattr(facts, name)
    with_it = {each for topic in TOPICS for each, _ in topic.otherwise if issubclass(fact, each)}
    assert with_it, f"{name} is in no topic of differences.py"


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_way_of_a_topic_is_some_revisions(topic: Topic) -> None:
    ways = {topic.of(record.cls) for record in REVISIONS.values()}
    assert ways == {topic.reference, *(words for _, words in topic.otherwise)}
