"""DuckDB expressions for the fields that formats declare."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from onebasket.store import fields as f

NOTHING = "null::varchar"
ITEM = "_item"


def literal(text: str) -> str:
    """A text as it stands in a statement."""
    return "'" + text.replace("'", "''") + "'"


def name_key(name: str) -> str:
    """What two spellings of a column's name have in common."""
    return " ".join(name.replace("\ufeff", "").split()).casefold()


class Expressions:
    """Compiles fields over the columns of one kind of record.

    `roots` maps `name_key` of their columns to expressions; `secret` is one too: it goes into digests.
    """

    def __init__(self, roots: Mapping[str, str], secret: str) -> None:
        self._roots, self.secret = roots, secret

    def text(self, node: f.Field) -> str:
        """An expression of type varchar: the value, or null."""
        match node:
            case f.Path((name, *inner)):
                if inner and (whole := self._roots.get(name_key(".".join((name, *inner))))):
                    return _leaf(whole, ())  # a column whose name has a dot in it: "Art.-Nr."
                root = self._roots.get(name_key(name))
                return NOTHING if root is None else _leaf(root, inner)
            case f.Entry(name, key, value):
                root = self._roots.get(name_key(name))
                pair = f"list_filter({root}, lambda e: e.key = {literal(key)})[1]"
                return NOTHING if root is None else _leaf(pair, value)
            case f.Item(names):
                return _leaf(ITEM, names) if names else f"nullif({ITEM}, '')"
            case f.Constant(value):
                return literal(value)
            case f.First(inner):
                said = self._filled(inner)
                return f"coalesce({said})" if said else NOTHING
            case f.Joined(inner, separator):
                said = self._filled(inner)
                return f"nullif(concat_ws({literal(separator)}, {said}), '')" if said else NOTHING
            case f.Digest(inner):
                return self.digest(self.text(each) for each in inner)
            case f.When(condition, then):
                return f"case when {self.holds(condition)} then {self.text(then)} end"
            case f.Words():
                return self._words(node)
            case f.Stripped(inner) | f.Captured(inner, _) | f.Lower(inner) | f.Snake(inner):
                text = self.text(inner)
                return NOTHING if text == NOTHING else _changed(node, text)
        raise TypeError(f"not a field: {node!r}")

    def items(self, each: f.List) -> str:
        """An expression of the type of a list: of structs, or of texts."""
        match each:
            case f.Path((name, *inner)):
                return f"({self._roots[name_key(name)]}){''.join(f'.{quoted(one)}' for one in inner)}"
            case f.Parted(field, before):
                kept = chr(92) + "1" if re.compile(before).groups else ""
                marked = f"regexp_replace({self.text(field)}, {literal(before)}, chr(31) || '{kept}', 'g')"
                return f"string_split({marked}, chr(31))"
            case f.Beside(named, separator):
                return self._beside(named, separator)
            case f.Numbered(stem):
                columns = ", ".join(self._roots[name] for name in self._numbered(stem))
                return f"list_filter([{columns}]::varchar[], lambda text: text <> '')"
        raise TypeError(f"not a list: {each!r}")

    def _numbered(self, stem: str) -> list[str]:
        """The names of the columns of a stem and a number, by number."""
        key = name_key(stem)
        ends = {name: name.removeprefix(key) for name in self._roots if name.startswith(key)}
        return sorted((name for name in ends if ends[name].isdecimal()), key=lambda name: int(ends[name]))

    def _beside(self, named: tuple[tuple[str, f.Field], ...], separator: str) -> str:
        mark = literal(separator)
        texts = {name: self.text(field) for name, field in named}
        known = {name: text for name, text in texts.items() if text != NOTHING}
        leader = next(iter(known.values()), NOTHING)
        whole = ", ".join(f"{quoted(name)}: {text}" for name, text in texts.items())
        parts = ", ".join(
            f"{quoted(name)}: " + (f"trim(string_split({text}, {mark})[i])" if name in known else text)
            for name, text in texts.items()
        )
        count = f"len(string_split({leader}, {mark}))"
        several = f"list_transform(range(1, {count} + 1), lambda i: {{{parts}}})"
        return f"case when {count} > 1 then {several} else [{{{whole}}}] end"

    def holds(self, condition: f.Condition) -> str:
        """An expression of type boolean, never null."""
        match condition:
            case f.Filled(field):
                return f"(coalesce(trim({self.text(field)}), '') <> '')"
            case f.Equals(field, values):
                listed = ", ".join(literal(value.lower()) for value in values)
                return f"(coalesce(lower(trim({self.text(field)})), '') in ({listed}))"
            case f.Contains(field, part):
                return f"contains(coalesce({self.text(field)}, ''), {literal(part)})"
            case f.Not(inner):
                return f"(not {self.holds(inner)})"
            case f.Either(conditions):
                return "(" + " or ".join(self.holds(inner) for inner in conditions) + ")"
        raise TypeError(f"not a condition: {condition!r}")

    def digest(self, texts: Iterable[str]) -> str:
        """32 hex digits for several texts, null where all of them are null."""
        known = list(texts)
        said = [text for text in known if text != NOTHING]
        if not said:
            return NOTHING
        joined = ", ".join("''" if text == NOTHING else f"coalesce({text}, '')" for text in known)
        hashed = f"left(sha256(concat_ws(chr(31), {self.secret}, {joined})), 32)"
        return f"case when coalesce({', '.join(said)}) is not null then {hashed} end"

    def _filled(self, fields: Iterable[f.Field]) -> str:
        """The expressions of fields that the record has, blank texts as null; empty for none."""
        known = (text for text in map(self.text, fields) if text != NOTHING)
        return ", ".join(f"nullif(trim({text}), '')" for text in known)

    def _words(self, node: f.Words) -> str:
        otherwise = NOTHING if node.otherwise is None else self.text(node.otherwise)
        text = self.text(node.field)
        if text == NOTHING:
            return otherwise
        cases = " ".join(
            f"when {literal(word.lower())} then {NOTHING if meaning is None else literal(meaning)}"
            for word, meaning in node.words
        )
        return f"case lower(trim({text})) {cases} else {otherwise} end"


class Loaded(Expressions):
    """Compiles fields over a loaded batch: what can be computed while loading becomes a column of it.

    `columns` collects those columns: expression over the record → name in the batch.
    """

    def __init__(self, record: Expressions) -> None:
        super().__init__({}, record.secret)
        self._record = record
        self.columns: dict[str, str] = {}

    def text(self, node: f.Field) -> str:
        return self.keep(self._record.text(node)) if self.keeps(node) else super().text(node)

    def keeps(self, node: f.Field) -> bool:
        """Whether a field is computed while loading: it is more than a constant and needs no item."""
        return not isinstance(node, f.Constant) and not any(
            isinstance(leaf, f.Item) for leaf in f.leaves(node)
        )

    def holds(self, condition: f.Condition) -> str:
        return self.keep(self._record.holds(condition))

    def items(self, each: f.List) -> str:
        """The name under which the batch holds a list."""
        return self.keep(self._record.items(each))

    def keep(self, expression: str) -> str:
        """The name under which the batch holds an expression over the record."""
        if expression == NOTHING:
            return NOTHING
        return self.columns.setdefault(expression, f"k{len(self.columns)}")


# Nested types on their way: empty for a text; the key "[]" stands for the items of a list.
_Tree = dict[str, Any]


def structure(tables: Iterable[f.Rows]) -> dict[str, str]:
    """The columns that fields read, with the types they are to be read as."""
    return {name: _type(inner) for name, inner in _read(tables).items()}


def objects(tables: Iterable[f.Rows]) -> dict[str, str]:
    """The nested columns that fields read, by `name_key`, with their shapes as `from_json` wants them."""
    return {name_key(name): json.dumps(_shape(inner)) for name, inner in _read(tables).items() if inner}


def _read(tables: Iterable[f.Rows]) -> _Tree:
    """Their columns that fields read, and what inside them."""
    tree: _Tree = {}
    for table in tables:
        for field in table.fields():
            for leaf in f.leaves(field):
                match leaf:
                    case f.Path(names):
                        _grow(tree, names)
                    case f.Entry(name, _, value):
                        _grow(tree, (name, "[]", "key"))
                        _grow(tree, (name, "[]", *value))
                    case f.Item(names) if isinstance(table.each, f.Path):
                        _grow(tree, (*table.each.names, "[]", *names))
    return tree


def _shape(tree: _Tree) -> Any:
    if not tree:
        return "VARCHAR"
    return [_shape(tree["[]"])] if "[]" in tree else {name: _shape(inner) for name, inner in tree.items()}


def _grow(tree: _Tree, names: tuple[str, ...]) -> None:
    for name in names:
        tree = tree.setdefault(name, {})


def _type(tree: _Tree) -> str:
    if not tree:
        return "varchar"
    if "[]" in tree:
        return f"{_type(tree['[]'])}[]"
    return f"struct({', '.join(f'{quoted(name)} {_type(inner)}' for name, inner in tree.items())})"


def quoted(name: str) -> str:
    """A name as it stands in a statement."""
    return '"' + name.replace('"', '""') + '"'


def _leaf(root: str, names: Iterable[str]) -> str:
    inner = "".join(f".{quoted(name)}" for name in names)
    return f"nullif(({root}){inner}, '')" if inner else root


def _changed(node: f.Stripped | f.Captured | f.Lower | f.Snake, text: str) -> str:
    match node:
        case f.Captured(_, pattern):
            return f"nullif(regexp_extract({text}, {literal(pattern)}, 1), '')"
        case f.Stripped():
            bare = f"when '''' then substr({text}, 2) when '=' then trim({text}, '=\"')"
            return f"nullif(case left({text}, 1) {bare} else {text} end, '')"
        case f.Lower():
            return f"lower({text})"
        case f.Snake():
            apart = f"regexp_replace({text}, '([a-z0-9])([A-Z])', '\\1_\\2', 'g')"
            return f"nullif(trim(regexp_replace(lower({apart}), '[^\\pL\\pN]+', '_', 'g'), '_'), '')"
