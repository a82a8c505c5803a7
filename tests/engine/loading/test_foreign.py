"""Logs as the world gives them out: what stands for no rating, counts, ids with a gap, and tables that are no log."""

import numpy as np
import pandas as pd
import pytest

from engine import deleted
from engine.errors import ColumnError
from engine.loading import load
from engine.loading.left_out import about
from engine.loading.raw import refusals
from engine.loading.records import usual_weight
from engine.loading.scales import mark_of_none
from engine.loading.several import several
from engine.loading.times import parse_times
from tests.engine.loading.logs import load_text, refused


def without_header(*columns, rows=60):
    """Return a log without a header: each of ``columns`` says its cell by the number of the row."""
    return "\n".join(",".join(str(column(n)) for column in columns) for n in range(rows))


def user(n):
    return 151_603_700 + n % 9


def item(n):
    return 214_536_500 + n % 7


def moment(n):
    return f"2014-04-{n % 28 + 1:02d}T10:51:09.277Z"


@pytest.mark.parametrize(
    ("ratings", "mark"),
    [
        ([-1] * 19 + [1, 7, 9, 10] * 20, -1),
        ([0] * 62 + [1] + [5, 8, 9, 10] * 9, 0),
        ([99] * 30 + [-9.5, 0.25, 7.5] * 20, 99),
        ([-1, 1] * 20, None),  # thumbs
        ([-1] + [1, 5] * 20, None),  # a slip
        ([0, 1, 2, 3, 4] * 20, None),
        ([0] * 30 + [1] * 6 + [4, 5] * 30, None),  # a lowest rating, often given
        ([0, 1] * 20, None),
        ([20, 60, 99, 100] * 20, None),
        ([], None),
    ],
)
def test_a_number_that_stands_for_no_rating(ratings, mark):
    assert mark_of_none(np.array(ratings, dtype=np.float64)) == mark


def test_what_stands_for_no_rating_is_told_and_can_be_overruled():
    rows = "\n".join(f"u{n % 9},i{n % 7},{-1 if n % 5 == 0 else n % 10 + 1}" for n in range(60))
    loaded = load_text(f"user,item,rating\n{rows}")
    assert loaded.dataset.rating_scale == (1.0, 10.0)
    assert loaded.dataset.interactions["rating"].isna().sum() == 12
    assert loaded.report.rows_refused == 0
    assert any("A rating of -1 is read as none given: 12 rows, 20% of all." in each for each in loaded.report.sentences)
    kept = load_text(f"user,item,rating\n{rows}", rating_scale=(-1, 10)).dataset
    assert (kept.interactions["rating"] == -1).sum() == 12


@pytest.mark.parametrize(
    ("columns", "roles"),
    [
        # Yoochoose: the item's number is of the size of a time
        ((user, moment, item, lambda n: "0S3"[n % 3]), "user column_1 time column_2 item column_3"),
        # and a quantity behind a price is no rating
        ((user, moment, item, lambda n: 12_462 * (n % 3), lambda n: 1 + n % 2),
         "user column_1 time column_2 item column_3"),
        # Steam: hours and a flag
        ((user, lambda n: f"Game {'ABC'[n % 3]}", lambda n: ["buy", "play"][n % 2], lambda n: n * 1.1, lambda n: 0),
         "user column_1 item column_2 event column_3"),
        # Jester's triples, parted by two delimiters
        ((user, lambda n: "", lambda n: n % 7, lambda n: "", lambda n: round((n * 37 % 401) / 20 - 10, 2)),
         "user column_1 item column_3 rating column_5"),
    ],
)  # fmt: skip
def test_roles_where_there_is_no_header(columns, roles):
    mapping = load_text(without_header(*columns, rows=400)).report.mapping
    assert mapping == dict(zip(roles.split()[::2], roles.split()[1::2], strict=True))


def test_counts_are_strengths_not_ratings():
    text = 'userID,artistID,plays\nu,a,7\nu,b,"1,023"\nv,a,\nv,b,0\nv,a,some\n'
    loaded = load_text(text)
    assert loaded.report.mapping["count"] == "plays"
    assert loaded.dataset.feedback == "implicit"
    assert loaded.dataset.preferences.value.tolist() == [3.0, 10.0, 1.0]
    assert refused(loaded.report) == [
        (5, "count is not above 0", "plays", "0"), (6, "count is not a number", "plays", "some")
    ]  # fmt: skip


def test_a_comma_parts_thousands_or_decimals():
    decimal = load_text("user;item;rating\nu;a;3,5\nu;b;4,25\nv;a;1\n").dataset
    assert decimal.interactions["rating"].tolist() == [3.5, 4.25, 1.0]
    assert load_text('user,item,qty\nu,a,"1,234,567"\nv,a,"2,000"\n').dataset.interactions["count"].sum() == 1_236_567


def test_ids_of_a_table_that_once_had_a_gap():
    items = b"item_id,title\n12,Tea\n"
    loaded = load_text("user_id,item_id\n7.0,12.0\n,13.0\n8.0,12.0\n", items=items)
    assert loaded.dataset.users["user_id"].tolist() == ["7", "8"]
    assert loaded.dataset.items["item_id"].tolist() == ["12"]
    assert refused(loaded.report) == [(3, "user id is missing", "user_id", None)]
    assert load_text("user;item\nNA;1\n4;1\n").report.reasons == {"user id is missing": 1}
    assert load_text("user;item\nNA;1\nDE;1\n").dataset.n_users == 2
    # Somebody deleted leaves no trace in a line that could not be read either.
    assert about(refusals([3, 4], "too short", value=["7.0,", "17.0,"]), "user_id", ["7"]).tolist() == [True, False]


def test_the_key_of_a_side_table_is_the_one_that_shares_most():
    books = "book_id,id,title\n" + "".join(f"{30 - n},{n},Book {n}\n" for n in range(1, 21))
    log = "user_id,book_id\n" + "".join(f"u{n},{n}\n" for n in range(1, 21))
    table = load_text(log, items=books.encode()).dataset.items.set_index("item_id")
    assert table.loc["3", "title"] == "Book 3"


def test_a_netflix_prize_file(tmp_path):
    file = tmp_path / "combined_data_1.txt"
    file.write_bytes(b"1:\r\n1488844,3,2005-09-06\r\n822109,5,2005-05-13\r\n\r\n2:\r\nlost\r\n822109,1,2005-05-14\r\n")
    loaded = load(file)
    assert loaded.dataset.items["item_id"].tolist() == ["1", "2"]
    assert loaded.dataset.interactions["rating"].tolist() == [5.0, 1.0, 3.0]
    assert refused(loaded.report) == [(6, "line is neither a movie nor a rating", None, "lost")]


def test_a_matrix_is_no_log():
    wide = "," + ",".join(f"joke {n}" for n in range(20)) + "\n"
    wide += "\n".join(f"u{row}," + ",".join(str((row + n) % 5) for n in range(20)) for row in range(9))
    with pytest.raises(ColumnError, match=r"a matrix with one column an item: 20 of 21 columns hold numbers\."):
        load_text(wide)
    with pytest.raises(ColumnError, match=r"The file has: column_1, .* and 9 more\."):
        load_text(wide, mapping={"user": "who"})


def test_what_a_newcomer_should_know_is_said():
    rows = "".join(f"u{n % 9},i{n},4,{'2150' if n == 3 else '2020'}-01-01,x\n" for n in range(40))
    sentences = load_text(f"user,item,rating,time,shop\n{rows}").report.sentences
    assert "Columns that play no role: shop." in sentences
    assert any(each.startswith("Every rating is 4, so ratings tell nothing apart.") for each in sentences)
    assert any(each.startswith("Rows dated after today: 1, the last 2150-01-01.") for each in sentences)


@pytest.mark.parametrize(
    ("event", "weight"),
    [("View", 1), ("addtocart", 3), ("transaction", 5), ("buy", 5), ("remove_from_cart", 0), ("gaze", 1)],
)
def test_events_by_other_names_weigh_the_same(event, weight):
    assert usual_weight(event) == weight


@pytest.mark.parametrize("written", ["Tue Apr 03 18:00:06 +0000 2012", "Tue, 03 Apr 2012 20:00:06 +0200"])
def test_times_with_an_offset_in_the_middle(written):
    assert str(parse_times(pd.Series([written] * 3, dtype="str"))[0]) == "2012-04-03T18:00:06"


def test_a_cell_longer_than_a_book_is_read():
    text = f'user,item,comment\nu1,i1,"{"x, " * 60_000}"\nu2,i1,"a\nb"\n'
    assert load_text(text).report.rows_kept == 2


def test_prices_and_categories_of_an_item_table():
    rows = [("1", "$1,299.00", "[['Beauty', 'Hair Care']]"), ("2", "$4.50", "[['Beauty', 'Skin']]"), ("3", "", "")]
    table = pd.DataFrame(rows, columns=["asin", "price", "categories"]).to_csv(index=False)
    items = load_text("user_id,asin\nu,1\nu,2\nv,3\n", items=table.encode()).dataset.items
    assert items["price"].tolist()[:2] == [1299.0, 4.5]
    assert items["category"].tolist()[:2] == ["Beauty|Hair Care", "Beauty|Skin"]


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (["Action, Magic", "Action", "Magic", "Drama, Magic"], "Action|Magic"),
        (["Home, Garden", "Toys"], "Home, Garden"),
        (["a|b, c", "b, c", "c", "b"], "a|b, c"),
        (['[{"id": 16, "name": "Animation"}, {"id": 35, "name": "Comedy"}]', "[]"], "Animation|Comedy"),
        (["[sic]", "x"], "[sic]"),
    ],
)
def test_several_names_in_a_cell(cells, first):
    assert several(pd.Series(cells, dtype="str"))[0] == first


def test_commas_inside_every_cell_do_not_part_them():
    users = '"User-ID";"Location";"Age"\r\n' + "".join(f'"{n}";"nyc, new york, usa";NULL\r\n' for n in range(9))
    log = "User-ID;ISBN\n" + "".join(f"{n};034545104X\n" for n in range(9))
    table = load_text(log, users=users.encode()).dataset.users
    assert table.columns.tolist() == ["user_id", "Location", "Age"]
    assert table["Location"].unique().tolist() == ["nyc, new york, usa"]


def test_somebody_deleted_stays_so_where_ids_are_written_with_a_point():
    deleted.remember("gapped.csv", "7")
    log = b"user_id,item_id\n7.0,1.0\nNA,1.0\n8.0,2.0\n"
    for users in (None, b"user_id,age\n7.0,30\n8.0,40\n"):
        loaded = load(log, name="gapped.csv", users=users)
        assert loaded.dataset.users["user_id"].tolist() == ["8"]
        assert loaded.report.reasons == {"user id is missing": 1}
