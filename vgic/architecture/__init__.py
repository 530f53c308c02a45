# SPDX-License-Identifier: GPL-2.0-only
"""What a GIC may do, by its architecture, for a VM of which one hears only what is done and seen.

It is a second judge, of another kind than the invariants: it shares nothing with the model of the
kernel, neither code nor state. It has for each interrupt all states that it may be in, and a guest
that sees what none of them allows has seen something that no GIC does. What software delivery may
do beside is in allowances.py, each once. `Architecture` is told of a machine as it runs, each call
from its start to its return; `Orders` has a trace, and follows every order in which that may have
happened.
"""

from vgic.architecture import effects
from vgic.architecture.accesses import LOOKS, Accesses, UnknownAccess, effect_of
from vgic.architecture.allowances import ALL, Allowances
from vgic.architecture.architecture import Architecture
from vgic.architecture.effects import Effect, States
from vgic.architecture.interrupts import FIRST_LPI, FIRST_SHARED, Key, key_of, name_of
from vgic.architecture.orders import Deed, Orders, TooMany, observe
from vgic.architecture.parting import Parted, Parting, in_words, known
from vgic.architecture.state import State

__all__ = [
    "ALL", "FIRST_LPI", "FIRST_SHARED", "LOOKS", "Accesses", "Allowances", "Architecture", "Deed",
    "Effect", "Key", "Orders", "Parted", "Parting", "State", "States", "TooMany", "UnknownAccess",
    "effect_of", "effects", "in_words", "key_of", "known", "name_of", "observe",
]  # fmt: skip
