"""Pages of the file at hand, made once for all readers that are asked about it; and files of other formats."""

from __future__ import annotations

from functools import lru_cache

from elisa_bdnf.errors import ExportError
from elisa_bdnf.inputs.file import KIND_TITLES, InputFile
from elisa_bdnf.inputs.pages import Page, pages_from_file


@lru_cache(maxsize=1)
def pages_of(file: InputFile) -> tuple[Page, ...]:
    """The text, or every sheet that holds something."""
    return pages_from_file(file)


def refuse_unless(recognized: bool, file: InputFile, title: str) -> None:
    """Raises ExportError for a file that the user chose a format for and that is of another one."""
    if not recognized:
        raise ExportError(
            f"this is {KIND_TITLES[file.kind]}, but no {title}",
            expected="the marks of that format",
            hint="leave --format out, so that the format is recognized by its content",
        )
