"""A process killed at any moment loses nothing it was told is kept, and leaves nothing half-written."""

import random
import signal
import time
from contextlib import suppress
from dataclasses import replace

import pytest
from sqlalchemy import text

from experiments.database import connection
from tests.experiments.database import loop

ROUNDS = 12
LONGEST_SECONDS = 0.05


@pytest.fixture
def document(results, tmp_path):
    """A result larger than results are, in a file."""
    file = tmp_path / "result.json"
    file.write_text(replace(results, notes=("x" * 300_000,)).to_json())
    return file


def test_what_was_acknowledged_is_there_and_whole(database, address, document, processes):
    moments = random.Random(20260501)  # noqa: S311  # moments, not secrets
    plans, results = set(), {}
    for attempt in range(ROUNDS):
        receiver, sender = processes.Pipe(duplex=False)
        child = processes.Process(target=loop.write, args=(address, str(document), attempt, sender))
        child.start()
        sender.close()
        receiver.recv()  # it is about to begin
        # Some at once, the others after a few acknowledgements, so that they have done something on any machine.
        said = [receiver.recv() for _ in range(moments.randrange(1, 7) if attempt % 3 else 0)]
        child.join(moments.uniform(0, LONGEST_SECONDS))
        child.kill()
        child.join()
        assert child.exitcode == -signal.SIGKILL, "it should not have ended by itself"
        _wait_for_what_is_under_way()
        for kind, name, number in (*said, *_rest(receiver)):
            if kind == "plan":
                plans.add(name)
            else:
                results[name] = max(number, results.get(name, 0))

        registered = {each.hash for each in database.registrations()}
        assert plans <= registered
        rows = database.kept(limit=10_000)
        assert results.keys() <= {row.key for row in rows}
        for row in rows:
            found = database.result(row.key)
            # Each round writes some results anew: what is there is one version of it, to the last letter.
            assert (found.meta.units, found.meta.days) == (row.units, row.days)
            assert found.notes == (f"{row.units} " + "x" * 300_000,)
            assert row.units >= results.get(row.key, 0)
    assert len(plans) >= ROUNDS, "it was killed too early to have done anything"
    assert len(results) > 1
    if address.startswith("sqlite"):
        with connection.reading() as session:
            assert session.scalars(text("PRAGMA integrity_check")).all() == ["ok"]


def _wait_for_what_is_under_way():
    """PostgreSQL ends the statement it was sent before it notices that nobody waits for the answer."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'"
    with connection.reading() as session:
        while session.get_bind().dialect.name == "postgresql" and session.scalar(text(others)) > 1:
            time.sleep(0.01)


def _rest(receiver):
    """Return what was sent before the end."""
    said = []
    with suppress(EOFError, OSError):
        while True:
            said.append(receiver.recv())
    return said
