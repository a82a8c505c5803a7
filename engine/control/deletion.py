"""Deleting a user: gone from every dataset, model, result and file the Lab keeps, and not brought back by a load."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from engine import deleted, jobs, store, tuning
from engine.control.keeping import forget_control
from engine.control.leaving import without_user
from engine.control.traces import MEASURED, files_with, names
from engine.dataset import Dataset
from engine.errors import DataError
from engine.history import find_user
from engine.loading import opening
from engine.loading.left_out import about
from engine.loading.records import LEFT_OUT, NO_CONSENT, LoadReport, rows_in_words, withheld_in_words

_NO_REFUSALS = ("line", "reason", "column", "value")


@dataclass(frozen=True)
class Deletion:
    """What was removed.

    Attributes:
        source: name of the data the user was of.
        interactions: rows of theirs, in the dataset asked about.
        datasets: stored datasets they were in, fingerprint of each -> of the one without them, None where nobody is
            left.
        jobs: kept results and fitted models that were made with them, of these datasets or of unknown ones.
        files: kept copies and results in which their id stood, by their place below the Lab's folder.
        control: whether they had turned down, reset or hidden anything.
    """

    source: str
    interactions: int
    datasets: Mapping[str, str | None]
    jobs: int
    files: tuple[str, ...]
    control: bool

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was removed and what was not, in words."""
        return (
            f"Interactions removed: {self.interactions:,}.",
            f"Stored datasets made anew without them: {len(self.datasets):,}.",
            f"Fitted models and results removed, to be made anew without them: {self.jobs:,}.",
            f"Other files removed: {len(self.files):,}" + (f" ({', '.join(self.files)})." if self.files else "."),
            "Their control was removed." if self.control else "No control of theirs was kept.",
            f"When '{self.source}' is loaded again, or the same log under another name, they are left out; of their id "
            "only a keyed hash is kept for that.",
            "The file the data came from and lists you exported are yours and were not touched. Finished experiments "
            "stay: they hold sums over users and nobody's id.",
        )


def delete_user(dataset: Dataset, user_id: str) -> Deletion:
    """Delete ``user_id`` of ``dataset`` from all that the Lab keeps; a second time finishes what the first could not.

    Every stored dataset that holds them, of the same name or with the same doings of theirs under another, is
    replaced by one without them, and what was made from it is removed: it is made anew, without them, when it is
    asked for again. Jobs at work on it are stopped.

    Args:
        dataset: the log they are in; it need not be stored.
        user_id: their id, as in the data.

    Raises:
        DataError: nobody is called so, here or among those left out, and nobody was deleted who was.
    """
    source = dataset.name
    code = dataset.user_code(user_id)
    held = {each.fingerprint: each.name for each in store.known()}
    theirs = {old: name for old, name in held.items() if name == source or _same(dataset, store.get(old), user_id)}
    concerned = {old: change for old in theirs if (change := _change(old, user_id)) is not None}
    if code is None and not concerned and not deleted.was_deleted(source, user_id):
        find_user(dataset, user_id)
    called = {source, *theirs.values()}
    # First of all, so that nothing loaded meanwhile brings them back.
    for name in called:
        deleted.remember(name, user_id)
    for log in (dataset, *(store.get(old) for old in concerned)):
        deleted.remember_log(log)
    for old, (new, report) in concerned.items():
        following = opening.keep(new, report) if new is not None and report is not None else new and store.put(new)
        deleted.replace(old, following or None)
        store.remove(old)
    files = list(files_with(user_id))
    for file in files:
        file.unlink()
    gone = {*concerned, dataset.fingerprint, user_id, *called, *(file.parent.name for file in files)}
    dropped = jobs.drop(lambda request: request is None or names(request, gone))
    tuning.drop({*concerned, dataset.fingerprint})
    for folder in MEASURED:
        shutil.rmtree(store.home() / folder, ignore_errors=True)
    controls = [forget_control(name, user_id) for name in called]
    return Deletion(
        source=source,
        interactions=0 if code is None else int((dataset.interactions["user"] == code).sum()),
        datasets={old: deleted.replaced_by(old) for old in concerned},
        jobs=dropped,
        files=tuple(str(file.relative_to(store.home())) for file in files),
        control=any(controls),
    )


def _same(dataset: Dataset, other: Dataset, user_id: str) -> bool:
    """Return whether ``user_id`` is one and the same person in two logs: half of the shorter history is in both.

    Where a log has no times, three items at least must be: the ids of users and items may both be plain numbers.
    """
    rows = []
    for log in (dataset, other):
        code = log.user_code(user_id)
        if code is None:
            return False
        own = log.interactions[log.interactions["user"] == code]
        items = log.items["item_id"].astype(str).to_numpy(object)[own["item"]]
        rows.append(pd.MultiIndex.from_arrays([items, own["time"].to_numpy()]).unique())
    shared = rows[0].intersection(rows[1])
    timed = bool(shared.get_level_values(1).notna().any())
    return len(shared) >= (1 if timed else 3) and 2 * len(shared) >= min(map(len, rows))


def _change(fingerprint: str, user_id: str) -> tuple[Dataset | None, LoadReport | None] | None:
    """Return a stored dataset and its report without the user, or None where they are in neither.

    The dataset is None where nobody else is in it, the report where none is kept.
    """
    dataset = store.get(fingerprint)
    report = _report(fingerprint)
    refused = pd.DataFrame(columns=list(_NO_REFUSALS)) if report is None else report.refused
    theirs = about(refused, "" if report is None else report.mapping["user"], [user_id])
    code = dataset.user_code(user_id)
    if code is None and not theirs.any():
        return None
    new, removed = dataset, 0
    if code is not None:
        removed = int((dataset.interactions["user"] == code).sum())
        if removed == len(dataset.interactions):
            return None, None
        new = without_user(dataset, code)
    withheld = int((refused["reason"][theirs] == NO_CONSENT).sum())
    if withheld:
        new = replace(new, withheld_users=max(0, new.withheld_users - 1))
    if report is None:
        return new, None
    withheld_rows = report.withheld_rows - withheld
    read, kept = report.rows_read - removed - int(theirs.sum()), report.rows_kept - removed
    outdated = withheld_in_words(report.withheld_users, report.withheld_rows)
    said = [sentence for sentence in report.sentences[1:] if sentence not in (LEFT_OUT, outdated)]
    if new.withheld_users:
        said.insert(0, withheld_in_words(new.withheld_users, withheld_rows))
    return new, replace(
        report,
        rows_read=read,
        rows_kept=kept,
        rows_refused=report.rows_refused - int(theirs.sum()),
        refused=refused[~theirs].reset_index(drop=True),
        withheld_users=new.withheld_users,
        withheld_rows=withheld_rows,
        sentences=(rows_in_words(read, kept), *said, LEFT_OUT),
    )


def _report(fingerprint: str) -> LoadReport | None:
    try:
        return opening.report_of(fingerprint)
    except DataError:
        return None
