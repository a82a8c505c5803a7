import numpy as np
import pytest

from engine.models import threads


@pytest.mark.parametrize("cores", [1, 2, 3, None])
@pytest.mark.parametrize(("rows", "fewest"), [(0, 1), (1, 1), (7, 2), (7, 4), (7, 100)])
def test_every_row_is_done_once(monkeypatch, cores, rows, fewest):
    monkeypatch.setattr(threads.os, "cpu_count", lambda: cores)
    done, parts = np.zeros(rows, dtype=int), []

    def work(start, end):
        parts.append(end - start)
        done[start:end] += 1

    threads.share_rows(rows, work, fewest=fewest)
    assert (done == 1).all()
    assert len(parts) == max(1, min(cores or 1, rows // fewest))
    assert len(parts) == 1 or min(parts) >= fewest


def test_an_error_in_a_part_is_raised(monkeypatch):
    monkeypatch.setattr(threads.os, "cpu_count", lambda: 2)

    def work(start, end):
        raise ValueError(f"{start} to {end}")

    with pytest.raises(ValueError, match="0 to 2"):
        threads.share_rows(4, work, fewest=1)
