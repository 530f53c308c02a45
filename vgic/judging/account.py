# SPDX-License-Identifier: GPL-2.0-only
"""An account: what is known from outside of one interrupt; the ledger has one for each."""


class Account:
    """What is known of one interrupt.

    Attributes:
        unserved: an edge was sent after the last acknowledge, or software pended a level that no
            guest was handling.
        handled: a guest has acknowledged it, and not ended it yet.
        pends: how many more acknowledges software may have asked for, two at the most: one, and
            another if it pended the interrupt while that was loaded or active.
        line: where devices have driven its line last; None if two did so at once.
        drivers: how many are driving it now.
        contested: two of them were doing so at once.
        raised: the level was up, or pended by software, since the last deactivation.
        busy: sends and register writes under way.
        setting: those of them that may set the pending state.
        clearing: those of them that may clear it.
        set_at: the step at which the last that may have set it ended, -1 before any.
        cleared_at: the step at which the last that may have cleared it ended, -1 before any.
        forfeited: it was on a list of a vCPU whose guest and host no longer agree on what is
            active, by right (quirks Q6 and Q7).
        shut_out: the distributor was off at some time since it was last announced, or it has been
            made a level since: nobody need have put it on a list (quirks Q12 and Q15).
        late: a write has returned that somebody is still to carry out.
        touched_at: the step of the last of them to end.
        listed_at: the step at which it was put on a list last, -1 if never.
        prioritizing: writes of its priority under way.
        prioritized_at: the step at which the last that may have changed it ended, -1 before any.
        reordered_at: the step at which a write ended that has changed its priority, or that of
            another on the same list, and so which of them are loaded; -1 if it was put on a list or
            announced since.
        routed_home_at: the step at which a write of its routing, or of its trigger, ended that made
            it belong to the vCPU on whose list it was already; -1 if it was put on a list or
            announced since.
        retriggering: writes under way that may change how it is triggered.
        retriggered_at: the step at which the last of those ended, -1 before any.
    """

    __slots__ = (
        "busy", "cleared_at", "clearing", "contested", "drivers", "forfeited", "handled", "late",
        "line", "listed_at", "pends", "prioritized_at", "prioritizing", "raised", "reordered_at",
        "retriggered_at", "retriggering", "routed_home_at", "set_at", "setting", "shut_out",
        "touched_at", "unserved",
    )  # fmt: skip

    def __init__(self) -> None:
        self.unserved = False
        self.handled = False
        self.pends = 0
        self.line: bool | None = False
        self.drivers = 0
        self.contested = False
        self.raised = False
        self.busy = 0
        self.setting = self.clearing = 0
        self.set_at = self.cleared_at = -1
        self.forfeited = False
        self.shut_out = False
        self.late = False
        self.touched_at = -1
        self.listed_at = -1
        self.prioritizing = 0
        self.prioritized_at = -1
        self.reordered_at = -1
        self.retriggering = 0
        self.retriggered_at = -1
        self.routed_home_at = -1
