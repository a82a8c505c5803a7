"""JSON Lines and Parquet files as raw tables, read by DuckDB; every cell becomes text."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from engine.errors import DataError
from engine.loading.raw import RawTable, refusals, text_columns
from engine.loading.sources import Source


def read_json_lines(source: Source) -> RawTable:
    """Return one row a JSON object a line; a line that holds anything else is refused.

    Raises:
        DataError: no line holds an object.
    """
    data = source.path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        # Damaged bytes make their own line invalid JSON text, not the whole file.
        lines = [line.decode("utf-8", "replace") for line in data.split(b"\n")]
    numbered = pa.table({"line": np.arange(1, len(lines) + 1), "text": pa.array(lines, pa.large_string())})
    with duckdb.connect() as connection:
        connection.register("numbered", numbered)
        connection.execute(
            """
            CREATE TABLE found AS
            SELECT line, text, CASE WHEN json_valid(text) THEN json_type(text) END = 'OBJECT' AS whole
            FROM numbered WHERE trim(text, ' \t\r') <> ''
            """
        )
        keys = [
            str(key)
            for (key,) in connection.execute(
                """
                SELECT key FROM (SELECT unnest(json_keys(text)) AS key, line FROM found WHERE whole)
                GROUP BY key ORDER BY min(line), key
                """
            ).fetchall()
        ]
        if not keys:
            raise DataError(f"'{source.name}' holds no JSON object. Expected one object a line.")
        paths = ", ".join(_literal(_pointer(key)) for key in keys)
        cells = ", ".join(f"cells[{place}] AS c{place}" for place in range(1, len(keys) + 1))
        # Keys are quoted literals; the file's text never becomes SQL. All are taken in one pass over a line.
        found = f"SELECT line, json_extract_string(text, [{paths}]) AS cells FROM found WHERE whole"  # noqa: S608
        query = f"SELECT line, {cells} FROM ({found}) ORDER BY line"  # noqa: S608
        frame: pd.DataFrame = connection.sql(query).to_arrow_table().to_pandas()
        wrong = connection.execute("SELECT line, text FROM found WHERE whole IS NOT TRUE ORDER BY line").fetchall()
    read_lines = frame.pop("line").to_numpy(np.int64)
    frame.columns = pd.Index(keys)
    malformed = refusals([line for line, _ in wrong], "line is not a JSON object", value=[text for _, text in wrong])
    return RawTable(text_columns(frame), read_lines, malformed, "JSON Lines")


def read_parquet(source: Source) -> RawTable:
    """Return every row of a Parquet file; its lines are row numbers from 1.

    Raises:
        DataError: the file is damaged or holds no rows.
    """
    try:
        with duckdb.connect() as connection:
            relation = connection.read_parquet(str(source.path))
            columns, types = list(relation.columns), [str(kind) for kind in relation.types]
            cells = ", ".join(
                f"{_as_text(_quoted(name), kind)} AS c{n}"
                for n, (name, kind) in enumerate(zip(columns, types, strict=True))
            )
            frame: pd.DataFrame = relation.project(cells).to_arrow_table().to_pandas()
    except duckdb.Error:
        raise DataError(f"'{source.name}' is a damaged Parquet file. Write it again.") from None
    if not len(frame):
        raise DataError(f"'{source.name}' is a Parquet file without rows.")
    frame.columns = pd.Index(columns)
    lines = np.arange(1, len(frame) + 1, dtype=np.int64)
    return RawTable(text_columns(frame), lines, refusals([], []), "Parquet")


def _as_text(column: str, kind: str) -> str:
    if kind.startswith("TIMESTAMP WITH TIME ZONE"):
        return f"CAST(timezone('UTC', {column}) AS VARCHAR)"
    if kind in ("FLOAT", "DOUBLE"):
        # An id that once had a missing neighbour is stored as 12.0; it is still the id 12.
        whole = f"{column} = floor({column}) AND abs({column}) < 1e15"
        integer = f"CAST(CAST({column} AS BIGINT) AS VARCHAR)"
        return f"CASE WHEN isnan({column}) THEN NULL WHEN {whole} THEN {integer} ELSE CAST({column} AS VARCHAR) END"
    return f"CAST({column} AS VARCHAR)"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
