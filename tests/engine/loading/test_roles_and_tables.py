"""Roles are guessed from names and contents and can be overruled; side tables find their key and types."""

import numpy as np
import pandas as pd
import pytest

from engine.errors import ColumnError
from engine.loading.roles import guess_roles, settle_roles
from engine.loading.times import parse_times
from tests.engine.loading.logs import HEADER, contents, good_rows, load_text


def frame(text):
    head, *rows = [line.split(",") for line in text.split()]
    return pd.DataFrame(rows, columns=head, dtype="str")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("userId,movieId,rating,timestamp 1,2,3,964982703", "userId movieId rating timestamp -"),
        ("timestamp,visitorid,event,itemid 1433221332117,257597,view,355908", "visitorid itemid - timestamp event"),
        ("InvoiceNo,StockCode,InvoiceDate,CustomerID 1,A,2024-01-01,7", "CustomerID StockCode - InvoiceDate -"),
        ("who,what,stars a,x,5 b,y,4 a,y,3", "who what stars - -"),
        ("id,shopper,thing 1,a,x 2,a,y 3,b,x", "shopper thing - - -"),
        ("User-ID,ISBN,Book-Rating 1,0345,5", "User-ID ISBN Book-Rating - -"),
        ("item_price,item_code,user_code 5,a,u1", "user_code item_code - - -"),
        ("column_1,column_2,column_3,column_4 1,22,3,881250949 1,23,4,881250950",
         "column_1 column_2 column_3 column_4 -"),
        ("column_1,column_2,column_3,column_4 1,9,pv,1511544070 1,8,pv,1511544071 2,9,in,1511544072 2,8,in,1511544073",
         "column_1 column_2 - column_4 column_3"),
        ("column_1,column_2 a,x b,x", "column_1 column_2 - - -"),
        ("visitor,product,clicked_at a,x,1700000000 b,x,1700000500", "visitor product - clicked_at -"),
        ("user_id,item_id,gesehen a,x,2026-03-01 b,x,2026-03-02", "user_id item_id - gesehen -"),
        ("user_id,item_id,warehouse a,x,1700000000 b,x,1700000500", "user_id item_id - - -"),
    ],
)  # fmt: skip
def test_roles_are_guessed(text, expected):
    found = guess_roles(frame(text))
    assert [found.get(role, "-") for role in ("user", "item", "rating", "time", "event")] == expected.split()


def test_the_reader_overrules_the_guess():
    guess = {"user": "a", "item": "b", "rating": "c", "time": "d"}
    assert settle_roles(guess, {"item": "c", "time": ""}, "abcd") == {"user": "a", "item": "c"}
    assert settle_roles(guess, {"rating": None}, "abcd") == {"user": "a", "item": "b", "time": "d"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"user": "user"},
            r"Column 'user' was not found\. The file has: user_id, Item, stars\. Did you mean 'user_id'\?",
        ),
        ({"item": "item"}, r"Did you mean 'Item'\?"),
        ({"rating": "zzz"}, r"Column 'zzz' was not found\. The file has: user_id, Item, stars\.$"),
        ({"usr": "stars"}, r"'usr' is not a role of a column\. Roles: .* Did you mean 'user'\?"),
        ({"user": "Item", "item": "Item"}, "Column 'Item' was given as user and as item"),
        ({"user": None}, "No column was found for the user"),
    ],
)
def test_a_mapping_that_cannot_be(given, sentence):
    with pytest.raises(ColumnError, match=sentence):
        settle_roles({"user": "user_id", "item": "Item"}, given, ["user_id", "Item", "stars"])


@pytest.mark.parametrize(
    "written",
    [
        "2024-03-05 06:07:08", "2024-03-05T06:07:08", "2024-03-05T06:07:08Z", "2024-03-05T08:07:08+02:00",
        "2024-03-05 06:07:08.900", "1709618828", "1709618828123", "1709618828123456", "1709618828.5",
        "20240305060708", "05.03.2024 06:07:08", "Tue, 05 Mar 2024 06:07:08 GMT", "2024/03/05 06:07:08",
    ],
)  # fmt: skip
def test_times_in_many_ways_of_writing(written):
    found = parse_times(pd.Series([written, None, "never"] + [written] * 7, dtype="str"))
    assert str(found[0]) == "2024-03-05T06:07:08"
    assert np.isnat(found).tolist() == [False, True, True] + [False] * 7


def test_dates_alone_and_the_order_of_day_and_month():
    assert parse_times(pd.Series(["2024-03-05", "20240305"][:1], dtype="str"))[0] == np.datetime64("2024-03-05")
    assert parse_times(pd.Series(["20240305"], dtype="str"))[0] == np.datetime64("2024-03-05")
    american = parse_times(pd.Series(["12/1/2010 8:26", "12/13/2010 8:28"], dtype="str"))
    assert american.astype("datetime64[D]").astype(str).tolist() == ["2010-12-01", "2010-12-13"]
    european = parse_times(pd.Series(["1/12/2010", "13/12/2010"], dtype="str"))
    assert european.astype("datetime64[D]").astype(str).tolist() == ["2010-12-01", "2010-12-13"]


def test_mixed_precision_of_iso_times_is_read():
    cells = pd.Series(["2024-01-01", "2024-01-01 10:00", "2024-01-01T10:00:00.123456Z", "x"], dtype="str")
    assert np.isnat(parse_times(cells)).tolist() == [False, False, False, True]


LOG = "\n".join([HEADER, *good_rows()])


def test_side_tables_find_their_key_by_name_or_by_shared_ids():
    by_name = load_text(LOG, items=b"sku,Product Name,Genre,cost\ni1,Tea,Drinks,3\n").dataset.items
    by_ids = load_text(LOG, items=b"ref,Product Name,Genre,cost\ni1,Tea,Drinks,3\n").dataset.items
    for table in (by_name, by_ids):
        assert table.columns.tolist() == ["item_id", "title", "category", "cost"]
        assert table.iloc[0].tolist() == ["i1", "Tea", "Drinks", 3.0]
        assert table["item_id"].tolist() == ["i1", "i0", "i2", "i3", "i4", "i5", "i6"]


def test_side_table_cells_get_their_types():
    users = b"user_id,age,vip,since,zip,city,score\nu1,30,yes,2024-01-01,02460,Bonn,1.5\nu99,40,no,2023-01-01,10115,,\n"
    table = load_text(LOG, users=users).dataset.users
    kinds = {column: str(table[column].dtype) for column in table.columns}
    assert kinds == {
        "user_id": "str", "age": "float64", "vip": "boolean", "since": "datetime64[s]", "zip": "str", "city": "str",
        "score": "float64",
    }  # fmt: skip
    assert table["user_id"].tolist()[:3] == ["u1", "u99", "u0"]
    assert table.loc[2].drop("user_id").isna().all()


def test_repeated_and_empty_ids_of_a_side_table_are_told():
    report = load_text(LOG, users=b"user_id,age\nu1,30\nu1,31\n,5\nu2,1,2\n").report
    assert "Ids repeated in the user table, where the first row counts: 1 row." in report.sentences
    assert "Left out of the user table, without an id or unreadable: 2 rows." in report.sentences


def test_ids_keep_their_natural_order():
    log = load_text("user,item\n10,b\n9,a\n100,a\n").dataset
    assert log.users["user_id"].tolist() == ["9", "10", "100"]
    assert log.items["item_id"].tolist() == ["a", "b"]
    assert [row[:2] for row in contents(log)] == [("10", "b"), ("9", "a"), ("100", "a")]


@pytest.mark.parametrize(
    ("ratings", "scale"),
    [
        ([1, 2, 5], (1, 5)), ([3, 4, 4], (1, 5)), ([0.5, 4, 5], (0.5, 5)), ([0, 4, 5], (0, 5)), ([2, 9, 10], (1, 10)),
        ([1, 1, 1], (0, 1)), ([40, 90], (1, 100)), ([-10, 3, 10], (-10, 10)), ([500, 3], (3, 500)),
    ],
)  # fmt: skip
def test_the_rating_scale_is_guessed(ratings, scale):
    rows = [f"u{n},i{n},{rating}" for n, rating in enumerate(ratings * 5)]
    assert load_text("\n".join(["user,item,rating", *rows])).dataset.rating_scale == scale


def test_event_weights_can_be_changed():
    log = "user,item,event\n1,1,View\n1,2,purchase\n2,1,gaze\n"
    assert load_text(log).dataset.event_weights == {"View": 1.0, "gaze": 1.0, "purchase": 5.0}
    assert load_text(log, event_weights={"gaze": 7}).dataset.event_weights["gaze"] == 7.0


def test_a_log_of_clicks_alone_is_implicit():
    log = load_text("user,item\n1,1\n1,2\n2,1\n").dataset
    assert (log.feedback, log.rating_scale, log.has_time) == ("implicit", None, False)
    assert log.preferences.value.tolist() == [1.0, 1.0, 1.0]
