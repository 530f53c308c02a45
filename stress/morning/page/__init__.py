# SPDX-License-Identifier: GPL-2.0-only
"""The report page: many nights as one HTML file that loads nothing from anywhere.

facts.py, findings.py and yields.py say in tables what the records have; plots.py draws the same;
page.py puts both into the template, each plot beside its table. The same history gives the same
bytes. It is imported by what writes a page alone, since a plotting library takes its time to come.
"""

from stress.morning.page.facts import ManyNights
from stress.morning.page.page import report_page
from stress.morning.page.together import together

__all__ = ["ManyNights", "report_page", "together"]
