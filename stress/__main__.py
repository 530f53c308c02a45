# SPDX-License-Identifier: GPL-2.0-only
"""`python -m stress`, the same as the command vgic-stress.

Every worker process imports this file again, and has no use for the command line: so that is
imported only when it is called.
"""


def main() -> None:
    """Run the command line."""
    from stress.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
