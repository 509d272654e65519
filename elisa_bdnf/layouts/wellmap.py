"""Layouts as wellmap writes them in TOML: the native form.

Differences from wellmap, all towards refusing: unknown keys, values of one rank that contradict each other, wells
beyond the plate and parameters that look like a misspelled word of ours are errors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from elisa_bdnf.errors import LayoutError, Problem
from elisa_bdnf.inputs.columns import column_from_text, misspelled_or_none
from elisa_bdnf.inputs.units import unit_from_text_or_none
from elisa_bdnf.inputs.well_facts import Fact
from elisa_bdnf.layouts._build import Facts, layout_from_facts, layouts_or_error
from elisa_bdnf.layouts._document import Tree, merged, read_tree
from elisa_bdnf.layouts._groups import Leaf
from elisa_bdnf.layouts._patterns import place_name
from elisa_bdnf.layouts._spread import spread
from elisa_bdnf.model.layout import Layout
from elisa_bdnf.model.plate import Shape, Well

_TEXT_WORDS = frozenset(["sample", "subject"])
_MOST_CONCATENATED = 40


def read_wellmap(path: Path, *, shape: Shape | None = None, above: tuple[Path, ...] = ()) -> tuple[Layout, ...]:
    """Every layout of a TOML file and of those that it concatenates. Raises LayoutError with file, line and column."""
    tree = read_tree(path)
    plates = tree.groups.get("plate", {})
    names = _plate_names(tree, plates)
    columns = _columns(tree)
    built = []
    for plate, groups in _plates(tree, plates):
        laid_out = spread(groups)
        facts, problems = _facts(laid_out.wells, columns, tree)
        if not facts and not laid_out.problems and "concat" in tree.meta:
            continue
        layout, wrong = layout_from_facts(
            facts,
            origin=tree.document.file,
            sha256=tree.sha256,
            shape=shape,
            plate=names[plate] or _plate_of(facts),
            remarks=tuple(tree.remarks),
        )
        # what is wrong with patterns comes first: the wells that they would name are missing below
        collected = [*laid_out.problems, *problems, *(wrong if facts or not laid_out.problems else [])]
        known = replace(layout, included=tuple(tree.included)) if layout is not None else None
        built.append((None if collected else known, collected))
    concatenated = _concatenated(tree, path, shape, (*above, path.resolve()))
    return layouts_or_error([*built, *((layout, []) for layout in concatenated)], tree.document.file)


def _plates(tree: Tree, plates: Mapping[str, Any]) -> Iterator[tuple[str | None, dict[str, Any]]]:
    top = {name: part for name, part in tree.groups.items() if name != "plate"}
    if not plates:
        yield None, top
    for name, groups in plates.items():
        yield name, merged(groups, top)


def _plate_names(tree: Tree, plates: Mapping[str, Any]) -> dict[str | None, str | None]:
    """The name that binds each layout to an export: its file where ``meta.path(s)`` says one, else its own name."""
    path, paths = tree.meta.get("path"), tree.meta.get("paths")
    wrong = None
    if path is not None and (plates or paths is not None or not isinstance(path, str)):
        wrong = tree.problem(
            ("meta", "path"), "meta.path beside several plates", "meta.path for one plate, else meta.paths"
        )
    elif paths is not None and not plates:
        wrong = tree.problem(("meta", "paths"), "meta.paths without any [plate]", "meta.path for a single plate")
    elif isinstance(paths, dict) and set(paths) != set(plates):
        found = f"meta.paths names {', '.join(sorted(paths))}, [plate] names {', '.join(sorted(plates))}"
        wrong = tree.problem(("meta", "paths"), found, "the same plates in both")
    elif paths is not None and not isinstance(paths, (str, dict)):
        wrong = tree.problem(("meta", "paths"), f"{type(paths).__name__} in meta.paths", "a text with {} or a table")
    if wrong:
        raise LayoutError(problems=[wrong])
    if not plates:
        return {None: _file_name(path) if path else None}
    if isinstance(paths, str):
        return {name: _file_name(paths.replace("{}", name)) for name in plates}
    return {name: _file_name(str(paths[name])) if paths else name for name in plates}


def _file_name(path: str) -> str:
    """The bare name at the end of a path with either kind of slash."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _columns(tree: Tree) -> dict[str, str]:
    """The user's own names of parameters → our words, from ``[elisa.columns]``."""
    table = tree.extras.get("columns", {})
    if not isinstance(table, dict):
        raise LayoutError(
            problems=[tree.problem(("elisa", "columns"), "columns is no table", 'conc = "your name for it"')]
        )
    columns, problems = {}, []
    for word, own in table.items():
        column = column_from_text(word)
        if not column.known or not isinstance(own, str):
            found = f"{word!r} is no word of a layout" if not column.known else f"{own!r} is no name of a parameter"
            problems.append(tree.problem(("elisa", "columns", word), found, "role, sample, concentration, dilution, …"))
        else:
            columns[own] = column.name
    if problems:
        raise LayoutError(problems=problems)
    return columns


def _facts(
    wells: Mapping[tuple[int, int], Mapping[str, Leaf]], columns: Mapping[str, str], tree: Tree
) -> tuple[Facts, list[Problem]]:
    facts: dict[Well, dict[str, Fact]] = {}
    problems: list[Problem] = []
    for place, leaves in wells.items():
        said = facts.setdefault(place_name(place), {})
        names: dict[str, str] = {}
        for own, leaf in leaves.items():
            column = column_from_text(own)
            name = columns.get(own, column.name)
            problems += _parameter_problems(own, name, leaf, names, known=column.known or own in columns)
            names[name] = own
            said[name] = Fact(_text(leaf.value), leaf.place, column.unit or _unit_in(own), leaf.file)
        if "unit" in tree.extras and "unit" not in said and said:
            said["unit"] = Fact(
                str(tree.extras["unit"]), tree.document.place(("elisa", "unit")), None, tree.document.file
            )
    return facts, list(dict.fromkeys(problems))


def _parameter_problems(own: str, name: str, leaf: Leaf, names: Mapping[str, str], *, known: bool) -> Iterator[Problem]:
    if name in names:
        found = f"{names[name]!r} and {own!r} mean the same"
        yield Problem(found, "one of them", place=leaf.place, file=leaf.file)
    if not known and (meant := misspelled_or_none(own)):
        yield Problem(f"unknown parameter {own!r}", hint=f"did you mean {meant!r}?", place=leaf.place, file=leaf.file)
    if name in _TEXT_WORDS and isinstance(leaf.value, float):
        found = f"{own} = {leaf.value!r} is a number with decimals"
        yield Problem(found, "a text", f'write it in quotes: {own} = "…"', leaf.place, leaf.file)


def _unit_in(own: str) -> str | None:
    """The unit at the end of a parameter that ``[elisa.columns]`` maps: ``amount_pg_mL``."""
    parts = own.split("_")
    return next((unit for n in range(1, len(parts)) if (unit := unit_from_text_or_none("_".join(parts[n:])))), None)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def _plate_of(facts: Facts) -> str | None:
    """The plate that a parameter ``plate`` names, if it is one and the same in all wells."""
    plates = {said["plate"].text for said in facts.values() if "plate" in said}
    return plates.pop() if len(plates) == 1 else None


def _concatenated(tree: Tree, path: Path, shape: Shape | None, above: tuple[Path, ...]) -> list[Layout]:
    listed = tree.meta.get("concat", [])
    entries = list(listed.items()) if isinstance(listed, dict) else [(None, text) for text in _as_list(listed)]
    found: list[Layout] = []
    for plate, text in entries:
        if not isinstance(text, str) or len(above) > _MOST_CONCATENATED or (path.parent / text).resolve() in above:
            raise LayoutError(
                problems=[tree.problem(("meta", "concat"), f"{text!r}", "the path of another layout file")]
            )
        layouts = read_wellmap(path.parent / text, shape=shape, above=above)
        found += [_renamed(layout, plate) for layout in layouts]
    return found


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _renamed(layout: Layout, plate: str | None) -> Layout:
    return replace(layout, plate=plate) if plate else layout
