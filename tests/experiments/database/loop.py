"""What other processes do to a database while a test looks on."""

import json
import os
from dataclasses import replace
from pathlib import Path

from experiments import database
from experiments.restoring import results_from
from tests.experiments.plans import a_plan


def open_with_others(address, place, barrier):
    """Register ten plans as soon as all processes are there."""
    os.environ["LAB_DATABASE_URL"] = address
    barrier.wait(60)
    for days in range(10):
        database.register(a_plan(days=100 * place + days + 1))


def write(address, document, attempt, sender):
    """Register plans and keep results, and send what is done, until the end comes."""
    os.environ["LAB_DATABASE_URL"] = address
    results = results_from(json.loads(Path(document).read_text()))
    if attempt % 3:  # else it may be killed while it opens the database
        database.check()
    sender.send("ready")
    number = attempt * 1_000_000
    while True:
        number += 1
        plan = a_plan(days=number)
        database.register(plan)
        sender.send(("plan", plan.hash, number))
        key = f"{number % 3:016x}"
        notes = (f"{number} {results.notes[0]}",)
        database.keep(replace(results, notes=notes, meta=replace(results.meta, units=number)), key)
        sender.send(("result", key, number))
