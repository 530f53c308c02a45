# SPDX-License-Identifier: GPL-2.0-only
"""Is the model's CPU interface one of a GIC, where all that is pending has a list register?"""

import pytest

from tests.vgic.architecture.interface_alone import difference
from vgic.hardware import CpuInterface

SEQUENCES = 3_000
"""As many as take some seconds; benchmarks/interface_alone.py runs more."""


def test_random_sequences_come_out_as_those_of_an_ideal_interface() -> None:
    assert [found for seed in range(SEQUENCES) if (found := difference(seed))] == []


WRONG = {
    "takes what is as urgent as what runs": ("running_for", lambda self, group: 0xFF),
    "ends nothing": ("end_of_interrupt", lambda self, intid, group: None),
    "deactivates nothing by DIR": ("deactivate", lambda self, intid: None),
}


@pytest.mark.parametrize("what", WRONG)
def test_an_interface_that_is_wrong_does_not(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, wrong = WRONG[what]
    monkeypatch.setattr(CpuInterface, name, wrong)
    assert any(difference(seed) for seed in range(200))
