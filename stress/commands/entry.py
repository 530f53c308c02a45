# SPDX-License-Identifier: GPL-2.0-only
"""The process of a command: run it, and end with its exit code, whatever happens."""

import traceback

from harness.engine import printable
from stress.commands.cli import app
from stress.executions import BadToken, CannotJudge
from stress.inputs import BadArgument
from stress.scenarios import BadScenarioFile
from stress.system import Exit, end_at_once, logs, output
from vgic import CompositionError


def main() -> None:
    """Run the command line; bad input is a message and exit code 2, never a traceback.

    The process ends here, at once: a user's file may have left threads behind that never end, or
    functions to be called at the exit that would change its code.
    """
    output.prepare()
    code = exit_code()
    output.flush()
    end_at_once(code)


def exit_code() -> int:
    """Run the command line of this process and return its exit code, whatever happens."""
    try:
        app(prog_name="vgic-stress", max_content_width=output.width(output.HELP_WIDTH))
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except (BadArgument, BadScenarioFile, BadToken, CompositionError) as error:
        output.complain(f"vgic-stress: {error}")
        return Exit.USAGE
    except CannotJudge as error:
        from stress.reporting import not_judged

        verdict = not_judged(str(error))
        output.say(printable(verdict.words))
        return verdict.code
    except OSError as error:
        # No descriptors, no memory, no room, no directory: ours to bear, and nobody's bug.
        output.complain(f"vgic-stress: the system refuses what this takes: {error}")
        logs.info(traceback.format_exc())
        return Exit.HARNESS_BUG
    except Exception:
        output.complain_of_bug(traceback.format_exc())
        return Exit.HARNESS_BUG
    return Exit.CLEAN
