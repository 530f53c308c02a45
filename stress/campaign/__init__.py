# SPDX-License-Identifier: GPL-2.0-only
"""TODO."""

from stress.campaign.campaign import Campaign
from stress.campaign.canaries import CANARIES, missed, plan_for
from stress.campaign.comparing import differs_afresh, takes_all_for_the_same
from stress.campaign.floors import too_few
from stress.campaign.outlook import outlook
from stress.campaign.plan import Plan
from stress.campaign.pool import Pool
from stress.campaign.result import ENDLESS_MAX, Result
from stress.campaign.work import LOOK_EVERY

__all__ = [
    "CANARIES",
    "ENDLESS_MAX",
    "LOOK_EVERY",
    "Campaign",
    "Plan",
    "Pool",
    "Result",
    "differs_afresh",
    "missed",
    "outlook",
    "plan_for",
    "takes_all_for_the_same",
    "too_few",
]
