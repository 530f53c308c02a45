# SPDX-License-Identifier: GPL-2.0-only
"""Does everything a patch may override say what it does, what it models, and under which locks?"""

import pytest

from vgic import Reference
from vgic.composition import functions, patched

FUNCTIONS = functions()


def test_it_is_all_that_a_patch_may_override() -> None:
    methods = [
        name for name in dir(Reference) if callable(getattr(Reference, name)) and name[0] != "_"
    ]
    final = {name for name in methods if getattr(getattr(Reference, name), "__final__", False)}
    assert final == {"flush", "halt", "resume", "sync"}
    assert set(FUNCTIONS) == set(methods) - final


@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_says_what_it_does_and_its_locks(name: str) -> None:
    function = FUNCTIONS[name]
    assert function.summary.endswith(".")
    assert "  " not in function.summary
    assert any(word in function.locking for word in ("held", "nothing", "none", "interrupts"))
    assert function.locking.endswith(".")
    assert "Differs" not in function.locking


@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_models_a_file_of_the_kernel_or_is_a_decision(name: str) -> None:
    function = FUNCTIONS[name]
    assert function.decision or ".c, " in function.models or ".h, " in function.models
    assert function.decision == "" or not name.startswith(("vgic_", "kvm_"))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_patch_may_override_it(name: str) -> None:
    patched(type("Mine", (), {name: getattr(Reference, name)}))
