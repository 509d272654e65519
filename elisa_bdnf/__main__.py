"""``elisa-bdnf`` and ``python -m elisa_bdnf``: everything else is loaded where Ctrl-C already ends quietly."""

from __future__ import annotations

import sys

_INTERRUPTED = 130  # as a shell says of a program that Ctrl-C ended


def main() -> None:
    """Run the program and leave with its exit code."""
    try:
        from elisa_bdnf.cli.main import main as run  # noqa: PLC0415 - the longest part of the start-up

        run()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
