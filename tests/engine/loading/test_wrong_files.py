"""A file that cannot be a log gets one clear sentence."""

import gzip
import io
import zipfile

import numpy as np
import pytest

from engine.errors import DataError
from engine.loading import load, preview


def zipped(name):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, "user,item\n1,2\n")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "'f' is empty."),
        (b"\n \n\r\n", "holds nothing but blank lines"),
        (b"user,item,rating\n", "has a header row and no rows under it"),
        (b"user\n1\n2\n", "has one column. Expected at least a user and an item"),
        (bytes(range(256)) * 8, "is binary, not text"),
        (np.random.default_rng(0).bytes(4000).replace(b"\0", b"\1"), "unknown encoding"),
        ("user,item\nユーザー,アイテム\nテスト,データ\n".encode("shift-jis"), "unknown encoding"),
        ("user,item\n1,2\n".encode("utf-16-le"), "is binary, not text"),
        (b"\xff\xfeu\x00\x00\xd8", "is damaged UTF-16 text"),
        (zipped("log.csv"), "is a zip archive. Unpack it"),
        (zipped("[Content_Types].xml"), "is an Excel workbook. Save its sheet as CSV"),
        (gzip.compress(b"user,item\n1,2\n", mtime=0), "is a gzip archive. Unpack it"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is a picture, not a table"),
        (b"%PDF-1.7\n", "is a PDF document"),
        (b"<!DOCTYPE html><html></html>", "is a web page or XML"),
        (b'[{"user": 1, "item": 2}]', "is one JSON array"),
        (b'{"user": 1, "item"', "holds no JSON object"),
        (b"PAR1 and no more", "is a damaged Parquet file"),
    ],
)
def test_content_that_is_no_log(content, sentence):
    for read in (load, preview):
        with pytest.raises(DataError) as caught:
            read(content, name="f")
        assert sentence in str(caught.value)
        assert "\n" not in str(caught.value)


def test_ten_gigabytes_are_refused_before_reading(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(10 * 1024**3)
    with pytest.raises(DataError, match=r"'huge\.csv' has 10\.0 GB; at most 2 GB can be read"):
        load(path)


def test_a_missing_file_names_its_neighbour(tmp_path):
    (tmp_path / "events.csv").write_text("user,item\n1,2\n")
    with pytest.raises(DataError, match=r"event\.csv' was not found\. Did you mean 'events\.csv'\?"):
        load(tmp_path / "event.csv")
    with pytest.raises(DataError, match="Give a file, a MovieLens folder, or the word sample"):
        load(tmp_path / "no" / "where")


@pytest.mark.parametrize("path", ["/dev/null", "a\0b"])
def test_what_is_no_file(path):
    with pytest.raises(DataError):
        load(path)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"feedback": "loud"}, "Feedback 'loud' was not found"),
        ({"feedback": "explicit"}, "Explicit feedback needs a rating column"),
        ({"event_weights": {"interaction": float("nan")}}, "Expected a number of 0 or more"),
        ({"event_weights": {"interactions": 1}}, "Did you mean 'interaction'?"),
        ({"rating_scale": (5, 5)}, "does not rise"),
        ({"users": b"name,age\nx,77\n"}, "The user table has no column with the log's user ids"),
        ({"items": b"\x1f\x8b"}, "'items' is a gzip archive"),
    ],
)
def test_options_that_cannot_be(options, sentence):
    with pytest.raises(DataError) as caught:
        load(b"user,item\n1,2\n1,3\n", **options)
    assert sentence in str(caught.value)
