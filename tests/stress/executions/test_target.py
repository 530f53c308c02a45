# SPDX-License-Identifier: GPL-2.0-only
"""Does a target become the class its text names, or an error that says what to write instead?"""

import inspect
import pickle
from pathlib import Path

import pytest

from harness import HarnessBug, OsThreads, Streams
from harness.engine.strategy import Quiet
from stress.executions.single import run
from stress.executions.target import Target, target_of
from stress.explaining.recorded import record
from stress.scenarios import SCENARIOS
from vgic import REVISIONS, CompositionError, Reference

ONE = """
from vgic import Reference

class MyKernel(Reference):
    def replug_overflow(self, vcpu):
        '''Mine.'''
"""
TWO = (
    ONE
    + """
class YourKernel(Reference):
    def replug_overflow(self, vcpu):
        '''Yours.'''
"""
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the path of a user's file with one class."""
    path = tmp_path / "my_patch.py"
    path.write_text(ONE, "utf-8")
    return path


def refused(revision: object) -> str:
    with pytest.raises(CompositionError) as refusal:
        Target(str(revision)).check()
    return str(refusal.value)


def told(function: object) -> str | None:
    return inspect.getdoc(function)


@pytest.mark.parametrize("name", sorted(REVISIONS))
def test_a_revision_is_known_by_name(name: str) -> None:
    assert Target(name).kernel is REVISIONS[name].cls


def test_the_default_is_v1() -> None:
    assert Target().kernel is Reference


def test_a_wrong_revision_gets_the_nearest_one_suggested() -> None:
    assert "did you mean head-walk" in refused("head_walk")


def test_a_wrong_bug_gets_the_nearest_one_suggested() -> None:
    with pytest.raises(CompositionError, match="did you mean no_splice"):
        Target(bugs=("no-splice",)).check()


def test_a_users_class_is_loaded_by_file_and_name(file: Path) -> None:
    kernel = Target(f"{file}:MyKernel").kernel
    assert issubclass(kernel, Reference)
    assert told(kernel.replug_overflow) == "Mine."


def test_the_file_alone_is_enough_if_it_has_one_class(file: Path) -> None:
    assert told(Target(str(file)).kernel.replug_overflow) == "Mine."


def test_of_several_classes_the_named_one_is_taken(file: Path) -> None:
    file.write_text(TWO, "utf-8")
    assert told(Target(f"{file}:YourKernel").kernel.replug_overflow) == "Yours."


def test_of_several_classes_one_has_to_be_named(file: Path) -> None:
    file.write_text(TWO, "utf-8")
    message = refused(file)
    assert "MyKernel" in message
    assert "YourKernel" in message


def test_an_imported_revision_does_not_count_as_a_class_of_the_file(file: Path) -> None:
    file.write_text("from vgic.revisions.head_walk import HeadWalk\n" + ONE, "utf-8")
    assert told(Target(str(file)).kernel.replug_overflow) == "Mine."


def test_bugs_go_into_a_users_class(file: Path) -> None:
    kernel = Target(f"{file}:MyKernel", ("eoicount_not_preserved",)).kernel
    assert told(kernel.replug_overflow) == "Mine."
    assert told(kernel.save_eoicount) == "Forget it."


def test_a_class_that_is_absent_is_told_beside_those_that_are_there(file: Path) -> None:
    message = refused(f"{file}:HerKernel")
    assert "HerKernel" in message
    assert "MyKernel" in message


def test_a_name_that_is_no_class_is_refused(file: Path) -> None:
    file.write_text("MyKernel = 7\n", "utf-8")
    assert "MyKernel" in refused(f"{file}:MyKernel")


def test_a_file_without_a_class_is_refused(file: Path) -> None:
    file.write_text("import vgic\n", "utf-8")
    assert str(file) in refused(file)


def test_a_class_derived_from_no_revision_overrides_functions_of_v1(file: Path) -> None:
    file.write_text(ONE.replace("(Reference)", ""), "utf-8")
    kernel = Target(f"{file}:MyKernel").kernel
    assert issubclass(kernel, Reference)
    assert told(kernel.replug_overflow) == "Mine."


def test_a_class_of_something_else_is_refused_by_its_first_strange_name(file: Path) -> None:
    file.write_text("class Shop:\n    def opening_hours(self):\n        pass\n", "utf-8")
    assert "opening_hours" in refused(f"{file}:Shop")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("class Mine:\n    pass\n", "Mine overrides nothing"),
        ("class Mine:\n    def _helper(self):\n        pass\n", "Mine overrides nothing"),
        ("import enum\nclass Mine(enum.Enum):\n    RED = 1\n", "Mine cannot be a kernel"),
    ],
)
def test_a_class_that_can_be_no_kernel_is_refused(file: Path, source: str, words: str) -> None:
    file.write_text(source, "utf-8")
    assert words in refused(file)


def test_a_file_may_import_what_lies_beside_it(file: Path) -> None:
    (file.parent / "my_base_beside.py").write_text(ONE.replace("MyKernel", "Base"), "utf-8")
    file.write_text("from my_base_beside import Base\nclass Mine(Base):\n    pass\n", "utf-8")
    assert told(Target(str(file)).kernel.replug_overflow) == "Mine."


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    assert "absent.py" in refused(f"{tmp_path / 'absent.py'}:MyKernel")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("\n\nraise RuntimeError('not today')", "line 3: RuntimeError: not today"),
        ("raise SystemExit(0)", "line 1: SystemExit: 0"),
        ("import no_such_module_anywhere", "no_such_module_anywhere"),
        ("class Broken(:", "SyntaxError"),
    ],
)
def test_a_file_that_raises_is_an_error_that_says_what_it_raised(
    file: Path, source: str, words: str
) -> None:
    file.write_text(source, "utf-8")
    assert words in refused(file)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("vgic_prune_aplist", "vgic_prune_ap_list"),
        ("replug_overflows", "replug_overflow"),
        ("vgic_queue_irq", "vgic_queue_irq_unlock"),
    ],
)
def test_a_name_the_kernel_lacks_is_refused_with_the_nearest_one(
    file: Path, wrong: str, right: str
) -> None:
    file.write_text(ONE.replace("replug_overflow", wrong), "utf-8")
    message = refused(f"{file}:MyKernel")
    assert wrong in message
    assert f"did you mean {right}" in message


def test_helpers_of_the_users_own_begin_with_an_underscore(file: Path) -> None:
    file.write_text(ONE + "\n    def _helper(self):\n        pass\n", "utf-8")
    assert issubclass(Target(str(file)).kernel, Reference)


def test_a_users_class_is_known_by_name_and_source_hash(file: Path) -> None:
    target = Target(str(file))
    before = target.patch_identity()
    assert before is not None
    assert before[0] == "MyKernel"
    assert Target(f"{file}:MyKernel").patch_identity() == before
    file.write_text(ONE + "# edited\n", "utf-8")
    after = target.patch_identity()
    assert after is not None
    assert after[0] == "MyKernel"
    assert after[1] != before[1]


def test_a_named_revision_has_no_patch_identity() -> None:
    assert Target("head-walk").patch_identity() is None


def counting(file: Path) -> Path:
    """Have the file say each time that it is run."""
    runs = file.with_name("runs")
    file.write_text(f"with open({str(runs)!r}, 'a') as file:\n    file.write('x')\n{ONE}", "utf-8")
    return runs


def test_a_users_file_is_run_when_its_kernel_is_first_asked_for_and_once(file: Path) -> None:
    runs = counting(file)
    target = Target(str(file), ("prune_active",))
    assert not runs.exists()
    assert target.kernel is target.kernel
    assert target.patch_identity() is not None
    assert runs.read_text("utf-8") == "x"


def test_to_check_for_races_too_no_file_is_run_once_more(file: Path) -> None:
    runs = counting(file)
    target = Target(str(file))
    checking = target.checking(races=True)
    assert checking == Target(str(file), races=True)
    assert checking.kernel.checks_races
    assert not target.kernel.checks_races
    assert checking.checking(races=True) is checking
    assert runs.read_text("utf-8") == "x"


def test_what_goes_to_another_process_is_text_and_makes_the_class_there(file: Path) -> None:
    runs = counting(file)
    target = Target(str(file), ("prune_active",), races=True)
    target.check()
    there = pickle.loads(pickle.dumps(target))
    assert there == target
    assert runs.read_text("utf-8") == "x"
    there.check()
    assert runs.read_text("utf-8") == "xx"


def test_what_can_be_no_kernel_is_no_failure_of_an_execution(file: Path) -> None:
    parameters = SCENARIOS["one_interrupt"].draw(Streams(1, "one_interrupt", 0))
    target = Target(f"{file}:YourKernel")
    with OsThreads(pinned=False) as carriers:
        with pytest.raises(CompositionError, match="has no class YourKernel"):
            run(parameters, target, Quiet(), carriers)
        with pytest.raises(CompositionError, match="has no class YourKernel"):
            record(parameters, (), target, carriers)


class AtHand(Reference):
    """A class that a test has at hand."""


def test_a_class_at_hand_is_named_in_tokens_and_had_by_its_file_elsewhere() -> None:
    target = target_of(AtHand, ["prune_active"])
    assert str(target) == "test_target.py:AtHand+prune_active"
    assert issubclass(target.kernel, AtHand)
    by_file = target.by_file()
    assert (by_file.cls, by_file.revision) == (None, f"{__file__}:AtHand")
    assert by_file.patch_identity() == target.patch_identity()
    assert by_file.by_file() is by_file


def test_a_class_inside_a_function_cannot_be_had_by_its_file() -> None:
    class Inside(Reference):
        pass

    with pytest.raises(HarnessBug, match="is not at the top of its file"):
        target_of(Inside, ()).by_file()


def test_a_users_class_is_checked_for_races_unless_it_is_said_otherwise(file: Path) -> None:
    own, plain = Target(str(file)), Target("reference", ("no_splice",))
    assert (own.races_checked(None).races, own.races_checked(False).races) == (True, False)
    assert (plain.races_checked(None).races, plain.races_checked(True).races) == (False, True)
    assert not Target("any", cls=Reference).races_checked(None).races


def test_a_copy_is_run_under_the_name_of_the_file(file: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copy.py"
    copied.write_text(file.read_text("utf-8"), "utf-8")
    as_it_was = Target(str(file))
    identity = as_it_was.patch_identity()
    file.write_text(ONE.replace("Mine", "Edited"), "utf-8")
    target = Target(str(file), copy=copied)
    assert told(target.kernel.replug_overflow) == "Mine."
    assert target.patch_identity() == identity
    assert inspect.getfile(inspect.unwrap(target.kernel.replug_overflow)) == str(file)
    assert told(Target(str(file)).kernel.replug_overflow) == "Edited."
    assert Target(str(file)).patch_identity() != identity


def test_a_copy_imports_what_lies_beside_the_file(file: Path, tmp_path: Path) -> None:
    (file.parent / "my_base_of_a_copy.py").write_text(ONE.replace("MyKernel", "Base"), "utf-8")
    copied = tmp_path / "elsewhere" / "copy.py"
    copied.parent.mkdir()
    source = "from my_base_of_a_copy import Base\nclass Mine(Base):\n    pass\n"
    copied.write_text(source, "utf-8")
    assert told(Target(str(file), copy=copied).kernel.replug_overflow) == "Mine."
