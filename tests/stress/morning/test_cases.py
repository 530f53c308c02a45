# SPDX-License-Identifier: GPL-2.0-only
"""junit.xml and KTAP have what a night came to, and nothing that a record says can break out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped

from stress.history import CanaryRecord, CellRecord, Explored, FindingRecord, Lost, Mark
from stress.morning import Morning, junit_text, ktap_text
from tests.fixtures.ktap import Test, parsed
from tests.fixtures.nights import TODAY, a_history, finding, night, target

SYMPTOM = "I13 stuck active in kvm_vgic_sync_hwstate"
HOSTILE = [
    "]]><failure/>",
    "a\nnot ok 1 b",
    "a\r\nok 2 b # SKIP",
    "# SKIP all is well",
    "x # SKIP",
    "1..0",
    "KTAP version 1",
    "Bail out!",
    "\x00\x1b[2J\x07",
    "\ufffe\uffff\ud800",
    '" onload="x',
    "<!--&amp;&#0;",
    "",
    "  ",
]


def morning(findings: Sequence[FindingRecord] = (), **tonight: Any) -> Morning:
    tonight.setdefault("found", [each.id for each in findings])
    record = night(1, **tonight)
    states = {each.id: "new" for each in findings}
    marks = {
        each.id: Mark("known", "mended in v2", "", record.begun)
        for each in findings
        if each.message == "known"
    }
    return Morning(record, [], findings, states, TODAY, marks)


def cell(
    scenario: str, failures: dict[str, int] | None = None, executions: int = 100
) -> CellRecord:
    return CellRecord(scenario, executions, 1_000, 0, 0, failures or {})


def on_head_walk(**fields: Any) -> Any:
    return target("head-walk", cells=[cell("a"), cell("b")], **fields)


def seen_in(scenario: str, **fields: Any) -> FindingRecord:
    made = finding(**fields)
    return replace(made, sightings=[replace(made.sightings[0], scenario=scenario)])


def junit(of: Morning) -> dict[tuple[str, str], Any]:
    """Return the cases by class name and name, read as Jenkins and GitLab read them."""
    text = junit_text(of)
    cases = {}
    read = JUnitXml.fromstring(text.encode())
    for suite in read:
        for case in suite:
            assert case.classname == suite.name
            cases[case.classname, case.name] = case
    tests = [element.attrib for element in ElementTree.fromstring(text).iter("testcase")]
    assert len(cases) == len(tests) == read.tests
    outcomes = [outcome for case in cases.values() for outcome in case.result]
    assert all(len(case.result) <= 1 for case in cases.values())
    for kind, count in ((Failure, read.failures), (Error, read.errors), (Skipped, read.skipped)):
        assert sum(isinstance(each, kind) for each in outcomes) == count
    return cases


def ktap(of: Morning) -> dict[tuple[str, str], Test]:
    tests = parsed(ktap_text(of))
    return {(test.name, sub.name): sub for test in tests for sub in test.subtests}


def outcomes(of: Morning, case: tuple[str, str]) -> tuple[str, str]:
    """Return what both forms make of a case."""
    result = junit(of)[case].result
    test = ktap(of)[case]
    said = test.directive or ("ok" if test.ok else "not ok")
    return (type(result[0]).__name__ if result else "", said)


def test_a_night_in_which_nothing_fails_has_no_failure() -> None:
    clean = morning()
    assert {type(r) for case in junit(clean).values() for r in case.result} == set()
    assert all(test.ok and not test.directive for test in ktap(clean).values())


def test_two_weeks_come_through_both_parsers() -> None:
    history = a_history()
    for at, tonight in enumerate(history.nights):
        past = history.nights[:at]
        of = Morning(tonight, past, history.findings, history.states, TODAY, history.marks)
        assert junit(of).keys() == ktap(of).keys()


def test_a_finding_fails_the_scenario_that_it_was_seen_in_and_no_other() -> None:
    found = seen_in("b")
    of = morning([found], targets=[on_head_walk()])
    assert outcomes(of, ("head-walk", "b")) == ("Failure", "not ok")
    assert outcomes(of, ("head-walk", "a")) == ("", "ok")
    failure = junit(of)["head-walk", "b"].result[0]
    assert found.id in failure.message
    assert f"vgic-stress replay {found.token}" in failure.text
    assert any(found.token in line for line in ktap(of)["head-walk", "b"].diagnostics)


def test_it_fails_each_scenario_that_has_its_symptom() -> None:
    ran = target("head-walk", cells=[cell("a", {SYMPTOM: 2}), cell("b"), cell("c", {SYMPTOM: 1})])
    of = morning([seen_in("a")], targets=[ran])
    assert [outcomes(of, ("head-walk", name))[1] for name in "abc"] == ["not ok", "ok", "not ok"]


def test_a_symptom_without_a_finding_fails_too() -> None:
    ran = target("head-walk", cells=[cell("a", {"I16 missed kick": 3}), cell("b", {SYMPTOM: 0})])
    of = morning(targets=[ran])
    assert outcomes(of, ("head-walk", "a")) == ("Failure", "not ok")
    assert outcomes(of, ("head-walk", "b")) == ("", "ok")
    assert "I16 missed kick in 3 executions" in junit(of)["head-walk", "a"].result[0].message


def test_all_findings_of_a_scenario_are_in_its_one_failure() -> None:
    both = [seen_in("a"), seen_in("a", symptom="I16 missed kick")]
    of = morning(both, targets=[on_head_walk()])
    text = junit(of)["head-walk", "a"].result[0].text
    assert all(each.id in text and each.token in text for each in both)


def test_a_finding_whose_token_fails_is_a_failure_though_the_search_has_not_met_it() -> None:
    earlier = finding(seen=())
    case = "head-walk", "findings outside the scenarios"
    of = morning([earlier], targets=[on_head_walk()], found=[], replayed={earlier.id: "fails"})
    assert outcomes(of, case) == ("Failure", "not ok")
    of = morning([earlier], targets=[on_head_walk()], found=[], replayed={earlier.id: "passes"})
    assert case not in ktap(of)
    of = morning([earlier], found=[], replayed={earlier.id: "fails"})
    assert outcomes(of, case) == ("Failure", "not ok")


def test_what_is_known_fails_nothing_alone_and_hides_nothing() -> None:
    known = seen_in("a", message="known")
    of = morning([known], targets=[on_head_walk()])
    assert outcomes(of, ("head-walk", "a")) == ("Skipped", "XFAIL")
    assert "mended in v2" in junit(of)["head-walk", "a"].result[0].message
    assert ktap(of)["head-walk", "a"].ok
    other = seen_in("a", symptom="I16 missed kick")
    of = morning([known, other], targets=[on_head_walk()])
    assert outcomes(of, ("head-walk", "a")) == ("Failure", "not ok")


def test_a_lost_execution_is_neither_pass_nor_fail() -> None:
    of = morning(targets=[on_head_walk(lost=[Lost("a", 17, "killed by signal 9, twice")])])
    assert outcomes(of, ("head-walk", "a")) == ("Error", "ERROR")
    assert outcomes(of, ("head-walk", "b")) == ("", "ok")
    of = morning([seen_in("a")], targets=[on_head_walk(lost=[Lost("a", 17, "killed")])])
    assert outcomes(of, ("head-walk", "a")) == ("Failure", "not ok")
    assert "execution 17: killed" in junit(of)["head-walk", "a"].result[0].text


def test_too_few_to_judge_is_skipped_where_it_is_so() -> None:
    of = morning(targets=[on_head_walk(reasons=["b: 3 executions, at least 24 are needed"])])
    assert outcomes(of, ("head-walk", "b")) == ("Skipped", "SKIP")
    assert outcomes(of, ("head-walk", "a")) == ("", "ok")
    of = morning(targets=[on_head_walk(reasons=["it overrides nothing"])])
    assert outcomes(of, ("head-walk", "the class under test")) == ("Skipped", "SKIP")
    of = morning(targets=[target("head-walk", cells=[cell("a", executions=0)])])
    assert outcomes(of, ("head-walk", "a")) == ("Skipped", "SKIP")


def test_a_class_at_fault_a_harness_bug_and_a_missed_canary_are_errors() -> None:
    of = morning(targets=[on_head_walk(faults=["blocks outside the harness at a.py:3"])])
    assert outcomes(of, ("head-walk", "the class under test")) == ("Error", "ERROR")
    of = morning(bugs=["a digest differs"], canaries=[CanaryRecord("sort", 0)])
    assert outcomes(of, ("vgic-stress", "the harness")) == ("Error", "ERROR")
    assert outcomes(of, ("vgic-stress", "canary sort")) == ("Error", "ERROR")


def test_what_was_found_and_has_no_record_is_not_green() -> None:
    assert outcomes(morning(found=["0123456789ab"]), ("vgic-stress", "the harness"))[0] == "Error"


def test_a_night_that_was_stopped_says_so() -> None:
    assert outcomes(morning(interrupted=True), ("vgic-stress", "the harness"))[0] == "Skipped"


def test_exploring_passes_only_if_it_was_complete() -> None:
    explored = [
        Explored("head-walk", "whole", True, 9, {}),
        Explored("head-walk", "part", False, 9, {}),
        Explored("head-walk", "wrong", False, 9, {SYMPTOM: 1}),
    ]
    of = morning(explored=explored)
    said = [
        outcomes(of, ("head-walk", f"explore {name}"))[0] for name in ("whole", "part", "wrong")
    ]
    assert said == ["", "Skipped", "Failure"]


def test_two_targets_of_one_name_are_two_suites() -> None:
    bad = target("my.py", cells=[cell("a", {SYMPTOM: 1}), cell("a")])
    of = morning(targets=[bad, target("my.py", cells=[cell("a")])])
    assert outcomes(of, ("my.py", "a")) == ("Failure", "not ok")
    assert outcomes(of, ("my.py", "a (2)")) == ("", "ok")
    assert outcomes(of, ("my.py (2)", "a")) == ("", "ok")


def hostile_mornings(text: str) -> Iterator[Morning]:
    """Yield mornings that have a text wherever a text can be; each has one failing case."""
    plain = seen_in("a")
    sighting = replace(plain.sightings[0], scenario=text)
    record = replace(
        plain, symptom=text, target=text, identity=text, message=text, sightings=[sighting]
    )
    ran = replace(on_head_walk(), target=text, cells=[cell(text), cell("b")])
    yield morning([record], targets=[ran])
    yield morning([replace(plain, message=text)], targets=[on_head_walk()])
    yield morning(targets=[target("head-walk", cells=[cell("a", {text: 1})])])
    token = text.replace("\ud800", "")  # no command line can have it
    yield morning([replace(plain, token=token, others=[token])], targets=[on_head_walk()])
    yield morning([plain], targets=[on_head_walk(reasons=[text, f"b: {text}"])])
    yield morning([plain], targets=[on_head_walk()], version=text, model=text, begun=text or "x")
    yield morning([plain], targets=[on_head_walk(), replace(ran, cells=[])])


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_breaks_out(text: str) -> None:
    for of in hostile_mornings(text):
        results = [each for case in junit(of).values() for each in case.result]
        assert sum(isinstance(each, Failure) for each in results) == 1
        assert sum(test.fails for test in ktap(of).values()) == 1
        acts = "\x00-\x09\x0b-\x1f\x7f\ud800-\udfff"
        assert re.search(f"[{acts}]", ktap_text(of)) is None
        assert re.search(f"[{acts}\ufffe\uffff]", junit_text(of)) is None


def test_a_fault_can_name_no_directive() -> None:
    for text in HOSTILE:
        of = morning(targets=[on_head_walk(faults=[text])], bugs=[text])
        assert outcomes(of, ("head-walk", "the class under test")) == ("Error", "ERROR")


@pytest.mark.parametrize(
    "text",
    [
        "KTAP version 1\n1..2\nok 1 a\n",
        "KTAP version 1\n1..1\nok 2 a\n",
        "KTAP version 1\n1..1\nok 1 a\nok 2 b\n",
        "1..1\nok 1 a\n",
        "KTAP version 1\nok 1 a\n",
        "KTAP version 1\n1..1\n    KTAP version 1\n    1..1\n    ok 1 a\nok 1 b\n",
        "KTAP version 1\n1..1\n  KTAP version 1\n  1..1\n  not ok 1 a\nok 1 b\n",
        "KTAP version 1\n1..1\nok 1 a # ERROR b\n",
        "KTAP version 1\n1..1\nanything\nok 1 a\n",
        "KTAP version 1\n1..1\nok 1 a",
    ],
)
def test_the_reader_takes_nothing_else(text: str) -> None:
    with pytest.raises(ValueError, match=r"line|result|plan"):
        parsed(text)


def test_the_reader_takes_the_example_of_the_page() -> None:
    (main,) = parsed(
        "KTAP version 1\n1..1\n  KTAP version 1\n  1..3\n    KTAP version 1\n    1..1\n"
        "    # test_1: initializing test_1\n    ok 1 test_1\n  ok 1 example_test_1\n"
        "    KTAP version 1\n    1..2\n    ok 1 test_1 # SKIP test_1 skipped\n    ok 2 test_2\n"
        "  ok 2 example_test_2\n    KTAP version 1\n    1..3\n    ok 1 test_1\n    # test_2: FAIL\n"
        "    not ok 2 test_2\n    ok 3 test_3 # SKIP test_3 skipped\n  not ok 3 example_test_3\n"
        "not ok 1 main_test\n"
    )
    assert [len(each.subtests) for each in main.subtests] == [1, 2, 3]
    assert main.subtests[1].subtests[0].directive == "SKIP"
