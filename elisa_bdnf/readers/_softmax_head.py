"""The first line of a ``Plate:`` block of SoftMax Pro: cells whose meaning is their position."""

from __future__ import annotations

from dataclasses import dataclass

from elisa_bdnf.errors import ExportError
from elisa_bdnf.model.plate import Well, row_column_from_well
from elisa_bdnf.model.reading import ChannelKind
from elisa_bdnf.readers._softmax_blocks import Block

_KINDS = {
    "absorbance": ChannelKind.ABSORBANCE,
    "fluorescence": ChannelKind.FLUORESCENCE,
    "luminescence": ChannelKind.LUMINESCENCE,
    "time resolved": ChannelKind.FLUORESCENCE,
}
_FIELDS = (
    "arrangement", "read type", "mode", "data", "pre-read", "points", "run time", "interval",
    "first wavelength", "last wavelength", "wavelength step", "number of wavelengths", "wavelengths",
    "first column", "columns", "wells", "first row", "rows",
)  # fmt: skip
COLUMN_KEYS, ROW_KEYS = ("first column", "columns"), ("first row", "rows")


@dataclass(frozen=True, slots=True)
class PlateHead:
    """The first line of the block, by the meaning of its cells; absent cells (of cut copies) are empty."""

    name: str
    version: str
    values: dict[str, str]
    further: tuple[str, ...]  # cells behind, whose meaning depends on the read mode

    def __getitem__(self, key: str) -> str:
        return self.values.get(key, "")

    @property
    def kind(self) -> ChannelKind:
        return _KINDS.get(self["mode"].casefold(), ChannelKind.UNKNOWN)

    @property
    def is_reduced(self) -> bool:
        return self["data"].casefold() == "reduced"

    @property
    def wavelengths(self) -> tuple[str, ...]:
        """As printed; luminescence without a filter says 0."""
        return tuple(self["wavelengths"].split())

    def number(self, key: str) -> int | None:
        """A whole number of a usual length."""
        return int(self[key]) if self[key].isdecimal() and len(self[key]) < 8 else None


def head_from_block(block: Block) -> PlateHead:
    """Cells by meaning; fluorescence has one cell more (``FALSE``) in front of Raw or Reduced."""
    name, version, *rest = [*block.head, "", ""]
    if len(rest) > 3 and rest[3].upper() in ("TRUE", "FALSE"):
        del rest[3]
    values = dict(zip(_FIELDS, rest, strict=False))
    if values.get("mode", "").casefold() != "absorbance":
        values.pop("first row", None)
        values.pop("rows", None)
    return PlateHead(name or "Plate", version, values, tuple(cell for cell in rest[len(_FIELDS) :] if cell))


def refuse_moved_head(head: PlateHead, line: int) -> None:
    """The cells of the first line have a meaning by their position only: a lost one moves all behind it."""
    stated, found = head.number("number of wavelengths"), head.wavelengths
    odd = [text for text in found if not _is_wavelength(text)]
    text = head["number of wavelengths"]
    moved = stated is None and bool(text.strip())
    if odd or moved or (stated is not None and stated != len(found) and (found or stated > 1)):
        raise ExportError(
            f"plate {head.name!r} states {text!r} wavelengths and names {head['wavelengths']!r}",
            expected="as many of both, in the fourteenth and fifteenth cell of its first line",
            hint="a cell was lost there; export the file again",
            place=str(line),
        )


def _is_wavelength(text: str) -> bool:
    """A number of nm that a reader can have; 0 stands for luminescence without a filter."""
    number = text.replace(",", ".")
    return number.replace(".", "", 1).isdecimal() and (float(number) == 0 or 190 <= float(number) <= 1100)


def says_what_was_read(head: PlateHead) -> bool:
    """Whether the head states rows and columns; that of a copy, or of another kind than absorbance, may not."""
    return bool(stated_range(head, *ROW_KEYS) and stated_range(head, *COLUMN_KEYS))


def was_read(head: PlateHead, well: Well) -> bool:
    """Whether the head says that the well was read; copies without those cells say nothing, and then it was not."""
    row, column = row_column_from_well(well)
    return row in stated_range(head, *ROW_KEYS) and column in stated_range(head, *COLUMN_KEYS)


def stated_range(head: PlateHead, first_key: str, count_key: str) -> range:
    first, count = head.number(first_key), head.number(count_key)
    return range(0) if first is None or count is None else range(first - 1, first - 1 + count)
