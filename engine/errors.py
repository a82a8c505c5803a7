"""The errors a person may meet. A page or the command line shows their text as it stands.

LabError                 anything the reader can mend; one sentence or two
├── DataError            a file, a table or its rows cannot be used
│   └── ColumnError      a column is missing or plays two roles
├── ModelError           an unknown model, a parameter out of range, data a model cannot learn from
└── ExperimentError      a plan, a log or an analysis that cannot be
"""

from collections.abc import Iterable
from difflib import get_close_matches


class LabError(Exception):
    """Base of every error meant for the reader: what was given, what was expected, what to do."""


class DataError(LabError):
    """A file, a table or its rows cannot be used."""


class ColumnError(DataError):
    """A column is missing or plays two roles."""


class ModelError(LabError):
    """An unknown model, a parameter out of range, or data a model cannot learn from."""


class ExperimentError(LabError):
    """A plan, a log or an analysis that cannot be."""


def unknown(kind: str, given: str, known: Iterable[str]) -> str:
    """Return the sentence for a name that is not among ``known``, with the nearest one as a hint."""
    names = list(known)
    near = get_close_matches(given, names, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    return f"{kind} '{given}' was not found. Known: {', '.join(names)}.{hint}"
