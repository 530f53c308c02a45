# SPDX-License-Identifier: GPL-2.0-only
"""Is a user's scenario run like one that is delivered, and is it said what is wrong with one?"""

import io
import sys
import threading
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path

import pytest

from harness import OsThreads, Passed
from harness.search.strategies import ARMS, ARMS_AMONG_OTHERS
from stress.executions.single import run_index
from stress.executions.target import Target
from stress.scenarios import SCENARIOS, SHIPPED, BadScenarioFile, ScenarioAtFault, register
from tests.docs.pages import ROOT, marked
from tests.fixtures.own_scenarios import HEAD, scenario_text

Write = Callable[..., Path]

FIXED = '''
def fixed(streams):
    """One machine.

    Result: Sometimes
    """
    irq, pulse = Irq(32, Config.EDGE, 0, 0), Pulse(32, True, 0)
    return Parameters(1, (irq,), (Program.spelled("", (0,)),), ((pulse,),))
'''


def wrong(text: str, write: Write) -> str:
    """Return what is said of a file."""
    with pytest.raises(BadScenarioFile) as error:
        register(write(text))
    return str(error.value)


def test_it_is_found_by_its_name_behind_those_that_are_delivered(scenario_file: Write) -> None:
    assert register(scenario_file(scenario_text("b"), scenario_text("a"), FIXED)) == [
        "b",
        "a",
        "fixed",
    ]
    assert list(SCENARIOS) == [*SHIPPED, "b", "a", "fixed"]
    scenario = SCENARIOS["a"]
    assert (scenario.name, scenario.origin, scenario.result) == ("a", "mine.py", "Never")
    assert scenario.summary.startswith("Two devices send an edge each")
    assert SCENARIOS["fixed"].result == "Sometimes"


def test_its_usual_length_is_measured_and_its_portfolio_chosen(scenario_file: Write) -> None:
    register(scenario_file(scenario_text(), FIXED))
    two, one = SCENARIOS["two_edges"], SCENARIOS["fixed"]
    assert (two.length, one.length) == (109, 48)
    assert two.portfolio == ARMS
    assert one.portfolio == ARMS_AMONG_OTHERS
    assert two.floors.rates == {}
    assert two.executions_min == 300


def test_it_runs_and_draws_by_its_streams_alone(scenario_file: Write, pinned: OsThreads) -> None:
    register(scenario_file())
    scenario = SCENARIOS["two_edges"]
    drawn = [scenario.parameters(7, index) for index in range(8)]
    assert drawn == [scenario.parameters(7, index) for index in range(8)]
    assert len(set(drawn)) > 1
    single = run_index(scenario, 7, 3, "random-walk", Target(), pinned)
    assert single.parameters == drawn[3]
    assert isinstance(single.execution.outcome, Passed)


def test_the_example_of_the_docs_is_one(scenario_file: Write, pinned: OsThreads) -> None:
    page = (ROOT / "docs" / "usage.md").read_text("utf-8")
    assert register(scenario_file(marked(page, "file: my_scenarios.py"), head="")) == ["two_edges"]
    scenario = SCENARIOS["two_edges"]
    machines = {scenario.parameters(7, index) for index in range(20)}
    assert {machine.nr_lr for machine in machines} == {1, 2}
    single = run_index(scenario, 7, 0, "portfolio", Target(), pinned)
    assert isinstance(single.execution.outcome, Passed)


def test_what_looks_like_a_scenario_and_is_none_is_let_be(scenario_file: Write) -> None:
    helpers = """
def no_docstring(streams): return 1
def more(streams, vcpu): return 1
def _private(streams):
    "Result: Never"
from stress.scenarios.drawing import draw_devices
also = two_edges
"""
    assert register(scenario_file(scenario_text(), helpers)) == ["two_edges"]


@pytest.mark.parametrize(
    "head",
    [
        "def a(streams):",
        "def a(s: Streams):",
        "def a(s: 'Streams', /, n=1):",
        "def a(s: harness.Streams, *, n=1):",
    ],
)
def test_streams_are_known_by_name_or_annotation(head: str, scenario_file: Write) -> None:
    text = FIXED.replace("def fixed(streams):", head)
    assert register(scenario_file("import harness", text)) == ["a"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "mine.py has no scenario: a scenario is a public function"),
        ("def a(streams): pass", "mine.py has no scenario: a has no line `Result: Never` or"),
        (FIXED.replace("Sometimes", "never"), "fixed is no scenario: has no line `Result: Never`"),
        (FIXED.replace("streams", "s"), "fixed is no scenario: does not take `streams: Streams`"),
        (FIXED.replace("(streams)", "(streams, vcpu)"), "takes more than `streams: Streams`"),
        (scenario_text("one_interrupt"), "a scenario one_interrupt already, delivered with"),
        ("1 / 0", "cannot be run: line 7: ZeroDivisionError: division by zero"),
        ("import sys; sys.exit(3)", "cannot be run: line 7: SystemExit: 3"),
        ("raise KeyboardInterrupt", "cannot be run: KeyboardInterrupt"),
        ("import os; os._exit(0)", "cannot be run: line 7: EndsTheProcess: "),
        ("def :", "cannot be run: SyntaxError: "),
    ],
)
def test_a_file_that_is_of_no_use_is_refused(text: str, said: str, scenario_file: Write) -> None:
    assert said in wrong(text, scenario_file)
    assert list(SCENARIOS) == list(SHIPPED)


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ("return 3", "returns int for execution 0 of seed 0, and not vgic.Parameters"),
        ("1 / 0", "draws no machine for execution 0 of seed 0: line 13: ZeroDivisionError: "),
        ("raise SystemExit(3)", "line 13: SystemExit: 3"),
        ("import os; os._exit(0)", "line 13: EndsTheProcess: "),
        ("import os; os.fork()", "line 13: StartsAProcess: "),
        ("import time; time.sleep(1)", "line 13: BlocksOutside: time.sleep"),
        ("import _thread; _thread.start_new_thread(print, ())", "line 13: ForeignThread: "),
        ("return Parameters(99, (), (), ())", "guests must be a list of 1 to 8 entries"),
        ("return Parameters(1, (3,), (), ())", "AttributeError: 'int' object has no attribute"),
        ("yield", "returns generator for execution 0"),
    ],
)
def test_a_scenario_that_draws_no_machine_is_named(
    first: str, said: str, scenario_file: Write
) -> None:
    text = wrong(scenario_text(first=first), scenario_file)
    assert text.startswith("the scenario two_edges (mine.py) ")
    assert said in text
    assert "\n" not in text


CHANCE = "import random; return Parameters(random.choice(range(1, 17)), *list(_machine)[1:])"
COUNTS = "_calls.append(1); return _machine._replace(nr_lr=1 + len(_calls) % 2)"
MACHINE = f"_calls = []\n{FIXED.replace('def fixed', 'def _fixed')}\n_machine = _fixed(None)\n"


@pytest.mark.parametrize("first", [CHANCE, COUNTS])
def test_one_that_is_not_deterministic_is_named(first: str, scenario_file: Write) -> None:
    text = wrong(MACHINE + scenario_text(first=first), scenario_file)
    assert "the scenario two_edges (mine.py) is not deterministic: for execution " in text
    assert " it drew nr_lr " in text


def test_one_that_hangs_is_named_with_its_line(scenario_file: Write) -> None:
    file = scenario_file("GO_ON = [1]", scenario_text(first="while GO_ON: pass"))
    streams = sys.stdout, sys.stderr
    with pytest.raises(BadScenarioFile) as error:
        register(file, patience_s=0.5)
    assert (sys.stdout, sys.stderr) == streams
    assert "the scenario two_edges (mine.py) at mine.py:14 in two_edges has not come" in str(
        error.value
    )
    assert list(SCENARIOS) == list(SHIPPED)
    later = io.StringIO()
    with redirect_stdout(later):
        sys.modules["vgic_stress_scenarios_mine"].GO_ON.clear()
        for thread in threading.enumerate():
            if thread.name == "reading scenarios":
                thread.join()
        assert sys.stdout is later, "it gives back what it has no more"


def test_a_file_may_import_its_neighbours_and_print(
    scenario_file: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "own_neighbour.py").write_text("LR = 3\n", "utf-8")
    text = scenario_text(first="print('drawn')").replace("nr_lr=1", "nr_lr=LR")
    register(scenario_file("from own_neighbour import LR\nprint('read')", text))
    assert SCENARIOS["two_edges"].parameters(0, 0).nr_lr == 3
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "read\ndrawn\n"


def test_a_file_is_read_anew_if_it_is_registered_again(scenario_file: Write) -> None:
    register(scenario_file(scenario_text("a"), scenario_text("b")))
    register(scenario_file(scenario_text("c"), file="other.py"))
    assert "of other.py; rename" in wrong(scenario_text("c"), scenario_file)
    file = scenario_file(FIXED, scenario_text("b"))
    assert register(file) == ["fixed", "b"]
    assert list(SCENARIOS)[len(SHIPPED) :] == ["c", "fixed", "b"]
    SCENARIOS.forget(file)
    assert list(SCENARIOS)[len(SHIPPED) :] == ["c"]


def test_another_process_reads_the_same_or_says_that_it_does_not(scenario_file: Write) -> None:
    file = scenario_file()
    register(file)
    here, registered = SCENARIOS["two_edges"], SCENARIOS.registered
    SCENARIOS.take(())
    assert "two_edges" not in SCENARIOS
    SCENARIOS.take(registered)
    assert replace(SCENARIOS["two_edges"], draw=here.draw) == here
    SCENARIOS.take(())
    SCENARIOS.take(registered)
    scenario_file(scenario_text(first="# changed"))
    with pytest.raises(ScenarioAtFault, match=r"two_edges .* has changed since this began"):
        SCENARIOS["two_edges"]
    file.unlink()
    with pytest.raises(ScenarioAtFault, match=r"cannot be now: .*mine.py"):
        SCENARIOS["two_edges"]


def test_another_process_that_draws_otherwise_is_noticed(
    scenario_file: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = "import os; return _machine._replace(nr_lr=int(os.environ['OWN_NR_LR']))"
    monkeypatch.setenv("OWN_NR_LR", "2")
    register(scenario_file(MACHINE, scenario_text(first=first)))
    registered = SCENARIOS.registered
    SCENARIOS.take(())
    SCENARIOS.take(registered)
    monkeypatch.setenv("OWN_NR_LR", "3")
    with pytest.raises(ScenarioAtFault, match=r"it drew another machine in another process"):
        SCENARIOS["two_edges"]


def test_a_copy_is_read_in_its_place_under_its_name(scenario_file: Write, tmp_path: Path) -> None:
    file = scenario_file(scenario_text(first="if streams is None: 1 / 0"))
    register(file)
    copy = tmp_path / "copies" / "0-mine.py"
    copy.parent.mkdir()
    copy.write_bytes(file.read_bytes())
    SCENARIOS.read_from(file, copy)
    registered = SCENARIOS.registered
    file.write_text(HEAD, "utf-8")
    SCENARIOS.take(())
    SCENARIOS.take(registered)
    assert SCENARIOS["two_edges"].origin == "mine.py"
    assert SCENARIOS["two_edges"].draw.__code__.co_filename == str(file)
