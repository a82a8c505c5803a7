"""Re-ranking by hand: MMR, calibration, xQuAD and the long tail."""

import numpy as np
import pytest
from scipy import sparse

from engine.metrics.miscalibration import miscalibration
from engine.policies.evidence import Evidence
from engine.policies.kinds import Kinds
from engine.policies.stages.calibrated import Calibrated
from engine.policies.stages.longtail import LongTail
from engine.policies.stages.mmr import Mmr
from engine.policies.stages.xquad import Xquad
from engine.preferences import Preferences
from tests.engine.policies.stages.pools import pool_of

X, Y = 0, 1  # two kinds


def kinds(*codes):
    """One kind an item."""
    return Kinds(codes=np.array(codes)[:, None], shares=np.ones((len(codes), 1)), n_kinds=2)


def own(x, y):
    """A first unit's mix."""
    return np.array([[x, y, 0.0]])


@pytest.mark.parametrize(
    ("value", "order"),
    [(0.0, [0, 1, 2, 3]), (0.5, [0, 2, 1, 3]), (1.0, [0, 2, 3, 1])],
    # Relevance 1, 0.9, 0.5, 0; item 1 is item 0 again, item 2 unlike it, item 3 between (cosines 0.6 and 0.8).
    # At 0.5 the second place: 0.45 - 0.5 x 1, 0.25 - 0, 0 - 0.5 x 0.6; the third: -0.05, 0 - 0.5 x 0.8.
)
def test_mmr_by_hand(value, order):
    vectors = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    pool = pool_of([0, 1, 2, 3], [10, 9, 5, 0])
    np.testing.assert_array_equal(Mmr(value, vectors).arranged(pool, 4).items, [order])


def test_mmr_fills_only_the_places_asked_for():
    vectors = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    found = Mmr(1.0, vectors).arranged(pool_of([0, 1, 2, 3], [10, 9, 5, 0]), 2)
    np.testing.assert_array_equal(found.items, [[0, 2, 1, 3]])
    np.testing.assert_array_equal(found.scores, [[10, 9, 5, 0]])  # they belong to the places


def test_calibration_by_hand():
    # Own mix half and half. Both firsts leave KL = 0.5 ln(0.5/0.995) + 0.5 ln(0.5/0.005) = 1.9585, so relevance
    # decides; second, 0.45 - 0.5 x 1.9585 against 0 - 0.5 x 0.
    stage = Calibrated(0.5, kinds(X, X, Y), own(0.5, 0.5))
    np.testing.assert_array_equal(stage.arranged(pool_of([0, 1, 2], [10, 9, 0]), 3).items, [[0, 2, 1]])
    narrow = Calibrated(0.5, kinds(X, X, Y), own(1.0, 0.0))
    np.testing.assert_array_equal(narrow.arranged(pool_of([0, 1, 2], [10, 9, 0]), 3).items, [[0, 1, 2]])


def test_calibration_is_the_greedy_choice_of_the_definition():
    rng = np.random.default_rng(3)
    n_items, n_kinds = 30, 5
    several = rng.random((n_items, n_kinds)) < 0.35
    several[rng.choice(n_items, 4, replace=False)] = False  # some items have no kind
    total = several.sum(axis=1, keepdims=True)
    shares = np.divide(several, total, out=np.zeros(several.shape), where=total > 0)
    mixes = rng.dirichlet(np.ones(n_kinds), 6)
    mixes[0] = 0  # nobody's history
    mixes[1, 2] = 0
    mixes[1] /= mixes[1].sum()
    items = np.argsort(rng.random((6, n_items)), axis=1)[:, :12]
    pool = pool_of(items, -np.arange(12))
    stage = Calibrated(0.6, Kinds.of(sparse.csr_array(shares)), np.pad(mixes, ((0, 0), (0, 1))))
    found = stage.arranged(pool, 7).items
    for row in range(6):
        relevance = dict(zip(items[row], pool.relevance[row], strict=True))
        chosen: list[int] = []
        for _ in range(7):

            def worth(item, row=row, chosen=chosen, relevance=relevance):
                mix = shares[[*chosen, item]].sum(axis=0)
                mix = mix / mix.sum() if mix.sum() else mix
                smoothed = 0.99 * mix + 0.01 * mixes[row]
                there = mixes[row] > 0
                loss = (mixes[row][there] * np.log(mixes[row][there] / smoothed[there])).sum()
                return 0.4 * relevance[item] - 0.6 * loss

            left = [item for item in items[row] if item not in chosen]
            chosen.append(max(left, key=lambda item: (round(worth(item), 12), -left.index(item))))
        np.testing.assert_array_equal(found[row, :7], chosen)


def test_calibration_lowers_miscalibration():
    rng = np.random.default_rng(0)
    shares = np.eye(4)[rng.integers(4, size=40)]
    mixes = rng.dirichlet(np.ones(4), 50)
    pool = pool_of(np.argsort(rng.random((50, 40)), axis=1), -np.arange(40))
    stage = [
        Calibrated(value, Kinds.of(sparse.csr_array(shares)), np.pad(mixes, ((0, 0), (0, 1))))
        for value in (0.0, 0.5, 1.0)
    ]
    left = [miscalibration(mixes, shares[each.arranged(pool, 10).items[:, :10]].mean(axis=1)).mean() for each in stage]
    assert left[0] > 2 * left[1] > 2 * left[2]


@pytest.mark.parametrize(
    ("value", "order"),
    [(0.5, [0, 1, 2]), (0.8, [0, 2, 1])],
    # Own mix 3/4 x, 1/4 y; items x, x, y of relevance 1, 0.8, 0. Second place, the list being all x:
    # (1 - value) x 0.8 + value x 0 against 0 + value x 0.25.
)
def test_xquad_by_hand(value, order):
    stage = Xquad(value, kinds(X, X, Y), own(0.75, 0.25))
    np.testing.assert_array_equal(stage.arranged(pool_of([0, 1, 2], [10, 8, 0]), 3).items, [order])


def test_xquad_covers_in_proportion():
    codes = np.array([X] * 10 + [Y] * 10)
    stage = Xquad(1.0, kinds(*codes), own(0.7, 0.3))
    found = stage.arranged(pool_of(np.arange(20), -np.arange(20)), 10).items[0, :10]
    # The worth of a kind falls as it fills the list: x until 0.7 (1 - share) is below 0.3 (1 - (1 - share)).
    assert (codes[found] == X).sum() == 7


def _log(pairs, n_users, n_items):
    user, item = np.array(sorted(pairs)).T
    return Preferences(
        user=user.astype(np.int32), item=item.astype(np.int32), value=np.ones(len(user)),
        n_users=n_users, n_items=n_items, scale=(0.0, 1.0), explicit=False,
    )  # fmt: skip


def test_the_tail_is_what_is_left_of_four_fifths():
    # Users by item: 6, 2, 1, 1 and 0. The first two hold 8 of 10 pairs.
    pairs = [(user, 0) for user in range(6)] + [(0, 1), (1, 1), (0, 2), (1, 3)]
    stage = LongTail(0.5).fitted(Evidence(_log(pairs, 7, 5)))
    np.testing.assert_array_equal(stage.kinds.codes[:, 0], [0, 0, 1, 1, 1])
    np.testing.assert_allclose(stage.own[:3, :2], [[2 / 3, 1 / 3], [2 / 3, 1 / 3], [1, 0]])


def test_the_long_tail_comes_to_who_likes_it():
    stage = LongTail(0.5, kinds(X, X, Y), np.array([[0.2, 0.8, 0], [1.0, 0.0, 0]]))
    found = stage.arranged(pool_of([[0, 1, 2], [0, 1, 2]], [10, 9, 1]), 2).items
    # Second place, the list being all head: 0.5 x 8/9 against 0.5 x 0.8; with 0.6, 0.4 x 8/9 against 0.6 x 0.8.
    np.testing.assert_array_equal(found, [[0, 1, 2], [0, 1, 2]])
    found = LongTail(0.6, stage.kinds, stage.own).arranged(pool_of([[0, 1, 2], [0, 1, 2]], [10, 9, 1]), 2).items
    np.testing.assert_array_equal(found, [[0, 2, 1], [0, 1, 2]])


def test_items_are_alike_when_the_same_users_have_them():
    pairs = [(user, item) for user in range(4) for item in (0, 1)] + [
        (user, item) for user in (4, 5) for item in (2, 3)
    ]
    vectors = Evidence(_log(pairs, 6, 5)).likeness
    cosine = vectors @ vectors.T
    np.testing.assert_allclose(cosine[[0, 2, 0], [1, 3, 2]], [1, 1, 0], atol=1e-9)
    np.testing.assert_array_equal(vectors[4], 0)  # nobody had it


def test_kinds_are_clusters_where_the_catalogue_names_none():
    pairs = [(user, item) for user in range(8) for item in (0, 1, 2)]
    pairs += [(user, item) for user in range(8, 16) for item in (3, 4, 5)]
    evidence = Evidence(_log(pairs, 17, 7))
    assert evidence.named is None
    label = evidence.kinds_of_items.codes[:, 0]
    assert len(set(label[:3])) == len(set(label[3:6])) == 1
    assert label[0] != label[3]
    assert not evidence.kinds_of_items.known[6]
    np.testing.assert_allclose(evidence.mix.sum(axis=1), [1] * 16 + [0])
