from engine.jobs import folder
from experiments.archive import kept, remember


def test_only_finished_experiments_of_the_dataset_are_listed():
    done, waiting = "0123456789abcdef", "fedcba9876543210"
    for key in (done, waiting):
        remember(key, {"dataset": "aaaa", "days": 3})
    remember(done, {"dataset": "bbbb"})
    folder.prepare(done)
    folder.result_path(done).write_bytes(b"whatever")
    found = kept("aaaa")
    assert [(each.key, each.request["days"]) for each in found] == [(done, 3)]
    assert kept("cccc") == []
