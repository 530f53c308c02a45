# SPDX-License-Identifier: GPL-2.0-only
"""The morning: what people and CI read of a night, as a difference to the night before.

Records in, text out; nothing is run, and no file is read or written. `screen_text` is the first
screen in the terminal and `markdown_text` the same for summary.md, both of a `Morning`, of which
`junit_text` and `ktap_text` make test results, and `for_ci` what a service is handed. `gone` says
how sure it is that a finding which is no longer seen is gone, `slower` what takes longer to be
found. The report page over many nights is in the folder `page`, which is imported by itself since
it draws.
"""

from stress.morning.ci import ForCi, annotation, for_ci, shown
from stress.morning.describing import description
from stress.morning.gone import Gone, gone
from stress.morning.junit import junit_text
from stress.morning.ktap import ktap_text
from stress.morning.morning import Morning
from stress.morning.replay_line import replay_line
from stress.morning.screen import markdown_text, screen_text
from stress.morning.slower import Slower, slower

__all__ = [
    "ForCi", "Gone", "Morning", "Slower", "annotation", "description", "for_ci", "gone",
    "junit_text", "ktap_text", "markdown_text", "replay_line", "screen_text", "shown", "slower",
]  # fmt: skip
