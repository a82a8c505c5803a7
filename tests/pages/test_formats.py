"""Numbers as a person reads them."""

import math

import pytest

from pages.parts import formats


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (0, "0"),
        (9_999, "9,999"),
        (12_400, "12.4k"),
        (3_100_000, "3.1M"),
        (999_960, "1.0M"),
        (None, "—"),
        (math.nan, "—"),
    ],
)
def test_count(given, text):
    assert formats.count(given) == text


def test_percent_and_points_are_told_apart():
    assert formats.uplift(0.043) == "+4.3%"
    assert formats.uplift(-0.043) == "−4.3%"
    assert formats.points(0.0095) == "+0.95 pp"
    assert formats.share(0.0951) == "9.5%"
    assert formats.uplift(math.inf) == "—"


def test_p_values_never_read_zero():
    assert formats.p_value(0.0000001) == "p < 0.001"
    assert formats.p_value(0.0211) == "p = 0.021"
    assert formats.p_value(None) == "—"


def test_durations():
    assert formats.seconds(0.84) == "0.8 s"
    assert formats.seconds(0.004) == "< 0.1 s"
    assert formats.seconds(75) == "75 s"
    assert formats.seconds(185) == "3 min 05 s"
    assert formats.milliseconds(0.456) == "0.46 ms"
    assert formats.milliseconds(123.4) == "123 ms"


def test_an_interval_without_an_end_is_no_interval():
    assert formats.interval(formats.uplift(-0.01), formats.uplift(0.03)) == "−1.0% to +3.0%"
    assert formats.interval(formats.uplift(None), formats.uplift(0.03)) == "—"


def test_plural():
    assert formats.plural(1, "user") == "1 user"
    assert formats.plural(2, "category", "categories") == "2 categories"


def test_values_by_their_unit():
    assert formats.level(0.0431, "share") == "4.31%"
    assert formats.level(12.4, "money") == "12.40"
    assert formats.difference(0.0032, "share") == "+0.32 pp"
    assert formats.difference(-1.2, "count") == "−1.20"


@pytest.mark.parametrize("names", [[], ["SVD"], ["SVD", "NMF"], ["SVD", "NMF", "Random"]])
def test_names_are_listed_as_in_a_sentence(names):
    assert formats.listed(names) == ["", "SVD", "SVD and NMF", "SVD, NMF and Random"][len(names)]


def test_text_of_the_data_is_never_markdown():
    assert formats.plain("![x](http://a.b/c.png) *bold*\n# title") == (
        r"\!\[x\]\(http\:\/\/a\.b\/c\.png\) \*bold\* \# title"
    )
    assert formats.plain("Käse & Brot 7") == r"Käse \& Brot 7"


def test_a_label_is_escaped_only_where_markdown_would_act():
    assert formats.label("latency_ms, p. 90 (95%)") == "latency_ms, p. 90 (95%)"
    assert formats.label("[x](http://a.b)") == r"\[x\]\(http\:\/\/a\.b\)"


def test_file_sizes():
    assert formats.file_size(4_848_384) == "4.8 MB"
    assert formats.file_size(12_345) == "12 kB"


def test_a_sentence_shows_names_as_they_are_and_keeps_its_punctuation():
    assert formats.words("new_list *beat* [old](x): 5% (p = 0.021), $3") == (
        r"new\_list \*beat\* \[old\](x): 5% (p = 0.021), \$3"
    )
    assert formats.words("see :smile: 4,000 : 6,000") == r"see \:smile: 4,000 : 6,000"
