"""Files of another format than the one a person chose."""

from __future__ import annotations

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import KIND_TITLES, InputFile


def refuse_unless(recognized: bool, file: InputFile, title: str) -> None:
    """Raises ExportError for a file that the user chose a format for and that is of another one."""
    if not recognized:
        raise ExportError(
            f"this is {KIND_TITLES[file.kind]}, but no {title}",
            expected="the marks of that format",
            hint="leave --format out, so that the format is recognized by its content",
        )
