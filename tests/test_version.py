# SPDX-License-Identifier: GPL-2.0-only
"""Do the version of the package, the changelog and what old names promise agree?"""

import re
import tomllib

from harness.old_names import WORKS_UNTIL
from tests.docs.pages import ROOT

VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
HEADINGS = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)


def parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def test_the_changelog_begins_with_the_version_of_the_package() -> None:
    assert HEADINGS[0].split()[0] == VERSION


def test_the_changelog_has_versions_alone_each_with_its_date_the_newest_first() -> None:
    versions = [
        re.fullmatch(r"(\d+\.\d+\.\d+) \((\d{4}-\d\d-\d\d|unreleased)\)", each) for each in HEADINGS
    ]
    assert all(versions)
    assert "unreleased" not in [each[2] for each in versions[1:] if each]
    numbers = [parts(each[1]) for each in versions if each]
    assert numbers == sorted(set(numbers), reverse=True)


def test_old_names_work_in_this_version_still() -> None:
    assert parts(VERSION) < parts(WORKS_UNTIL)


def test_the_changelog_says_until_when_old_names_work() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"work until {WORKS_UNTIL}, with a warning" in changelog
