"""Plans and results come back as they were, are found by a search, and go when they are deleted."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from engine.errors import ExperimentError
from experiments.database import connection
from experiments.reading import readings
from tests.experiments.plans import a_plan

KEY = "00000000000000aa"


def of(results, *, day=1, plan=None, status=None, **meta):
    """A variation of ``results``, computed on a day of May 2026."""
    computed = datetime(2026, 5, day, 12, tzinfo=UTC).isoformat(timespec="seconds")
    return replace(
        results,
        plan=plan or results.plan,
        verdict=replace(results.verdict, status=status or results.verdict.status),
        meta=replace(results.meta, computed=computed, **meta),
    )


def test_a_plan_comes_back_with_the_time_it_was_first_registered(database):
    plan = a_plan()
    before = datetime.now(UTC)
    first = database.register(plan)
    assert (first.plan, first.hash) == (plan, plan.hash)
    assert before - timedelta(seconds=1) <= first.registered <= datetime.now(UTC)
    assert first.registered.tzinfo is UTC
    assert database.register(plan) == first
    assert database.registered(plan.hash) == first
    assert database.registrations() == [first]
    assert database.registered("0" * 16) is None


def test_registered_plans_are_listed_newest_first_and_found_by_every_word(database):
    for day, hypothesis in enumerate(["Tea sells.", "Cups sell better.", "ÜBER-große Tassen"], start=1):
        database.register(a_plan(hypothesis=hypothesis, days=day))
    assert [each.plan.days for each in database.registrations()] == [3, 2, 1]
    assert [each.plan.days for each in database.registrations("SELL cups")] == [2]
    assert [each.plan.days for each in database.registrations("über GROSSE")] == [3]
    assert database.registrations("100%") == []


def test_a_result_comes_back_whole(database, results):
    database.keep(results, KEY)
    found = database.result(KEY)
    assert found.to_json() == results.to_json()
    assert readings(found).equals(readings(results))


def test_a_result_is_listed_with_what_a_reader_looks_for(database, results):
    database.keep(results, KEY)
    (row,) = database.kept()
    assert row.key == KEY
    assert row.title == "Random against Popularity: Conversion"
    assert database.entry(KEY) == row
    assert database.entry("b" * 16) is None
    assert row.hypothesis == results.plan.hypothesis
    assert (row.status, row.primary) == (results.verdict.status, "conversion")
    assert (row.units, row.days, row.simulated) == (200, 2, True)
    assert (row.dataset, row.fingerprint) == ("small shop", results.meta.fingerprint)
    assert row.computed == datetime.fromisoformat(results.meta.computed)
    assert (row.plan_hash, row.registered) == (results.plan.hash, None)
    database.keep(results, KEY, title="Spring test")
    registration = database.register(results.plan)
    (row,) = database.kept()
    assert (row.title, row.registered) == ("Spring test", registration.registered)
    database.register(a_plan())
    assert database.uses() == {results.plan.hash: 1}


def test_results_are_listed_newest_first_page_by_page(database, results):
    for day in range(1, 6):
        database.keep(of(results, day=day), f"{day:016x}")
    assert [row.computed.day for row in database.kept()] == [5, 4, 3, 2, 1]
    assert [row.computed.day for row in database.kept(limit=2)] == [5, 4]
    assert [row.computed.day for row in database.kept(limit=2, offset=2)] == [3, 2]
    assert database.count() == 5


def test_results_are_found_by_words_verdict_data_and_kind(database, results):
    database.keep(of(results, day=1, status="ship", dataset="Shop_1"), "a" * 16, title="Free delivery 100%")
    database.keep(of(results, day=2, status="stop", simulated=False, fingerprint="b" * 16), "b" * 16, title="Banner")
    titles = {"a" * 16: "Free delivery 100%", "b" * 16: "Banner"}

    def found(search="", **wanted):
        rows = database.kept(search, **wanted)
        assert database.count(search, **wanted) == len(rows)
        return [titles[row.key] for row in rows]

    assert found() == ["Banner", "Free delivery 100%"]
    assert found("DELIVERY free") == ["Free delivery 100%"]
    assert found("delivery banner") == []
    assert found("100%") == ["Free delivery 100%"]
    assert found("shop_") == ["Free delivery 100%"]  # an underscore is no wildcard
    assert found("%") == ["Free delivery 100%"]
    assert found("a" * 16) == ["Free delivery 100%"]
    assert found("random") == ["Banner", "Free delivery 100%"]
    assert found("stop") == ["Banner"]
    assert found(status="ship") == ["Free delivery 100%"]
    assert found(simulated=False) == ["Banner"]
    assert found(fingerprint="b" * 16) == ["Banner"]
    assert found(fingerprint="b" * 16, simulated=True) == []
    assert [(each.name, each.results) for each in database.sources()] == [("Shop_1", 1), ("small shop", 1)]


def test_keeping_again_replaces_the_whole(database, results):
    database.keep(of(results, day=1), KEY)
    database.keep(of(results, day=2, units=999), KEY)
    assert [(row.units, row.computed.day) for row in database.kept()] == [(999, 2)]
    assert database.result(KEY).meta.units == 999


def test_a_forgotten_result_is_gone_and_its_plan_is_not(database, results):
    database.register(results.plan)
    database.keep(results, KEY)
    assert database.forget(KEY) is True
    assert database.forget(KEY) is False
    assert database.kept() == []
    assert database.registered(results.plan.hash) is not None
    with pytest.raises(ExperimentError, match="No result '00000000000000aa' is kept here"):
        database.result(KEY)


def test_a_mistyped_name_is_told_the_nearest(database, results):
    database.keep(results, KEY)
    with pytest.raises(ExperimentError, match=f"Did you mean '{KEY}'"):
        database.result("00000000000000ab")
    for wrong in ("", "xyz", KEY + "0", KEY.upper(), "../../etc/passwd", "0\0"):
        with pytest.raises(ExperimentError, match="sixteen hex digits"):
            database.result(wrong)
    with pytest.raises(ExperimentError, match="sixteen hex digits"):
        database.keep(results, "my result")


def test_a_damaged_result_is_one_sentence_and_can_be_replaced(database, results):
    database.keep(results, KEY)
    with connection.writing() as session:
        session.execute(text("UPDATE results SET document = substr(document, 1, 1000)"))
    with pytest.raises(ExperimentError, match=f"'{KEY}' is damaged in the database"):
        database.result(KEY)
    assert len(database.kept()) == 1
    database.keep(results, KEY)
    assert database.result(KEY).to_json() == results.to_json()


def test_names_that_a_database_cannot_hold_are_no_obstacle(database, results):
    odd = "nul \x00, half \ud800, quote ' \" \\ ; DROP TABLE results; -- 茶 🍵"
    named = of(results, dataset=odd, plan=replace(results.plan, hypothesis="nul \x00 茶"))
    database.register(named.plan)
    database.keep(named, KEY, title=odd)
    (row,) = database.kept("茶 🍵 nul\x00")
    assert "🍵" in row.title
    assert "🍵" in database.result(KEY).meta.dataset
    assert database.registered("\x00") is None
    assert database.registered(named.plan.hash).plan == named.plan


def test_figures_keep_every_digit(database, results):
    effects = results.effects.assign(absolute=[0.1 + 0.2, 5e-324, 1.7976931348623157e308, -0.0])
    database.keep(replace(results, effects=effects), KEY)
    found = database.result(KEY).effects["absolute"]
    assert json.dumps(found.tolist()) == json.dumps(effects["absolute"].tolist())
