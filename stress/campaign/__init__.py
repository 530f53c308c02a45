# SPDX-License-Identifier: GPL-2.0-only
"""A campaign: many executions under one budget, and what they found together.

A `Plan` says what is to be done, `Campaign` has it done by an executor and merges what comes back
in the order of the executions, and a `Result` is what came of it. `CANARIES` are known bugs that
have to be found before anything is believed; `too_few` and `outlook` say whether there is enough
for a verdict.
"""

from stress.campaign.campaign import Campaign
from stress.campaign.canaries import CANARIES
from stress.campaign.comparing import differs_afresh
from stress.campaign.floors import below_floors, too_few
from stress.campaign.known import Known
from stress.campaign.looking import Looked, look_for_canaries
from stress.campaign.outlook import outlook
from stress.campaign.plan import Plan
from stress.campaign.portfolio import divided, worth
from stress.campaign.result import ENDLESS_MAX, Result
from stress.campaign.towards import towards

__all__ = [
    "CANARIES", "ENDLESS_MAX", "Campaign", "Known", "Looked", "Plan", "Result", "below_floors",
    "differs_afresh", "divided", "look_for_canaries", "outlook", "too_few", "towards", "worth",
]  # fmt: skip
