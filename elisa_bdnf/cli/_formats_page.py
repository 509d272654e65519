"""``docs/formats.md``: what can be read, what each export looks like, and what to do with any other."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator, Sequence
from importlib import import_module

from elisa_bdnf.readers._reader import Reader

_HEAD = """\
# Which exports can be read

Made from the code by `elisa-bdnf formats --markdown`; do not edit. `elisa-bdnf read EXPORT` shows what is in a file:

```
elisa-bdnf read plate.txt
elisa-bdnf read plate.txt --csv
elisa-bdnf read plate.txt --json
```

The content decides which format a file has, never its name. Every reader is asked, and exactly one may say yes; where
two do, the error names them, and `--format` chooses. Whatever the format:

* Only endpoint reads are taken. Kinetic, spectral and scan reads, bead and spot assays are refused with a sentence that
  says what was found. A kinetic is read where the export holds one value per well that the software reduced it to and
  no time points: `Reduced` exports of SoftMax Pro, and `Max V` or `Mean V` of Gen5. It is labelled so.
* Encodings (UTF-8, UTF-16, Windows), decimal commas, tabs, semicolons and line ends of every system are recognized per
  file; what does not show its own is named with `--encoding`, which every command has that reads exports. Where
  decimals and thousands cannot be told apart, or both decimal marks occur, the file is refused.
* Words in place of a number (`OVRFLW`, `OVER`, `Masked`, `?????`, …) are kept as what they mean and are never turned
  into a number. A word that is not known is an error that names the cell.
* Wells are named by the labels of rows and columns. What shows that values moved (a line with a cell more or less, rows
  behind an empty line, a damaged heading, a matrix without its title) is refused with the line. Rows and columns that a
  plate leaves out, lines that end early, wells without a value, a quantity that stands twice, and what one plate of a
  file lacks that others have, are remarks.
* A fluorescence read has the wavelength that was detected, its emission.
* Header lines that have no use yet are kept and shown.
* Where a quantity occurs several times (raw, blank-subtracted, difference), it is chosen by its label, and nothing is
  subtracted twice.
* A text export that a spreadsheet program saved as a workbook is read as that text, and a sheet saved as text like the
  sheet; a remark says so. Such a program may have shortened numbers or turned names into dates: the text is better.
* Texts of more than 2 million characters or 100 000 lines are refused (of SoftMax Pro and Gen5 twice as much), JSON of
  more than 8 million characters, and files of more than 2000 plates.
* Workbooks are read within limits of size, and only plain numbers and texts count: dates, truth values and formulas
  without a stored result in place of a reading are errors that name the cell.

"""
_OWN = """\
## A file that is not on the list

Copy the 8 × 12 numbers into a csv file or a workbook, with column numbers above and row letters at the left:

```
,1,2,3,4,5,6,7,8,9,10,11,12
A,1.912,1.781,0.295,0.301,0.688,0.696,0.599,0.622,0.513,0.549,0.547,0.518
B,1.273,1.270,0.446,0.441,0.497,0.486,0.783,0.800,0.652,0.670,0.609,0.634
```

or make a list with the columns `well` and `OD`, and add a [layout](layouts.md). A title above a grid names it; two
grids titled `450` and `570` are the two wavelengths.

## Not supported

"""
_NOT_SUPPORTED = """
No export of these was at hand, so nothing is claimed. With one export of an endpoint plate as the software wrote it,
names and numbers changed if need be, and the software's version, a reader can be written; until then the two ways above
are the way in. Multiplex bead and spot assays (Luminex, MSD, ELISpot) are something else and are refused.
"""


def formats_page(readers: Sequence[Reader], not_supported: Sequence[str]) -> str:
    """The whole page."""
    vendors = [line for reader in readers if not reader.generic for line in _section(reader)]
    generic = [line for reader in readers if reader.generic for line in _section(reader)]
    parts = [_HEAD, "## Of reader software\n\n", *vendors, "## Of people and other programs\n\n", *generic]
    return "".join([*parts, _OWN, *(f"* {software}\n" for software in not_supported), _NOT_SUPPORTED])


def _section(reader: Reader) -> Iterator[str]:
    yield f"### {reader.title}\n\n"
    real = "the example was a real one" if reader.real_example else "no real example was at hand"
    yield f"`{reader.name}`{'' if reader.generic else f'; seen: {reader.software}; {real}'}.\n\n"
    yield from (f"* {form}\n" for form in reader.forms)
    yield "\n"
    sketch = _sketch(reader)
    if sketch:
        yield f"```text\n{sketch}\n```\n\n"


def _sketch(reader: Reader) -> str:
    """What a file looks like: the documentation of the reader below its first line, as far as it is a picture."""
    text = inspect.getdoc(import_module(f"elisa_bdnf.readers.{reader.name}")) or ""
    _, _, rest = text.partition("\n\n")
    picture = textwrap.dedent(rest.split("\n\n")[0])
    return "" if reader.generic or "\n" not in picture else picture
