"""The page of a reader's own experiment: nothing open, a sample, an upload's columns, a plan, and what cannot be."""

import time

import pandas as pd
import pytest

from engine.loading import opening
from experiments import database
from experiments.metrics import Metric
from experiments.plan import Plan
from tests.pages.opened import words

PAGE = "pages/experiment.py"


@pytest.fixture
def page(app):
    app.run()
    return app.switch_page(PAGE).run()


def small(**columns):
    """An export of 120 units with a clear uplift."""
    unit = range(120)
    rows = pd.DataFrame(
        {
            "user_id": [f"u{i}" for i in unit],
            "arm": ["control" if i % 2 else "feed" for i in unit],
            "revenue": [10 + i % 7 - 3 * (i % 2) for i in unit],
            "latency_ms": [100 + i % 9 for i in unit],
        }
    )
    return rows.assign(**columns)


def csv(rows):
    return rows.to_csv(index=False).encode()


def show(page, content, name="export.csv"):
    """Upload an export; return what names its widgets."""
    content = csv(content) if isinstance(content, pd.DataFrame) else content
    page.file_uploader(key="upload-export").upload(name, content).run()
    assert not page.exception
    return str(opening.keep_upload(content, name))


def analyse(page):
    """Press the button and wait for the child."""
    page.button(key="analyse").click().run()
    end = time.monotonic() + 60
    while any(button.label == "Cancel" for button in page.button) and time.monotonic() < end:
        time.sleep(0.1)
        page.run()
    page.run()  # the run that saw the child end may not yet have drawn what it left
    assert not page.exception


def test_nothing_is_open_yet(page):
    assert not page.exception
    assert page.title[0].value == "What did your own test find?"
    assert page.button(key="empty-experiment").label == "Load the sample experiment"
    assert "analysed exactly as a simulated one" in words(page)


def test_the_sample_is_guessed_and_analysed(page):
    page.button(key="empty-experiment").click().run()
    assert not page.exception
    source = next(box.key for box in page.selectbox if box.key.startswith("unit-")).removeprefix("unit-")
    guessed = {part: page.selectbox(key=f"{part}-{source}").value for part in ("unit", "variant", "day", "cluster")}
    assert guessed == {"unit": "user_id", "variant": "variant", "day": "first_seen", "cluster": "— none —"}
    assert page.multiselect(key=f"segments-{source}").value == ["country", "device"]
    assert page.selectbox(key=f"control-{source}-variant").value == "control"
    assert page.selectbox(key=f"primary-{source}").value == "converted"
    assert page.multiselect(key=f"guards-{source}").value == ["latency_ms"]
    assert page.multiselect(key=f"before-revenue-{source}").value == ["pre_revenue"]
    analyse(page)
    assert "## Ship personal_feed instead of control." in words(page)
    assert "**5,000** rows read = **5,000** kept + **0** left out." in words(page)
    assert any(link.label == "Read the results" for link in page.get("page_link"))
    (kept,) = [each for each in database.kept("experiment.csv") if not each.simulated][:1]
    assert (kept.status, kept.units) == ("ship", 5000)


def test_refused_rows_are_listed(page):
    rows = small().astype({"revenue": object})
    rows.loc[3, "revenue"] = "much"
    rows.loc[4, "arm"] = None
    source = show(page, rows)
    assert page.selectbox(key=f"primary-{source}").value == "revenue"
    analyse(page)
    assert "**120** rows read = **118** kept + **2** left out." in words(page)
    refused = next(table.value for table in page.dataframe if "reason" in table.value.columns)
    assert refused["reason"].tolist() == ["revenue is not a number", "variant is missing"]
    assert refused["line"].tolist() == [5, 6]


def test_what_an_analysis_cannot_do_is_one_sentence(page):
    source = show(page, small(revenue=[3.5] * 60 + [7.25] * 60))
    page.selectbox(key=f"kind-revenue-{source}").set_value("proportion").run()
    analyse(page)
    assert "Use revenue:mean" in page.error[0].value
    assert page.button(key="analyse").label == "Analyse it again"


def test_nothing_measured_and_nobody_named_is_asked_for(page):
    source = show(page, small())
    page.multiselect(key=f"metrics-{source}").set_value([]).run()
    assert "Choose at least one metric." in words(page)
    page.selectbox(key=f"variant-{source}").set_value("— none —").run()
    assert "Say which column holds the unit and which the variant." in words(page)
    page.selectbox(key=f"variant-{source}").set_value("revenue").run()
    assert not page.exception


def test_every_kind_of_metric_can_be_asked_for(page):
    source = show(page, small(orders=1, visits=2, before=3))
    page.multiselect(key=f"metrics-{source}").set_value(["revenue", "latency_ms", "orders/visits"]).run()
    page.selectbox(key=f"kind-latency_ms-{source}").set_value("quantile").run()
    page.checkbox(key=f"cap-revenue-{source}").check().run()
    assert not page.exception
    assert page.number_input(key=f"level-latency_ms-{source}").value == 90
    assert page.number_input(key=f"at-revenue-{source}").value == 99
    assert page.multiselect(key=f"before-revenue-{source}").options == ["before"]


def test_a_registered_plan_is_matched_to_the_columns(page):
    metric = Metric(name="revenue", kind="mean", numerator="spent", role="primary")
    clicks = Metric(name="clicks", kind="mean", numerator="clicks")
    plan = database.register(
        Plan(
            hypothesis="A feed sells more.",
            variants=("control", "new"),
            metrics=(metric, clicks),
            split=(1.0, 1.0),
            days=1,
        )
    )
    source = show(page, small())
    page.radio(key=f"planned-{source}").set_value("registered").run()
    page.selectbox(key=f"plan-{source}").set_value(plan.hash).run()
    assert "A feed sells more" in words(page)
    assert "Say what the file calls spent and new." in words(page)
    page.selectbox(key=f"column-spent-{source}").set_value("revenue").run()
    page.selectbox(key=f"variant-new-{source}").set_value("feed").run()
    analyse(page)
    assert "## Ship new instead of control." in words(page)
    assert f"Plan {plan.hash} was registered on" in words(page)
    assert "Not in the file: clicks." in words(page)
    assert "Metric clicks was planned and not analysed." in words(page)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.csv", b"", "is empty"),
        ("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "is a picture"),
        ("lone.csv", b"x\n1\n2\n", "Expected at least a unit, a variant and a metric"),
    ],
)
def test_a_wrong_file_is_one_sentence(page, name, content, sentence):
    show(page, content, name)
    assert sentence in page.error[0].value
    assert "This file cannot be read as the export of a test." in words(page)


@pytest.mark.parametrize("link", ["0123456789abcdef/gone.csv", "/etc/passwd", "../../etc/passwd", "sample-other"])
def test_a_link_opens_only_what_is_kept(page, link):
    page.query_params["export"] = link
    page.switch_page(PAGE).run()
    assert not page.exception
    assert "The export of this link is not kept here." in page.warning[0].value
    assert page.button(key="empty-experiment")


def test_a_path_is_read_but_no_link_names_it(page, tmp_path):
    file = tmp_path / "export.parquet"
    small().to_parquet(file, index=False)
    page.text_input(key="path-export").set_value(str(file)).run()
    assert not page.exception
    assert page.selectbox(key=f"unit-{file}").value == "user_id"
    assert "export" not in page.query_params


def test_metrics_of_another_file_are_offered_and_the_past_stays_with_the_exposures(page):
    source = show(page, small(pre_revenue=5.5).drop(columns="revenue"))
    content = csv(small()[["user_id", "revenue"]])
    page.file_uploader(key=f"upload-metrics-{source}").upload("measured.csv", content).run()
    key = f"{source}-{opening.keep_upload(content, 'measured.csv')}"
    assert page.multiselect(key=f"metrics-{key}").value == ["revenue"]
    assert page.multiselect(key=f"before-revenue-{key}").value == ["pre_revenue"]
    analyse(page)
    assert "## Ship feed instead of control." in words(page)
    assert sum("rows read" in box.value for box in page.success) == 2


def test_a_plan_in_a_file_is_read_or_told(page):
    source = show(page, small())
    page.radio(key=f"planned-{source}").set_value("file").run()
    page.file_uploader(key=f"plan-file-{source}").upload("plan.yaml", b"days: soon").run()
    assert "The plan has no" in page.error[0].value
    plan = (
        b"hypothesis: More.\nvariants: [control, feed]\nmetrics: [{name: revenue, kind: mean, role: primary}]\ndays: 1"
    )
    page.file_uploader(key=f"plan-file-{source}").upload("plan.yaml", plan).run()
    analyse(page)
    assert "## Ship feed instead of control." in words(page)
    assert "was not registered" in page.warning[0].value
