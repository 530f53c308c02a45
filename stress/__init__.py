# SPDX-License-Identifier: GPL-2.0-only
"""What people run: scenarios, campaigns, findings, replay tokens, the command line.

One execution goes through single.py; a batch of them through work.py in a worker (worker.py,
pool.py); a campaign (campaign.py) merges what the workers found, and running.py says it. A token
(token.py) goes the other way, through replaying.py. Scenarios are in scenarios/.
"""
