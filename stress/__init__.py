# SPDX-License-Identifier: GPL-2.0-only
"""What people run: scenarios, campaigns, findings, replay tokens, the command line.

Its rooms, each of which knows only those before it: system (the process and its streams),
scenarios, inputs (what options mean), executions (one execution, its target and its token),
shrinking and explaining, findings, campaign, reporting, replaying and exploration, commands and
plugin, hypothesis. A seed goes through campaign to findings; a token goes the other way, through
replaying.
"""
