# SPDX-License-Identifier: GPL-2.0-only
"""The morning: what people read after a night, as a difference to the night before.

Records in, text out; nothing is run, and no file is read or written. `screen_text` is the first
screen in the terminal and `markdown_text` the same for summary.md, both of a `Morning`. The report
page over many nights is in the folder `page`, which is imported by itself since it draws.
"""

from stress.morning.morning import Morning
from stress.morning.replay_line import replay_line
from stress.morning.screen import markdown_text, screen_text

__all__ = ["Morning", "markdown_text", "replay_line", "screen_text"]
