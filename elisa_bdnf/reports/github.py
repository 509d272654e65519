"""Annotations of GitHub Actions: lines of a log that are shown beside the line of a file that they are about."""

from __future__ import annotations

from elisa_bdnf.reports.inert import show

LEVELS = ("error", "warning", "notice")


def annotation(level: str, message: str, file: str = "", line: int = 0, column: int = 0, title: str = "") -> str:
    """``::error file=a.toml,line=3,col=1,title=…::message``; ``file`` from the root of the repository, 0 is unknown.

    Data cannot end the line or begin another command: the runner's own escapes (%25, and %3A and %2C in properties)
    are used, control characters are shown. Raises ValueError for a level that GitHub does not know.
    """
    if level not in LEVELS:
        raise ValueError(level)
    stated = {"file": file, "line": str(line or ""), "col": str(column if line and column else ""), "title": title}
    properties = ",".join(f"{name}={_property(text)}" for name, text in stated.items() if text)
    return f"::{level} {properties}::{_data(message)}" if properties else f"::{level}::{_data(message)}"


def _data(text: str) -> str:
    return show(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
