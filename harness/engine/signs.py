# SPDX-License-Identifier: GPL-2.0-only
"""Signs of life: what moves while executions are analysed and none takes a step.

A process that watches over executions counts their steps: code that loops without a scheduling
point takes none. Neither does the analysis of a long execution, so what has been analysed is
counted too. It is a count and no clock: a loop in the code under test does not move it, however
busy it is. Nothing here decides anything.
"""


class Signs:
    """What this process has analysed so far, in all.

    Attributes:
        analysed: how many steps of executions.
    """

    __slots__ = ("analysed",)

    def __init__(self) -> None:
        self.analysed = 0


SIGNS = Signs()
"""Those of this process."""
