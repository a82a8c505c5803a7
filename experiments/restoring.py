"""From plain data back to a Plan or Results: the inverse of ``Plan.to_dict`` and ``Results.to_dict``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_type_hints

import numpy as np
import pandas as pd
from pydantic import ConfigDict, TypeAdapter, ValidationError

from engine.errors import ExperimentError, unknown
from experiments.plan import Plan
from experiments.results import Results

# An unknown name is refused, and text is no number: what a plan says must be what its author meant.
_STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
#: What stands in a result, or beside its fields, for a reader, and follows from the rest.
_TOLD = frozenset({"id", "simulated", "import"})
_DERIVED: Mapping[str, str] = {"plan": "hash", "adherence": "sentence"}
#: What is kept beside a result's JSON.
_ELSEWHERE = frozenset({"units"})
#: Tables that may be missing altogether: a real experiment has none of them.
_MAY_LACK = frozenset({"truth", "interference", "individual"})
_FORMS = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "mapping_type": "names and values",
    "dataclass_type": "names and values",
    "dataclass_exact_type": "names and values",
}
#: Columns of text or truth values that may hold nothing but None, where any other column would be NaN.
_OBJECTS = frozenset({"segment", "inside"})
#: What a table without rows has beside the columns of the effects; a record cannot tell.
_OWN_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "segments": {"by": "str", "segment": "str", "suppressed": "bool"},
    "cumulative": {"day": "int64"},
}
_HETEROGENEITY = {
    "by": "str",
    "metric": "str",
    "variant": "str",
    "statistic": "float64",
    "degrees_of_freedom": "float64",
    "p_value": "float64",
}


def plan_from(data: Mapping[str, Any]) -> Plan:
    """Return the plan whose ``to_dict`` is ``data``; fields left out take their default.

    Raises:
        ExperimentError: where a field is missing, unknown or of another kind, or no such plan can be.
    """
    plan: Plan = record_from(Plan, _without_derived("plan", _named(data, "plan")), "plan")
    return plan


def results_from(data: Mapping[str, Any]) -> Results:
    """Return the results whose ``to_dict`` is ``data``.

    Every page, report and reading of them is that of the original. Tables that are left out are empty.

    Raises:
        ExperimentError: where a part is missing, unknown or of another kind.
    """
    given = {name: part for name, part in _named(data, "result").items() if name not in _TOLD}
    given["checks"] = list(_named(given.pop("health", None), "health of a result").values())
    kinds = get_type_hints(Results)
    parts = {field.name: field for field in fields(Results) if field.name not in _ELSEWHERE}
    for name in given:
        if name not in parts:
            raise ExperimentError(unknown("Part of a result", name, ("health", *parts)))
    made: dict[str, Any] = {"plan": plan_from(given.pop("plan", None))}
    tables = [name for name, kind in kinds.items() if kind is pd.DataFrame]
    for name, field in parts.items():
        if name in tables or name in made:
            continue
        if name in given:
            made[name] = record_from(kinds[name], _without_derived(name, given[name]), f"result's {name}")
        elif not _optional(field):
            raise ExperimentError(f"The result has no '{name}'. It may be cut off; take the whole file.")
    effects = _frame(given.get("effects"), "effects")
    if effects.empty:
        raise ExperimentError("The result has no effects. It may be cut off; take the whole file.")
    made |= {name: _table(name, given.get(name), effects) for name in tables}
    return Results(**made)


def record_from(kind: Any, data: Any, what: str) -> Any:
    """Return ``data`` as a ``kind`` (a dataclass, or a tuple of them), nothing converted that is not meant.

    Args:
        kind: what it shall be.
        data: plain data.
        what: what it is called in an error.

    Raises:
        ExperimentError: naming the first field that is missing, unknown or of another kind.
    """
    try:
        return _adapter(kind).validate_json(json.dumps([data], default=str))[0]
    except ValidationError as error:
        raise ExperimentError(_sentence(error, kind, what)) from None


@cache
def _adapter(kind: Any) -> TypeAdapter[tuple[Any]]:
    # A dataclass takes no configuration from outside, but it inherits that of the tuple around it.
    return TypeAdapter(tuple[kind], config=_STRICT)


def _sentence(error: ValidationError, kind: Any, what: str) -> str:
    """Return one error in a sentence: which field, what was given, what was expected."""
    # A misspelt name says more than the one it leaves missing.
    first = min(error.errors(), key=lambda each: each["type"] != "unexpected_keyword_argument")
    # The first place is that of the tuple; places in a list are counted from 1 for a reader.
    path = [part for part in first["loc"][1:] if not isinstance(part, str) or "[" not in part]
    words = [str(part + 1) if isinstance(part, int) else part for part in path]
    name = ".".join(words)
    match first["type"]:
        case "missing":
            return f"The {what} has no '{name}'; it is needed."
        case "unexpected_keyword_argument":
            where = f"{'.'.join(words[:-1])} of the {what}" if words[:-1] else f"the {what}"
            return unknown(f"Field of {where}", words[-1], _fields_at(kind, path[:-1]))
        case "literal_error":
            expected = first["ctx"]["expected"]
        case code:
            expected = _FORMS.get(code, first["msg"])
    field = f"'{name}' of the {what}" if name else f"The {what}"
    return f"{field} was given as {_shown(first['input'])}; expected {expected}."


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


def _fields_at(kind: Any, path: Sequence[str | int]) -> list[str]:
    """Return the fields of the dataclass that ``path`` leads to from ``kind``."""
    for part in path:
        if isinstance(part, str) and is_dataclass(kind):
            kind = get_type_hints(kind)[part]
        kind = next((inner for inner in (kind, *get_args(kind)) if is_dataclass(inner)), kind)
    return [field.name for field in fields(kind)] if is_dataclass(kind) else []


def _without_derived(name: str, part: Any) -> Any:
    if name not in _DERIVED or not isinstance(part, Mapping):
        return part
    return {field: value for field, value in part.items() if field != _DERIVED[name]}


def _named(data: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        given = "nothing" if data is None else _shown(data)
        raise ExperimentError(f"The {what} was given as {given}; expected names and values, such as days: 14.")
    return data


def _optional(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def _table(name: str, rows: Any, effects: pd.DataFrame) -> pd.DataFrame:
    table = effects if name == "effects" else _frame(rows, name)
    if len(table) or name in _MAY_LACK:
        return table
    if name == "heterogeneity":
        return pd.DataFrame({column: pd.Series(dtype=kind) for column, kind in _HETEROGENEITY.items()})
    own = {column: pd.Series(dtype=kind) for column, kind in _OWN_COLUMNS.get(name, {}).items()}
    return effects.head(0).assign(**own)


def _frame(rows: Any, name: str) -> pd.DataFrame:
    """Return records as a frame with the dtypes they were taken from."""
    if rows is None:
        return pd.DataFrame()
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise ExperimentError(f"The result's {name} were given as {_shown(rows)}; expected a list of rows.")
    columns = list(rows[0]) if rows else []
    for place, row in enumerate(rows, start=1):
        if row.keys() != rows[0].keys():
            raise ExperimentError(
                f"Row {place} of the result's {name} has other columns than row 1. Take the whole file."
            )
    return pd.DataFrame({column: _column(column, [row[column] for row in rows]) for column in columns})


def _column(name: str, values: list[Any]) -> pd.Series:
    """Return values as a column: None is NaN among numbers, and None among anything else."""
    known = [value for value in values if value is not None]
    if name in _OBJECTS and (name == "inside" or not known):
        return pd.Series(values, dtype=object)
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in known):
        whole = len(known) == len(values) and all(isinstance(value, int) for value in known)
        return pd.Series(np.array(values, dtype=np.int64 if whole else np.float64))
    return pd.Series(values) if len(known) == len(values) else pd.Series(values, dtype=object)
