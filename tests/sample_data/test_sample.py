"""The bundled shop: the same bytes every time, and the truths its README tells."""

# ruff: noqa: PD010 - what is unstacked here is grouped already

import re
import subprocess
import sys

import pandas as pd
import pytest

from sample_data import FOLDER
from sample_data.__main__ import write
from sample_data.generator import DRIFTING_SHARE, generate
from tests.conftest import ROOT

TABLES = ("events.csv", "users.csv", "items.csv")
FILES = (*TABLES, "experiment.csv", "experiment_broken.csv")


@pytest.fixture(scope="module")
def shop():
    events, users, items = (pd.read_csv(FOLDER / name, keep_default_na=False, dtype="str") for name in TABLES)
    events["time"] = pd.to_datetime(events["time"])
    return events, users, items


@pytest.fixture(scope="module")
def views(shop):
    events, users, items = shop
    return events[events["event"] == "view"].merge(users, on="user_id").merge(items, on="item_id")


def test_regenerating_gives_the_committed_bytes(tmp_path):
    write(tmp_path)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_the_generator_runs_as_a_program(tmp_path):
    before = [(FOLDER / name).read_bytes() for name in FILES]
    done = subprocess.run([sys.executable, "-m", "sample_data"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Wrote events.csv, users.csv, items.csv, experiment.csv")
    assert [(FOLDER / name).read_bytes() for name in FILES] == before


def test_another_seed_draws_another_shop(shop):
    other = generate(1)
    assert not other.events["item_id"].head(50).equals(shop[0]["item_id"].head(50))


def test_the_files_are_small_whole_and_linked(shop):
    events, users, items = shop
    assert sum((FOLDER / name).stat().st_size for name in TABLES) < 4_000_000
    assert (len(users), len(items)) == (2000, 600)
    assert items["title"].is_unique
    assert set(events["user_id"]) <= set(users["user_id"])
    assert set(events["item_id"]) == set(items["item_id"])
    assert events["time"].is_monotonic_increasing
    assert (events["time"].min().date().isoformat(), events["time"].max().date().isoformat()) == (
        "2026-03-02",
        "2026-05-30",
    )
    rated = events["event"] == "rating"
    assert set(events.loc[rated, "rating"]) == {"1", "2", "3", "4", "5"}
    assert (events.loc[~rated, "rating"] == "").all()


def test_the_funnel_narrows_in_order(shop):
    events = shop[0]
    first = events.groupby(["user_id", "item_id", "event"])["time"].min().unstack()
    assert (first["view"] < first["add_to_cart"])[first["add_to_cart"].notna()].all()
    assert (first["add_to_cart"] < first["purchase"])[first["purchase"].notna()].all()
    assert (first["purchase"] < first["rating"])[first["rating"].notna()].all()


def test_nobody_acts_before_signing_up(shop):
    events, users, _ = shop
    joined = events.merge(users, on="user_id")
    assert (joined["time"] >= pd.to_datetime(joined["signup_date"])).all()


def test_the_readme_tells_the_figures_of_the_files(shop, views):
    events, users, _ = shop
    told = " ".join((FOLDER / "README.md").read_text(encoding="utf-8").split())
    kinds = events["event"].value_counts()
    by_item = views["item_id"].value_counts()
    by_country = events.merge(users, on="user_id").groupby(["country", "event"]).size().unstack()
    buying = by_country["purchase"] / by_country["view"]
    favourite = views.groupby(["user_id", "category"]).size().unstack(fill_value=0)
    favourite = favourite[favourite.sum(axis=1) >= 20]
    refusing = users.loc[users["consent"] == "false", "user_id"]
    figures = [
        f"| {len(events):,} |",
        f"{kinds['view']:,} views, {kinds['add_to_cart']:,} add_to_cart ({kinds['add_to_cart'] / kinds['view']:.1%}",
        f"{kinds['purchase']:,} purchases ({kinds['purchase'] / kinds['add_to_cart']:.1%} of carts), "
        f"{kinds['rating']:,} ratings",
        f"tenth of the items holds {by_item.head(60).sum() / len(views):.1%} of the views; the less viewed half "
        f"{by_item.tail(300).sum() / len(views):.1%}",
        f"favourite category in {(favourite.max(axis=1) / favourite.sum(axis=1)).mean():.0%} of them, while "
        f"the biggest category has {views['category'].value_counts(normalize=True).max():.0%} of all views",
        ", ".join(f"{country} {share:.1%}" for country, share in buying.sort_values(ascending=False).items()),
        f"Ratings average {pd.to_numeric(events['rating']).mean():.2f}",
        f"{(users['signup_date'] >= '2026-03-02').sum()} users signed up within the window",
        f"{(~users['user_id'].isin(events['user_id'])).sum()} users never came",
        f"{len(refusing)} users ({len(refusing) / len(users):.1%}) did not consent. The Lab leaves them and their "
        f"{events['user_id'].isin(refusing).sum():,} events out",
    ]
    for figure in figures:
        assert figure in told


def test_weekends_are_busier(views):
    day = views["time"].dt.strftime("%a").value_counts()
    assert 1.3 < day["Sat"] / day["Tue"] < 1.75
    assert 1.3 < day["Sun"] / day["Tue"] < 1.75


def test_taste_drifts_in_a_part_of_the_users_only(views):
    half = views["time"] < "2026-04-16"
    counts = views.assign(half=half).groupby(["user_id", "half", "category"]).size().unstack(fill_value=0)
    favourite = counts[counts.sum(axis=1) >= 15].idxmax(axis=1).unstack().dropna()
    moved = (favourite[True] != favourite[False]).mean()
    assert DRIFTING_SHARE / 2 < moved < 0.5


def test_descriptions_tell_the_style(shop):
    items = shop[2]
    styles = items["description"].map(lambda text: re.search(r"An? (\w+) design", text).group(1))
    assert styles.value_counts().index.sort_values().tolist() == ["minimal", "natural", "playful", "premium", "rugged"]
