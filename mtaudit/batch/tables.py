"""Records as Parquet, with the columns that the records' JSON Schemas name.

The schemas in ``mtaudit/report/schema`` are the one place that says what a record holds; the
Parquet columns are worked out from them:

====================================  ==========================================
JSON Schema                           Parquet
====================================  ==========================================
text, ``enum``, ``const``             string
integer, number, boolean              int64, double, bool
object with named fields              struct
object whose values have one type     map<string, …>
object of free shape                  string (JSON text)
array                                 list
pair or triple of texts               list<string>
pair of different types               struct<item0, item1>
====================================  ==========================================

Every column may be null.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module, resources
from typing import Any

from ..errors import HostError

Json = Mapping[str, Any]
Convert = Callable[[Any], Any]

TABLES = ("documents", "segments", "errors")
_SCALARS = {"string": "string", "integer": "int64", "number": "float64", "boolean": "bool_"}


def require_arrow() -> None:
    """Raise :class:`HostError` where Parquet cannot be written."""
    try:
        import_module("pyarrow.parquet")
    except ImportError as error:
        raise HostError(
            "Parquet needs the Arrow library",
            where="--format",
            mend="pip install 'mtaudit[batch]', or give --format jsonl",
        ) from error


def json_schema(table: str) -> Json:
    """The JSON Schema of one row of ``table`` (see :data:`TABLES`)."""
    folder = resources.files("mtaudit.report").joinpath("schema")
    found: Json = json.loads(folder.joinpath(f"{table[:-1]}.schema.json").read_text("utf-8"))
    return found


@cache
def arrow_schema(table: str) -> Any:
    """The ``pyarrow.Schema`` of ``table``."""
    import pyarrow as pa

    kind, _ = _compiled(table)
    return pa.schema(list(kind))


def parquet(table: str, records: Iterable[Json]) -> bytes:
    """A Parquet file of ``records``: the same bytes for the same records."""
    import pyarrow as pa
    from pyarrow import parquet as pq

    _, convert = _compiled(table)
    rows = [convert(record) for record in records]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows, arrow_schema(table)), sink, compression="zstd")
    return bytes(sink.getvalue())


@cache
def _compiled(table: str) -> tuple[Any, Convert]:
    schema = json_schema(table)
    return _compile(schema, schema.get("$defs", {}))


def _compile(schema: Json, defs: Json) -> tuple[Any, Convert]:
    """The Arrow type for ``schema`` and what turns a JSON value into what Arrow takes."""
    import pyarrow as pa

    if "$ref" in schema:
        return _compile(defs[schema["$ref"].rsplit("/", 1)[-1]], defs)
    if "anyOf" in schema:
        (one,) = [s for s in schema["anyOf"] if s.get("type") != "null"]
        kind, inner = _compile(one, defs)
        return kind, _unless_none(inner)
    if "enum" in schema or "const" in schema:
        return pa.string(), _same
    names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    (name,) = [n for n in names if n != "null"]
    if name in _SCALARS:
        return getattr(pa, _SCALARS[name])(), _same
    kind, inner = (_object if name == "object" else _array)(schema, defs)
    return kind, _unless_none(inner)


def _object(schema: Json, defs: Json) -> tuple[Any, Convert]:
    import pyarrow as pa

    rest = schema.get("additionalProperties")
    if "properties" in schema:
        parts = {n: _compile(s, defs) for n, s in schema["properties"].items()}
        kind = pa.struct([(n, part[0]) for n, part in parts.items()])
        converts = [(n, part[1]) for n, part in parts.items()]
        known = frozenset(parts)

        def struct(value: Json) -> dict[str, Any]:
            if not known.issuperset(value):
                raise ValueError(f"not in the schema: {sorted(set(value) - known)}")
            return {n: convert(value.get(n)) for n, convert in converts}

        return kind, struct
    if isinstance(rest, dict):
        inner_kind, inner = _compile(rest, defs)
        return pa.map_(pa.string(), inner_kind), lambda v: [(k, inner(x)) for k, x in v.items()]
    return pa.string(), lambda v: json.dumps(v, ensure_ascii=False, separators=(",", ":"))


def _array(schema: Json, defs: Json) -> tuple[Any, Convert]:
    import pyarrow as pa

    if "prefixItems" not in schema:
        kind, inner = _compile(schema["items"], defs)
        return pa.list_(kind), list if inner is _same else lambda v: [inner(x) for x in v]
    parts = [_compile(s, defs) for s in schema["prefixItems"]]
    if all(kind == parts[0][0] and inner is _same for kind, inner in parts):
        return pa.list_(parts[0][0]), list
    kind = pa.struct([(f"item{i}", part[0]) for i, part in enumerate(parts)])
    return kind, lambda v: {
        f"item{i}": convert(x) for i, ((_, convert), x) in enumerate(zip(parts, v, strict=True))
    }


def _same(value: Any) -> Any:
    return value


def _unless_none(convert: Convert) -> Convert:
    return lambda value: None if value is None else convert(value)
