# SPDX-License-Identifier: GPL-2.0-only
"""junit.xml of a night, as Jenkins and GitLab read it: a suite a target, a case a scenario.

Both keep one outcome of a case, tell cases apart by class name and name, and read no more of an
outcome than its message and its text. XML has no way to write most control characters and two that
are none, so these are escaped as everywhere else.
"""

import re
from xml.etree import ElementTree

from harness.engine import printable
from stress.morning.cases import ERROR, FAILED, KNOWN, SKIPPED, NightCase, NightSuite, suites
from stress.morning.morning import Morning

_ELEMENTS = {FAILED: "failure", ERROR: "error", KNOWN: "skipped", SKIPPED: "skipped"}
_NOT_IN_XML = re.compile("[\ufffe\uffff]")


def junit_text(morning: Morning) -> str:
    """Return junit.xml of a night."""
    found = suites(morning)
    tonight = morning.tonight
    whole = {"name": "vgic-stress", "time": f"{tonight.seconds:.3f}"}
    root = ElementTree.Element("testsuites", whole | _counts(*found))
    for suite in found:
        names = {"name": _in_xml(suite.name), "timestamp": _in_xml(tonight.begun[:19])}
        element = ElementTree.SubElement(root, "testsuite", names | _counts(suite))
        properties = ElementTree.SubElement(element, "properties")
        for name, value in (
            ("night", tonight.night),
            ("seed", str(tonight.seed)),
            ("model", tonight.model),
            ("version", tonight.version),
        ):
            ElementTree.SubElement(properties, "property", name=name, value=_in_xml(value))
        for case in suite.cases:
            _add(element, suite, case)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"


def _add(parent: ElementTree.Element, suite: NightSuite, case: NightCase) -> None:
    names = {"classname": _in_xml(suite.name), "name": _in_xml(case.name)}
    element = ElementTree.SubElement(parent, "testcase", names)
    lines = "\n".join(map(_in_xml, case.lines))
    kind = _ELEMENTS.get(case.outcome)
    if kind is not None:
        outcome = {"message": _in_xml(case.message)}
        if kind != "skipped":
            outcome["type"] = case.outcome
        ElementTree.SubElement(element, kind, outcome).text = lines
    elif lines:
        ElementTree.SubElement(element, "system-out").text = lines


def _counts(*counted: NightSuite) -> dict[str, str]:
    cases = [case for suite in counted for case in suite.cases]
    kinds = [_ELEMENTS.get(case.outcome) for case in cases]
    return {
        "tests": str(len(cases)),
        "failures": str(kinds.count("failure")),
        "errors": str(kinds.count("error")),
        "skipped": str(kinds.count("skipped")),
    }


def _in_xml(text: str) -> str:
    return _NOT_IN_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", printable(text))
