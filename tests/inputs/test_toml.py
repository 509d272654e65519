from __future__ import annotations

import re
import time
import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elisa_bdnf.errors import ElisaError, LayoutError
from elisa_bdnf.inputs.toml import key_from_text, read_toml

DOCUMENT = """\
# a comment with = and [brackets]
title = "a # not a comment"
numbers = [
  1, 2,   # two = of them
  3,
]
[curve]
model = '4pl'
fixed.a = 0.05
"quoted key" = 1
inline = { x = 1, y = [ { z = 2 }, { z = 3 } ] }
text = \"\"\"
[not.a.table]
key = 1 \\"\"\" still text\"\"\"\"
after = 2021-01-02 03:04:05
[a.b.c]
d = true
[[a.list]]
e = 1
[a.list.sub]
f = 1
[[a.list]]
e = 2
"""

PLACES = [
    (("title",), (2, 1), (2, 9)),
    (("numbers",), (3, 1), (3, 11)),
    (("numbers", 2), (5, 3), (5, 3)),
    (("curve",), (7, 2), (7, 2)),
    (("curve", "model"), (8, 1), (8, 9)),
    (("curve", "fixed"), (9, 1), (9, 1)),
    (("curve", "fixed", "a"), (9, 7), (9, 11)),
    (("curve", "quoted key"), (10, 1), (10, 16)),
    (("curve", "inline", "y", 1, "z"), (11, 38), (11, 42)),
    (("curve", "after"), (15, 1), (15, 9)),
    (("a", "b", "c", "d"), (17, 1), (17, 5)),
    (("a", "list", 0, "e"), (19, 1), (19, 5)),
    (("a", "list", 0, "sub", "f"), (21, 1), (21, 5)),
    (("a", "list", 1, "e"), (23, 1), (23, 5)),
    (("curve", "no such key"), (7, 2), (7, 2)),
    (("nowhere",), (1, 1), (1, 1)),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize(("path", "key", "value"), PLACES)
def test_places(path, key, value, mark, newline):
    document = read_toml(mark + DOCUMENT.replace("\n", newline).encode(), "x.toml")
    assert (document.position(path), document.value_position(path)) == (key, value)


def test_data_are_those_of_the_standard_library():
    assert dict(read_toml(DOCUMENT.encode(), "x.toml").data) == tomllib.loads(DOCUMENT)


REFUSED = [
    (b"a = 1\nb =\n", "x.toml:2:4: not TOML: Invalid value."),
    (b"a = 1\n\xff", "x.toml:2: byte 0xff is not UTF-8; expected a text file in UTF-8, as TOML demands; save"),
    ("a = 1".encode("utf-16"), "x.toml:1: byte 0xff is not UTF-8"),
    (b"[a]\nb = 1\nc = 2\nb = 3\n", "x.toml:4:1: 'a.b' is given twice; the first is in line 2; keep one of them."),
    (b"[a]\n[b]\n[a]\n", "x.toml:3:2: 'a' is given twice; the first is in line 1; keep one of them."),
    (b"a = [1, 2", "x.toml:1: not TOML: Unclosed array."),
    (b"a = " + b"9" * 5000, "x.toml: not TOML: Exceeds the limit (4300 digits) for integer string conversion"),
    (b"a = 1\0", "x.toml:1:6: not TOML:"),
    (b"x = 1\n" + b".".join([b"a"] * 20_000) + b" = 1", "x.toml:2:21: a key of more than 10 parts; expected"),
    (b"[" + b".".join([b"a"] * 20_000) + b"]", "x.toml:1:22: a key of more than 10 parts; expected at most 10 parts."),
    (b"a = " + b"[" * 40_000, "x.toml:1:15: arrays or inline tables nested more than 10 deep; expected at most 10"),
    (b"a = " + b"{a=" * 30_000, "x.toml:1:35: arrays or inline tables nested more than 10 deep"),
    (b"a" * 100_001, "x.toml: 100001 bytes; expected at most 100000 bytes of TOML."),
]  # fmt: skip


@pytest.mark.parametrize(("data", "message"), REFUSED, ids=[message[:40] for _, message in REFUSED])
def test_refused_at_once_with_the_place(data, message):
    before = time.process_time()
    with pytest.raises(LayoutError) as caught:
        read_toml(data, "x.toml", error=LayoutError)
    assert str(caught.value).startswith(message)
    assert time.process_time() - before < 1


def test_larger_files_where_the_caller_allows_them():
    data = b"# " + b"x" * 200_000
    assert read_toml(data, "layout.toml", max_bytes=1_000_000).data == {}


def test_large_documents_take_time_in_proportion():
    before = time.process_time()
    read_toml(b"".join(b"[[well]]\na.b.c.d = {e = [%d]}\n" % i for i in range(3_000)), "x.toml")
    assert time.process_time() - before < 3


KEYS = [("curve.weights", ("curve", "weights")), ('timepoints."2.5 h".minutes', ("timepoints", "2.5 h", "minutes"))]


@pytest.mark.parametrize(("text", "parts"), KEYS)
def test_dotted_keys(text, parts):
    assert key_from_text(text) == parts


@pytest.mark.parametrize("text", ["", "a..b", "a b", "a = 1", "a.", ".".join("abcdefghijkl"), '"""a"""'])
def test_no_dotted_keys(text):
    with pytest.raises(ValueError, match="is not a key"):
        key_from_text(text)


class Writer:
    """Writes random documents in which every key is unique, so that its place can be found by looking for it."""

    def __init__(self, draw) -> None:
        self.draw, self.count = draw, 0

    def key(self) -> str:
        self.count += 1
        return self.draw(st.sampled_from(["k{}z", '"k{}z"', "'k{}z'", '"\\u006b{}z"'])).format(self.count)

    def dotted(self) -> str:
        dot = self.draw(st.sampled_from([".", " . "]))
        return dot.join(self.key() for _ in range(self.draw(st.integers(1, 3))))

    def value(self, depth: int = 0) -> str:
        kinds = ["scalar"] * 3 + (["array", "inline"] if depth < 3 else [])
        kind = self.draw(st.sampled_from(kinds))
        if kind == "scalar":
            return self.draw(st.sampled_from(SCALARS))
        items = self.draw(st.integers(0, 3))
        if kind == "array":
            gap = self.draw(st.sampled_from(["", " ", "\n ", " # ], }\n"]))
            return f"[{gap}" + f",{gap}".join(self.value(depth + 1) + gap for _ in range(items)) + "]"
        return "{" + ", ".join(f"{self.dotted()} = {self.value(depth + 1)}" for _ in range(items)) + "}"

    def document(self) -> str:
        lines = []
        for _ in range(self.draw(st.integers(1, 6))):
            kind = self.draw(st.sampled_from(["key", "key", "table", "array", "again", "comment"]))
            if kind == "key":
                lines.append(f"{self.dotted()} ={self.value()}")
            elif kind == "table":
                lines.append(f"  [ {self.dotted()}] # [x]")
            elif kind == "array":
                name = self.dotted()
                lines += [f"[[{name}]]", f"{self.key()} = 1", f"[[{name}]]", f"[{name}.{self.key()}]"]
            elif kind == "comment":
                lines.append('# = [ \' """')
        return "\n".join(lines) + "\n"


SCALARS = [
    "1", "-0x1F".replace("-", ""), "1e5", "inf", "true", "07:32:00", "1979-05-27", "1979-05-27 07:32:00.5-07:00",
    '"a = [1] # \\" x"', "'C:\\'", '""', "''", '"""\n k = 1\n[t]\n"""', '"""a""b"""""', "'''\n'' ''''", '"""\\\n  x"""',
]  # fmt: skip


@st.composite
def documents(draw) -> str:
    return Writer(draw).document()


def paths(data: object, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield (*above, key)
        yield from paths(value, (*above, key))


@given(documents())
def test_every_key_of_random_documents_has_its_place(text):
    document = read_toml(text.encode(), "x.toml")
    for path in paths(tomllib.loads(text)):
        assert path in document.keys
        if isinstance(path[-1], str):
            line, column = document.position(path)
            here = document.lines[line - 1][column - 1 :]
            assert re.match(r"""["']?(\\u006b|k)""" + path[-1][1:] + r"\b", here)


@given(st.text(alphabet="ab.=[]{}\"'\\#\n \t,1-:", max_size=60))
def test_anything_is_a_document_or_an_error(text):
    try:
        document = read_toml(text.encode(), "x.toml")
    except ElisaError:
        return
    assert all(path in document.keys for path in paths(tomllib.loads(text)))
