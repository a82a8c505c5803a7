"""Every row is kept or refused with its line and reason, whatever the file looks like."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import DataError
from engine.loading import NO_CONSENT, load
from tests.engine.loading.logs import HEADER, contents, good_rows, load_text, refused


def with_rows(*rows, **options):
    """Load forty good rows (lines 2 to 41) and then ``rows`` (from line 42)."""
    return load_text("\n".join([HEADER, *good_rows(), *rows]), **options).report


@pytest.mark.parametrize(
    ("row", "reason", "column", "value"),
    [
        (",i1,3,2024-01-01", "user id is missing", "user", None),
        ("null,i1,3,2024-01-01", "user id is missing", "user", "null"),
        ("u1,  ,3,2024-01-01", "item id is missing", "item", None),
        ("u1,i1,3,", "time is missing", "time", None),
        ("u1,i1,3,yesterday", "time cannot be read", "time", "yesterday"),
        ("u1,i1,3,2024-02-31", "time cannot be read", "time", "2024-02-31"),
        ("u1,i1,3,0024-01-01", "time cannot be read", "time", "0024-01-01"),
        ("u1,i1,great,2024-01-01", "rating is not a number", "rating", "great"),
        ("u1,i1,inf,2024-01-01", "rating is not a number", "rating", "inf"),
        ("u1,i1,6,2024-01-01", "rating is outside 1 to 5", "rating", "6"),
        ("u1,i1,-1,2024-01-01", "rating is outside 1 to 5", "rating", "-1"),
        ("u1,i1,3", "3 columns instead of 4", None, "u1,i1,3"),
        ("u1,i1,3,2024-01-01,more", "5 columns instead of 4", None, "u1,i1,3,2024-01-01,more"),
        ("only", "1 column instead of 4", None, "only"),
        ('u1,"i1,3,2024-01-01', "quote is not closed", None, 'u1,"i1,3,2024-01-01'),
    ],
)
def test_a_row_that_cannot_be_used_is_listed_with_line_and_reason(row, reason, column, value):
    report = with_rows(row, "u1,i1,3,2024-01-01")
    assert refused(report) == [(42, reason, column, value)]
    assert (report.rows_read, report.rows_kept, report.rows_refused) == (42, 41, 1)
    assert report.reasons == {reason: 1}
    assert report.sentences[0] == "42 rows read, 41 kept, 1 refused."


def test_the_first_fault_of_a_row_is_its_reason():
    assert with_rows(",,x,y").reasons == {"user id is missing": 1}


def test_a_missing_rating_is_an_event_without_one():
    loaded = load_text("\n".join([HEADER, *good_rows(), "u1,i1,,2024-01-01"]))
    assert loaded.report.rows_refused == 0
    assert contents(loaded.dataset)[0] == ("u1", "i1", "2024-01-01 00:00:00", "interaction", -1.0)


def test_blank_lines_are_no_rows_and_do_not_shift_the_lines():
    report = with_rows("", "   ", "u1,i1,x,2024-01-01", "")
    assert report.rows_read == 41
    assert refused(report)[0][0] == 44


def test_a_quoted_cell_may_hold_commas_quotes_and_line_breaks():
    loaded = load_text("\n".join([HEADER, *good_rows(), '"a ""b"", c\nd",i1,3,2024-01-01', "u1,i1,x,2024-01-01"]))
    assert contents(loaded.dataset)[0][0] == 'a "b", c\nd'
    assert refused(loaded.report)[0][0] == 44


def test_a_stray_quote_costs_its_own_line_only():
    report = with_rows('u1,"i1,3,2024-01-01', *good_rows(5), 'u1,i"1,3,2024-01-01')
    assert report.reasons == {"quote is not closed": 1}
    assert report.rows_kept == 46


def test_damaged_bytes_cost_their_own_line_only():
    good = "\n".join([HEADER, *(row.replace("u1", "ü1") for row in good_rows())]).encode()
    report = load(good + b"\nu\xff,i1,3,2024-01-01\nu1,i1,3,2024-01-01\n").report
    assert report.reasons == {"line is not UTF-8 text": 1}
    assert refused(report)[0][0] == 42
    assert report.rows_kept == 41


def test_lines_before_the_header_are_refused_not_lost():
    report = load_text("\n".join(["My export of May", HEADER, *good_rows()])).report
    assert refused(report) == [(1, "1 column instead of 4", None, "My export of May")]
    assert report.mapping["user"] == "user"


def test_repeated_rows_are_refused_by_choice_only():
    again = ["u1,i1,3,2024-01-01"] * 3
    assert with_rows(*again).rows_refused == 0
    report = with_rows(*again, drop_duplicates=True)
    assert [(line, reason) for line, reason, *_ in refused(report)] == [
        (43, "row repeats an earlier row"),
        (44, "row repeats an earlier row"),
    ]


def test_rows_of_users_without_consent_are_withheld_and_counted():
    users = b"user_id,consent\nu1,false\nu2,TRUE\nu3,\nnobody,no\n"
    loaded = load_text("\n".join([HEADER, *good_rows(), ",i1,1,2024-01-01"]), users=users)
    report = loaded.report
    assert report.reasons == {NO_CONSENT: 10, "user id is missing": 1}
    assert report.withheld_rows == 10
    assert report.withheld_users == loaded.dataset.withheld_users == 3
    assert "Users who did not consent: 3. They are left out, and their 10 rows count as refused." in report.sentences
    assert not {"u1", "u3", "nobody"} & set(loaded.dataset.users["user_id"])
    everyone = load_text("\n".join([HEADER, *good_rows()]), users=users, include_withheld=True)
    assert everyone.report.rows_refused == everyone.dataset.withheld_users == 0
    assert "nobody" in set(everyone.dataset.users["user_id"])


def test_consent_may_stand_in_the_log_itself():
    report = load_text("user,item,consent\nu1,i1,true\nu2,i1,false\nu2,i2,true\n").report
    assert [(line, reason, value) for line, reason, _, value in refused(report)] == [
        (3, NO_CONSENT, "u2"),
        (4, NO_CONSENT, "u2"),
    ]


def test_a_log_of_which_nothing_is_left_says_why():
    with pytest.raises(DataError, match=r"None of the 2 rows could be used: time cannot be read, for instance 'x' in "):
        load_text("user,item,time\nu1,i1,x\nu2,i2,y\n")
    with pytest.raises(DataError, match="no user consented"):
        load_text("user,item\nu1,i1\nu1,i2\n", users=b"user_id,consent\nu1,no\n")


cell = st.sampled_from(["u1", "i2", "3", "9", "x", "", " ", "2024-01-01", "née", "-", "nan", "5.0", "'", "\t", "::"])
plain_row = st.lists(cell, max_size=6).map(",".join)
messy = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@messy
@given(st.lists(plain_row, max_size=25), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_without_quotes_every_line_that_is_not_blank_is_a_row(rows, ending, drop):
    lines = [HEADER, *good_rows(), *rows]
    report = load_text(ending.join(lines), drop_duplicates=drop).report
    assert report.rows_read == sum(bool(line.strip(" ")) for line in lines) - 1
    assert report.rows_read == report.rows_kept + report.rows_refused
    assert report.rows_refused == len(report.refused)
    assert report.refused["line"].is_unique
    assert report.refused["line"].is_monotonic_increasing
    for line, _, column, value in refused(report):
        assert lines[line - 1].strip(" ")
        if column and value:
            assert value in lines[line - 1]


piece = st.one_of(cell, st.sampled_from(['"', '""', '"a,b"', ",", "\n", '"\n"', "\x07"]))
stray = st.one_of(
    piece.map(str.encode), st.binary(max_size=4).map(lambda raw: raw.replace(b"\0", b"").replace(b"\r", b""))
)


@messy
@given(st.lists(stray, max_size=40))
def test_rows_read_are_kept_or_refused_in_any_rubble(pieces):
    rubble = b"".join(pieces)
    good = "\n".join([HEADER, *good_rows(300)]).encode()
    after = "\n".join(good_rows(3)).encode()
    report = load(b"\n".join([good, rubble, after]), name="rubble.csv").report
    lines = 301 + rubble.count(b"\n") + 1 + 3
    assert report.rows_read == report.rows_kept + report.rows_refused == report.rows_kept + len(report.refused)
    assert report.rows_read < lines
    # No quote in the rubble swallows a good row before or after it.
    assert report.rows_kept >= 303
    assert report.refused["line"].is_unique
    assert report.refused["line"].between(302, lines - 3).all()


text_cell = (
    st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\\"), min_size=1, max_size=2)
    .map(str.strip)
    .filter(lambda text: text.lower() not in ("", "na"))
)


@messy
@given(st.lists(st.tuples(text_cell, text_cell), min_size=1, max_size=12))
def test_a_clean_file_reads_the_same_by_either_reader(pairs):
    def quoted(text):
        return '"' + text.replace('"', '""') + '"'

    rows = [f"{quoted(user)},{quoted(item)},1,2024-01-01" for user, item in pairs]
    lines = [HEADER, *good_rows(), *rows]
    clean = load_text("\n".join(lines))
    # One malformed line sends the same rows past the quick reader.
    messy = load_text("\n".join([*lines, "too,short"]))
    assert clean.report.rows_kept == messy.report.rows_kept == messy.report.rows_read - 1
    assert clean.dataset.fingerprint == messy.dataset.fingerprint
