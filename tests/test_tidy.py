# SPDX-License-Identifier: GPL-2.0-only
"""The house rules that a linter cannot see hold here, and each is seen to be broken elsewhere.

The rules are functions over a tree of sources, in tests/tidy. Here they judge this repository; and
for each a small tree is written in which it alone is broken, and another that looks like it and is
right.
"""

from pathlib import Path

import pytest

from tests.tidy.rooms import ORDER
from tests.tidy.rules import RULES

ROOT = Path(__file__).parent.parent
LICENCE = "# SPDX-License-Identifier: GPL-2.0-only\n"
FACE = f'{LICENCE}"""{"What this room is for, in a sentence or two. " * 3}"""\n'

ROOMLESS = {"nightly_profile", "repro", "__main__"}
"""Files that stand beside the rooms: what somebody else calls."""


@pytest.mark.parametrize("rule", RULES)
def test_the_house_is_tidy(rule: str) -> None:
    assert RULES[rule](ROOT) == []


def test_the_docs_tell_the_order_of_rooms() -> None:
    page = " ".join((ROOT / "docs" / "architecture.md").read_text("utf-8").split())
    for top, order in ORDER.items():
        rooms = [room if isinstance(room, str) else ", ".join(room) for room in order]
        told = " < ".join(room for room in rooms if room not in ROOMLESS)
        assert f" {top} {told} " in page


def test_top_level_holds_nothing_unexpected() -> None:
    folders = {
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and not path.name.startswith(".") and any(path.rglob("*.py"))
    }
    allowed = {"build", "dist", "vgic-stress-findings"}
    assert folders - allowed == {"harness", "vgic", "stress", "tests"}


Tree = dict[str, str]

BROKEN: list[tuple[str, Tree, str]] = [
    (
        "imports go down only",
        {"harness/engine/a.py": "import vgic.machine"},
        "harness/engine/a.py imports vgic.machine",
    ),
    (
        "imports go down only",
        {"vgic/data/a.py": "def f():\n    from stress.system import x"},
        "vgic/data/a.py imports stress.system",
    ),
    (
        "imports go down only",
        {"vgic/data/a.py": "from . import x"},
        "vgic/data/a.py has a relative import",
    ),
    (
        "imports go down only",
        {"harness/engine/a.py": "from harness.search import b", "harness/search/b.py": ""},
        "harness/engine/a.py imports harness.search.b",
    ),
    (
        "imports go down only",
        {"vgic/guest/a.py": "from vgic.kernel import X", "vgic/kernel/__init__.py": "X = 1"},
        "vgic/guest/a.py imports vgic.kernel",
    ),
    (
        "imports go down only",
        {"vgic/kernel/a.py": "from vgic import X", "vgic/__init__.py": "X = 1"},
        "vgic/kernel/a.py imports vgic",
    ),
    (
        "imports go down only",
        {"vgic/attic/a.py": ""},
        "vgic/attic/a.py stands in no room of ORDER",
    ),
    (
        "a room is entered through its face",
        {"vgic/data/a.py": "from vgic.hardware.b import X", "vgic/hardware/b.py": "X = 1"},
        "vgic/data/a.py imports vgic.hardware.b",
    ),
    (
        "a room is entered through its face",
        {"vgic/data/a.py": "import harness.engine.b", "harness/engine/b.py": ""},
        "vgic/data/a.py imports harness.engine.b",
    ),
    (
        "a room is entered through its face",
        {
            "vgic/data/a.py": "from harness.engine import X, Y",
            "harness/engine/__init__.py": "from harness.engine.b import X, Y\n__all__ = ['X']",
        },
        "vgic/data/a.py takes Y from harness.engine, which does not list it",
    ),
    (
        "no circle of imports",
        {
            "vgic/data/a.py": "from vgic.data.b import X",
            "vgic/data/b.py": "if TYPE_CHECKING:\n    from vgic.data.c import X",
            "vgic/data/c.py": "def f():\n    import vgic.data.a",
        },
        "vgic.data.a -> vgic.data.b -> vgic.data.c -> vgic.data.a",
    ),
    (
        "the kernel knows no judge",
        {"vgic/kernel/a.py": "from vgic.judging import X", "vgic/judging/__init__.py": "X = 1"},
        "vgic/kernel/a.py imports vgic.judging",
    ),
    (
        "the guest knows no judge",
        {"vgic/guest/a.py": "import vgic.judging.b", "vgic/judging/b.py": ""},
        "vgic/guest/a.py imports vgic.judging.b",
    ),
    (
        "a judge knows no kernel",
        {"vgic/judging/a.py": "from vgic.kernel.b import X", "vgic/kernel/b.py": "X = 1"},
        "vgic/judging/a.py imports vgic.kernel.b",
    ),
    (
        "a judge knows no guest",
        {"vgic/judging/a.py": "from vgic.guest import b", "vgic/guest/b.py": ""},
        "vgic/judging/a.py imports vgic.guest.b",
    ),
    (
        "the hardware knows no kernel",
        {"vgic/hardware/a.py": "import vgic.kernel.b", "vgic/kernel/b.py": ""},
        "vgic/hardware/a.py imports vgic.kernel.b",
    ),
    (
        "a file is read at once",
        {"stress/system/a.py": "\n" * 251},
        "stress/system/a.py has more than 250 lines",
    ),
    (
        "a function is read at once",
        {"vgic/data/a.py": "def long():\n" + "    pass\n" * 70},
        "vgic/data/a.py: long has more than 70 lines",
    ),
    (
        "a file names its licence",
        {"tests/vgic/test_a.py": '"""Nothing."""'},
        "tests/vgic/test_a.py does not name its licence",
    ),
    (
        "a room says what it is for",
        {"vgic/data/__init__.py": '"""TODO."""'},
        "vgic/data/__init__.py does not say what its room is for",
    ),
    (
        "a name says something",
        {"vgic/data/utils.py": ""},
        "vgic/data/utils.py is named for no idea",
    ),
    (
        "a type has its name alone",
        {"vgic/data/a.py": "class Irq: ...", "vgic/kernel/b.py": "Irq = tuple[int, int]"},
        "Irq twice: vgic/data/a.py and vgic/kernel/b.py",
    ),
    (
        "the same from run to run",
        {"harness/engine/a.py": "import time"},
        "harness/engine/a.py imports time",
    ),
    (
        "the same from run to run",
        {"vgic/data/a.py": "x = id(object())"},
        "vgic/data/a.py calls id",
    ),
    (
        "the same from run to run",
        {"vgic/data/a.py": "from loguru import logger"},
        "vgic/data/a.py imports loguru",
    ),
    (
        "tests stand where their sources do",
        {"tests/vgic/attic/test_a.py": LICENCE},
        "tests/vgic/attic mirrors no folder",
    ),
]

RIGHT: Tree = {
    "harness/__init__.py": FACE + "from harness.engine import Engine\n__all__ = ['Engine']\n",
    "harness/engine/__init__.py": FACE
    + "from harness.engine.a import Engine\n__all__ = ['Engine']\n",
    "harness/engine/a.py": LICENCE + "class Engine: ...\n" + "\n" * 240,
    "harness/search/__init__.py": FACE,
    "harness/search/b.py": LICENCE + "from harness.engine import Engine\nCONSTANT = 1\n",
    "vgic/data/__init__.py": FACE + "CONSTANT = 1\n",
    "vgic/data/c.py": LICENCE + "from harness import Engine\nclass _Irq: ...\n",
    "vgic/kernel/__init__.py": FACE + "class Kernel: ...\n",
    "vgic/kernel/d.py": LICENCE + "from vgic.data import CONSTANT\nclass _Irq: ...\n",
    "vgic/machine.py": LICENCE + "from vgic.kernel import Kernel\n",
    "vgic/state.py": LICENCE + "from vgic.machine import Machine\nclass Engine: ...\n",
    "stress/system/e.py": LICENCE + "import time\nfrom vgic.machine import Machine\nx = id(1)\n",
    "tests/vgic/data/test_c.py": LICENCE + "from vgic.data.c import Engine\n",
    "tests/vgic/test_machine.py": LICENCE,
}


def plant(tree: Tree, root: Path) -> None:
    for path, text in tree.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")


@pytest.mark.parametrize(("rule", "tree", "said"), BROKEN, ids=lambda value: str(value)[:40])
def test_a_planted_violation_is_found(rule: str, tree: Tree, said: str, tmp_path: Path) -> None:
    plant(tree, tmp_path)
    assert said in RULES[rule](tmp_path)


def test_every_rule_has_a_violation_planted() -> None:
    assert {rule for rule, _, _ in BROKEN} == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_a_tidy_tree_is_let_pass(rule: str, tmp_path: Path) -> None:
    plant(RIGHT, tmp_path)
    assert RULES[rule](tmp_path) == []
