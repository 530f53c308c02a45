# SPDX-License-Identifier: GPL-2.0-only
"""A campaign: many executions under one budget, and what they found together.

A `Plan` says what is to be done, `Campaign` has it done by an executor and merges what comes back
in the order of the executions, and a `Result` is what came of it. `CANARIES` are known bugs that
have to be found before anything is believed; `too_few` and `outlook` say whether there is enough
for a verdict.
"""

from stress.campaign.campaign import Campaign
from stress.campaign.canaries import CANARIES, missed, plan_for
from stress.campaign.comparing import differs_afresh, takes_all_for_the_same
from stress.campaign.floors import too_few
from stress.campaign.known import Known
from stress.campaign.outlook import outlook
from stress.campaign.plan import Plan
from stress.campaign.portfolio import divided, worth
from stress.campaign.result import ENDLESS_MAX, Result
from stress.campaign.towards import towards

__all__ = [
    "CANARIES", "ENDLESS_MAX", "Campaign", "Known", "Plan", "Result", "differs_afresh", "divided",
    "missed", "outlook", "plan_for", "takes_all_for_the_same", "too_few", "towards", "worth",
]  # fmt: skip
