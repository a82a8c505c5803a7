"""Every way of writing a log gives the same Dataset."""

import json

import numpy as np
import pandas as pd
import pytest

from engine.errors import DataError
from engine.loading import load, preview
from tests.engine.loading.logs import HEADER, contents, good_rows, load_text, refused

ROWS = [row.split(",") for row in good_rows()]
EXPECTED = load_text("\n".join([HEADER, *good_rows()])).dataset.fingerprint


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "::", "^", "~", "#", "\x01"])
@pytest.mark.parametrize("header", [True, False])
def test_any_delimiter_with_or_without_a_header(delimiter, header):
    lines = [delimiter.join(row) for row in ([HEADER.split(",")] if header else []) + ROWS]
    loaded = load_text("\n".join(lines))
    assert loaded.dataset.fingerprint == EXPECTED
    assert f"{'with' if header else 'without'} a header row" in loaded.report.source
    if not header:
        assert loaded.report.mapping == {
            "user": "column_1", "item": "column_2", "rating": "column_3", "time": "column_4"
        }  # fmt: skip


def test_blanks_part_cells_where_nothing_else_does():
    lines = [f"{user} {item} {rating} {1_700_000_000 + n}" for n, (user, item, rating, _) in enumerate(ROWS)]
    loaded = load_text("\n".join(lines))
    assert loaded.report.source == "log.csv: Space-separated text, UTF-8, without a header row"
    assert loaded.report.rows_kept == 40


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_encodings_and_line_endings(encoding, ending):
    lines = [HEADER, *good_rows(), "José,Café,5,2024-01-01"]
    if encoding == "cp1252":
        lines.append("“q”,€5,4,2024-01-01")
    loaded = load_text(ending.join(lines), encoding=encoding)
    assert contents(loaded.dataset)[0][:2] == ("José", "Café")
    assert loaded.report.rows_refused == 0
    if encoding == "cp1252":
        assert contents(loaded.dataset)[1][:2] == ("“q”", "€5")


def test_json_lines_keep_good_objects_and_list_the_other_lines():
    good = [json.dumps(dict(zip(HEADER.split(","), row, strict=True))) for row in ROWS]
    loaded = load_text("\n".join([*good, "", "not json", "[1, 2]", '{"user": "u1"}', '{"user": null, "item": "i1"}']))
    assert loaded.report.source == "log.csv: JSON Lines"
    assert loaded.dataset.fingerprint == EXPECTED
    assert [(line, reason) for line, reason, *_ in refused(loaded.report)] == [
        (42, "line is not a JSON object"),
        (43, "line is not a JSON object"),
        (44, "item id is missing"),
        (45, "user id is missing"),
    ]


def test_json_keys_are_names_never_code():
    odd = "o'dd\"/~key"
    loaded = load_text(json.dumps({"user": 1, odd: "x", "extra": {"deep": [1]}}), mapping={"item": odd})
    assert contents(loaded.dataset)[0][:2] == ("1", "x")


def test_parquet_keeps_types_and_whole_ids(tmp_path):
    frame = pd.DataFrame(ROWS, columns=HEADER.split(",")).assign(
        rating=lambda rows: rows["rating"].astype(float), time=lambda rows: pd.to_datetime(rows["time"])
    )
    frame.to_parquet(tmp_path / "log.parquet")
    assert load(tmp_path / "log.parquet").dataset.fingerprint == EXPECTED
    holes = pd.DataFrame({"user": [7.0, None, 8.0], "item": [1, 2, 3], 'Odd "name"': ["a", "b", "c"]})
    holes.to_parquet(tmp_path / "holes.parquet")
    loaded = load(tmp_path / "holes.parquet")
    assert loaded.dataset.users["user_id"].tolist() == ["7", "8"]
    assert refused(loaded.report) == [(2, "user id is missing", "user", None)]


def test_parquet_times_with_a_zone_are_turned_to_utc(tmp_path):
    times = pd.to_datetime(["2024-01-01 12:00", "2024-01-02 12:00"]).tz_localize("America/New_York")
    pd.DataFrame({"user": [1, 2], "item": [1, 2], "time": times}).to_parquet(tmp_path / "zoned.parquet")
    found = load(tmp_path / "zoned.parquet").dataset.interactions["time"]
    assert found.astype(str).tolist() == ["2024-01-01 17:00:00", "2024-01-02 17:00:00"]


def test_a_path_and_an_upload_are_read_alike(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("\n".join([HEADER, *good_rows()]))
    by_path, by_bytes = load(path), load(path.read_bytes(), name="log.csv")
    assert by_path.dataset.fingerprint == by_bytes.dataset.fingerprint == EXPECTED
    assert by_path.report.source == by_bytes.report.source
    assert by_path.dataset.name == by_bytes.dataset.name == "log.csv"


def test_a_preview_shows_columns_roles_and_twenty_rows():
    seen = preview("\n".join([HEADER, *good_rows()]).encode(), "log.csv")
    assert seen.columns == ("user", "item", "rating", "time")
    assert seen.mapping == {"user": "user", "item": "item", "rating": "rating", "time": "time"}
    assert seen.rows.to_numpy().tolist() == ROWS[:20]
    assert seen.format == "Comma-separated text, UTF-8, with a header row"


def test_the_sample_is_implicit_and_holds_back_who_did_not_consent():
    loaded = load("sample")
    assert loaded.dataset.feedback == "implicit"
    assert loaded.dataset.event_weights == {"view": 1.0, "add_to_cart": 3.0, "purchase": 5.0, "rating": 4.0}
    assert loaded.report.rows_read == loaded.report.rows_kept + loaded.report.withheld_rows
    assert {"title", "category", "price", "text", "brand"} <= set(loaded.dataset.items.columns)


def test_movielens_100k(ml_100k):
    loaded = load(ml_100k)
    assert (loaded.report.rows_read, loaded.report.rows_refused) == (100_000, 0)
    assert (loaded.dataset.n_users, loaded.dataset.n_items) == (943, 1682)
    assert loaded.dataset.feedback == "explicit"
    assert loaded.dataset.items.loc[0, ["title", "category", "genres", "year"]].tolist() == [
        "Toy Story (1995)", "Animation", "Animation|Children's|Comedy", 1995
    ]  # fmt: skip
    assert loaded.dataset.users.columns.tolist() == ["user_id", "age", "gender", "occupation", "zip_code"]
    assert contents(loaded.dataset)[0] == ("259", "255", "1997-09-20 03:05:10", "rating", 4.0)


def test_movielens_1m_folder(tmp_path):
    (tmp_path / "ratings.dat").write_text("1::1193::5::978300760\n1::661::3::978302109\n2::1193::9::978302109\n")
    (tmp_path / "movies.dat").write_text(
        "661::James et l'\xe9t\xe9 (1996)::Animation|Musical\n9::Unseen (1999)::Drama\n", encoding="latin-1"
    )
    (tmp_path / "users.dat").write_text("1::F::1::10::48067\n3::M::25::15::02460\n")
    loaded = load(tmp_path)
    assert loaded.report.source == f"{tmp_path.name}: MovieLens 1M folder"
    assert refused(loaded.report) == [(3, "rating is outside 1 to 5", "rating", "9")]
    assert loaded.dataset.items["item_id"].tolist() == ["661", "9", "1193"]
    assert loaded.dataset.items["category"].tolist()[:2] == ["Animation", "Drama"]
    assert loaded.dataset.items["title"].iloc[0] == "James et l'été (1996)"
    assert loaded.dataset.users["zip_code"].tolist() == ["48067", "02460"]


def test_movielens_latest_folder(tmp_path):
    (tmp_path / "ratings.csv").write_text("userId,movieId,rating,timestamp\n1,1,0.5,964982703\n1,3,4.0,964981247\n")
    (tmp_path / "movies.csv").write_text(
        'movieId,title,genres\n1,"Toy, The (1982)",Comedy|Drama\n3,None,(no genres listed)\n'
    )
    loaded = load(tmp_path, name="latest")
    assert loaded.dataset.rating_scale == (0.5, 5.0)
    assert loaded.dataset.items["category"].fillna("—").tolist() == ["Comedy", "—"]
    assert loaded.dataset.items["year"].iloc[0] == 1982
    assert loaded.dataset.name == "latest"


def test_a_folder_that_is_none_of_these(tmp_path):
    with pytest.raises(DataError, match="is not a MovieLens folder"):
        load(tmp_path)
    (tmp_path / "ratings.csv").write_text("user,item\n1,2\n")
    (tmp_path / "movies.csv").write_text("id,title\n1,x\n")
    with pytest.raises(DataError, match="lacks the column movieId"):
        load(tmp_path)


def test_a_row_that_never_got_a_rating_keeps_the_rest_of_the_log_explicit():
    rated = "\n".join([HEADER, *good_rows(), *(f"u1,i{n},,2024-01-01" for n in range(40))])
    assert load_text(rated).dataset.feedback == "explicit"
    assert load_text(rated + "\nu1,i41,,2024-01-01").dataset.feedback == "implicit"
    assert load_text(rated, feedback="implicit").dataset.feedback == "implicit"
    assert np.isfinite(load_text(rated).dataset.preferences.value).all()
