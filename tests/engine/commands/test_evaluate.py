"""``python -m engine evaluate``: JSON with the promised names, a table, and one line on bad input."""

import json
import re

import numpy as np
import pytest

from engine.__main__ import main
from engine.evaluation import METRICS
from engine.evaluation.accumulate import RANKING_METRICS, RATIOS


@pytest.fixture(scope="module")
def ratings(tmp_path_factory):
    rng = np.random.default_rng(0)
    rows = [
        f"u{rng.integers(30)},i{rng.integers(20)},{rng.integers(1, 6)},{1700000000 + 3600 * hour}"
        for hour in range(400)
    ]
    path = tmp_path_factory.mktemp("data") / "ratings.csv"
    path.write_text("\n".join(["user_id,item_id,rating,timestamp", *rows]))
    return str(path)


def test_json_has_every_metric_and_interval(ratings, capsys):
    assert main(["evaluate", ratings, "--models", "popularity,svd", "--k", "3", "--split", "random", "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    figures = json.loads(out)
    assert [one["model"] for one in figures["models"]] == ["popularity", "svd"]
    assert figures["split"]["test_rows"] == 80
    assert figures["k"] == 3
    for one in figures["models"]:
        assert set(METRICS) | {f"{name}_{end}" for name in RATIOS for end in ("low", "high")} <= set(one)
    popularity, svd = figures["models"]
    [pair] = figures["standing"]["pairs"]
    assert abs(pair["difference"]) == pytest.approx(abs(popularity["ndcg"] - svd["ndcg"]))
    assert figures["standing"]["correction"] == "holm"
    assert figures["standing"]["best"][0] == figures["standing"]["order"][0]
    assert popularity["rmse"] is None
    assert "predicts no rating" in popularity["reasons"]["rmse"]
    assert svd["rmse_low"] < svd["rmse"] < svd["rmse_high"]


def test_the_same_seed_prints_the_same_figures(ratings, capsys):
    def figures(seed):
        main(["evaluate", ratings, "--models", "svd", "--split", "random", "--seed", seed, "--json"])
        one = json.loads(capsys.readouterr().out)["models"][0]
        return [one[name] for name in RATIOS]

    assert figures("1") == figures("1") != figures("2")


@pytest.mark.parametrize("split", ["temporal", "random", "leave-last"])
def test_a_table_without_json(ratings, capsys, split):
    assert main(["evaluate", ratings, "--models", "popularity,random", "--split", split, "--metric", "recall"]) == 0
    out = capsys.readouterr().out
    assert "95% intervals in brackets" in out
    tables = dict(re.findall(r"^(lists|discovery|cost) +(.*\n-.*\n(?:.+\n)+)", out, re.MULTILINE))
    named, _, *rows = tables["lists"].splitlines()
    assert named.split() == list(RANKING_METRICS)
    assert sorted(row.split()[0] for row in rows if "[" in row) == ["popularity", "random"]
    assert "intra_list_diversity" in tables["discovery"]
    assert "fit_seconds" in tables["cost"]
    assert re.search(
        r"— (popularity, random|random, popularity): This model orders items and predicts no rating\.", out
    )
    assert "est by Recall@10: " in out
    assert "told apart" in out.splitlines()[-1]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--models", "svdd"], "Did you mean 'svd'?"),
        (["--models", " , "], "No models were named. Known: "),
        (["--models", "svd", "--k", "0"], "--k was 0"),
        (["--models", "svd", "--k", "ten"], "invalid int value: 'ten'"),
        (["--models", "svd", "--test-share", "1"], "--test-share was 1"),
        (["--models", "svd", "--test-share", "nan"], "--test-share was nan"),
        (["--models", "svd", "--seed", "-1"], "--seed was -1"),
        (["--models", "svd", "--split", "tempral"], "invalid choice: 'tempral'"),
        (["--models", "svd", "--metric", "ndgc"], "Did you mean 'ndcg'?"),
        (["--models", "svd", "--seeds", "0"], "--seeds was 0"),
        (["--models", "popularity", "--by", "segmnt"], "Segmentation 'segmnt' was not found"),
        (["--models", "svd", "--tune", "-1"], "--tune was -1"),
        (["--models", "svd", "--from", "x.json"], "x.json could not be read"),
        ([], "give --models"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(ratings, capsys, options, sentence):
    assert exit_code(["evaluate", ratings, *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert sentence in err


def test_a_log_without_times_is_sent_to_another_split(tmp_path, capsys):
    path = tmp_path / "clicks.csv"
    path.write_text("user,item\n" + "\n".join(f"u{n % 7},i{n % 11}" for n in range(60)))
    assert exit_code(["evaluate", str(path), "--models", "popularity"]) == 2
    assert "choose the random split" in capsys.readouterr().err


def test_seeds_and_groups_and_the_leak_are_told(ratings, capsys):
    asked = ["evaluate", ratings, "--models", "popularity,svd", "--split", "random", "--seeds", "3", "--by", "segment"]
    assert main(asked) == 0
    out = capsys.readouterr().out
    assert "Warning: This random split leaks the future: for " in out
    assert "Figures are means over 3 seeds." in out
    lines = out.splitlines()
    assert any(line.startswith("popularity") and line.endswith("the same with any seed") for line in lines)
    assert any(line.startswith("svd") and line.endswith("seeds 0 to 2") for line in lines)
    assert "ndcg by recency_frequency_value" in out
    assert any(line.startswith("best ") and line.endswith("too few users") for line in lines)


def test_a_kept_leaderboard_is_computed_again(ratings, capsys, tmp_path):
    kept = tmp_path / "leaderboard.json"
    main(["evaluate", ratings, "--models", "popularity,svd", "--k", "4", "--seeds", "2", "--by", "lifecycle", "--json"])
    kept.write_text(capsys.readouterr().out)
    assert main(["evaluate", "--from", str(kept), "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again.pop("differing") == []
    first = json.loads(kept.read_text())
    for part in ("request", "data", "split", "standing", "cold", "segments", "best_by_segment", "warning"):
        assert again[part] == first[part]

    first["models"][1]["ndcg"] += 0.1
    kept.write_text(json.dumps(first))
    assert main(["evaluate", ratings, "--from", str(kept)]) == 0
    assert f"Differs from {kept}: svd ndcg." in capsys.readouterr().out


def test_tuned_models_are_measured_with_what_was_found_and_computed_again_without_tuning(ratings, capsys, tmp_path):
    kept = tmp_path / "leaderboard.json"
    assert main(["evaluate", ratings, "--models", "popularity,ease", "--tune", "4", "--json"]) == 0
    kept.write_text(capsys.readouterr().out)
    found = json.loads(kept.read_text())
    assert list(found["tuned"]) == ["ease"]
    assert len(found["tuned"]["ease"]["trials"]) == 4
    assert found["models"][1]["params"] == found["tuned"]["ease"]["params"] == found["request"]["params"]["ease"]
    assert main(["evaluate", "--from", str(kept)]) == 0
    assert f"Every figure is that of {kept}." in capsys.readouterr().out


def test_tuned_and_default_stand_side_by_side(ratings, capsys, tmp_path):
    asked = ["evaluate", ratings, "--models", "svd(n_epochs=4),svd,popularity", "--tune", "5", "--k", "5"]
    assert main([*asked, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    by_row = {one["model"]: one for one in found["models"]}
    assert list(by_row) == ["svd(n_epochs=4)", "svd(n_epochs=4, untuned)", "svd", "svd(defaults)", "popularity"]
    assert by_row["svd(n_epochs=4, untuned)"]["params"] == {"n_epochs": 4}
    assert by_row["svd(defaults)"]["params"] == {}
    versions = {(one["pair"]["first"], one["pair"]["second"]): one for one in found["versions"]}
    assert list(versions) == [("svd(n_epochs=4)", "svd(n_epochs=4, untuned)"), ("svd", "svd(defaults)")]
    one = versions["svd", "svd(defaults)"]
    assert one["told"]["value"] == by_row["svd"]["ndcg"]
    assert one["beside"]["value"] == by_row["svd(defaults)"]["ndcg"]
    assert one["pair"]["difference"] == pytest.approx(one["told"]["value"] - one["beside"]["value"])
    assert one["pair"]["low"] < one["pair"]["difference"] < one["pair"]["high"]
    assert one["pair"]["adjusted"] >= one["pair"]["p_value"]
    kept = tmp_path / "leaderboard.json"
    kept.write_text(json.dumps(found))
    assert main(["evaluate", "--from", str(kept)]) == 0
    out = capsys.readouterr().out
    assert f"Every figure is that of {kept}." in out
    assert one["sentence"] in out
    assert "SVD (defaults) on the test rows: " in one["sentence"]


def test_a_search_that_finds_nothing_better_adds_no_row(ratings, capsys):
    assert main(["evaluate", ratings, "--models", "ease", "--tune", "1"]) == 0
    out = capsys.readouterr().out
    assert "with the defaults, the only trial." in out
    assert "The same model with other parameters" not in out


@pytest.mark.parametrize(
    ("text", "more", "sentence"),
    [
        ("nothing", [], "holds no JSON"),
        ("[1]", [], "holds no leaderboard"),
        ('{"request": {"model": ["svd"]}}', [], "expected models and by choice"),
        ('{"request": {"models": ["svd"]}, "fingerprint": "x"}', [], "with the fingerprint x"),
        ('{"request": {"models": ["svd"]}}', ["--models", "svd"], "leave out --models"),
    ],
)
def test_what_is_no_kept_leaderboard_is_one_sentence(ratings, capsys, tmp_path, text, more, sentence):
    kept = tmp_path / "kept.json"
    kept.write_text(text)
    assert exit_code(["evaluate", ratings, "--from", str(kept), *more]) == 2
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)
    assert sentence in err


def exit_code(argv):
    try:
        return main(argv)
    except SystemExit as left:
        return left.code
