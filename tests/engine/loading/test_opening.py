"""Data opened for everybody: stored with its report, uploads kept, weights changed."""

import pandas as pd
import pytest

from engine import store
from engine.errors import DataError
from engine.loading import load, opening

CSV = b"user_id,item_id,event\na,x,view\na,y,purchase\nb,x,view\n,x,view\n"


@pytest.fixture
def fingerprint(tmp_path):
    file = tmp_path / "log.csv"
    file.write_bytes(CSV)
    stages = []
    opened = opening.task({"source": str(file)}, stages.append)
    assert stages == ["Reading rows", "Keeping the dataset"]
    return opened


def test_the_report_comes_back_as_it_was(fingerprint, tmp_path):
    loaded = load(tmp_path / "log.csv").report
    kept = opening.report_of(fingerprint)
    assert (kept.rows_read, kept.rows_kept, kept.rows_refused) == (4, 3, 1)
    assert kept.mapping == loaded.mapping
    assert kept.sentences == loaded.sentences
    pd.testing.assert_frame_equal(kept.refused.fillna(""), loaded.refused.fillna(""), check_dtype=False)


def test_a_dataset_without_a_report_says_what_to_do(fingerprint):
    (store.home() / "datasets" / fingerprint / "report.json").unlink()
    with pytest.raises(DataError, match="Load its file again"):
        opening.report_of(fingerprint)
    opening.keep(store.get(fingerprint), load(CSV, name="log.csv").report)


def test_other_weights_are_another_dataset_with_the_same_report(fingerprint):
    other = opening.reweigh(store.get(fingerprint), {"view": 0.0, "purchase": 2.0})
    assert other != fingerprint
    assert len(store.get(other).preferences) == 1
    assert opening.report_of(other).rows_refused == 1


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        ({"view": -1.0, "purchase": 1.0}, "'view' is -1"),
        ({"view": 0.0, "purchase": 0.0}, "Every event has weight zero"),
    ],
)
def test_weights_that_cannot_be_are_refused(fingerprint, weights, sentence):
    with pytest.raises(DataError, match=sentence):
        opening.reweigh(store.get(fingerprint), weights)


def test_an_upload_is_kept_inside_the_lab_whatever_it_is_called():
    kept = opening.keep_upload(b"a,b\n", "../../etc/pass wd.csv")
    assert kept.read_bytes() == b"a,b\n"
    assert kept.is_relative_to(store.home() / "uploads")
    assert opening.keep_upload(b"a,b\n", "../../etc/pass wd.csv") == kept
