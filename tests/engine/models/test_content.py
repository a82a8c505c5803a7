"""Content and hybrid: what is read off the items table, likeness by it, and when behaviour takes over."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine.errors import ModelError
from engine.models import make_model, reasons, top_k
from engine.models.attributes import attributes, has_attributes
from tests.engine.models.cases import preferences, random_preferences

ITEMS = pd.DataFrame(
    {
        "item_id": ["a", "b", "c", "d", "e"],
        "title": ["Red tent", "Blue tent", "Green kettle", "Steel kettle", "Map"],
        "category": ["Camp|Sale", "Camp", "Kitchen", "Kitchen|Sale", None],
        "price": [1.0, 2.0, 3.0, 4.0, np.nan],
        "lot": ["x1", "x2", "x3", "x4", "x5"],
    }
)
TRAIN = replace(preferences([0, 1, 1], [0, 2, 1], [5, 4, 3], 3, 5), items=ITEMS)


class TestAttributes:
    def test_names_ranges_and_words_that_items_share(self):
        known = attributes(TRAIN, texts=True)
        assert known.names[:2] == ("title: kettle", "title: tent")
        assert "category=Camp" in known.names
        assert not any(name.startswith("lot") for name in known.names)  # nothing there relates two items
        assert known.written.tolist() == [": " in name for name in known.names]
        columns = dict(zip(known.names, known.matrix.toarray().T, strict=True))
        assert columns["category=Sale"].tolist() == [1, 0, 0, 1, 0]
        prices = [column for name, column in columns.items() if name.startswith("price")]
        assert np.sum(prices, axis=0).tolist() == [1, 1, 1, 1, 0]  # one range each, none where unknown

    def test_texts_only_when_asked(self):
        assert not any("title" in name for name in attributes(TRAIN).names)

    @pytest.mark.parametrize(
        "items", [None, ITEMS[["item_id"]], ITEMS[["item_id", "lot"]], ITEMS[["item_id"]].assign(price=2.0)]
    )
    def test_nothing_known_is_one_sentence(self, items):
        train = replace(TRAIN, items=items)
        assert not has_attributes(train)
        with pytest.raises(ModelError, match=r"Nothing is known of the items but their ids\. Load an item table"):
            make_model("content").fit(train)


class TestContent:
    def test_the_most_alike_come_first_also_those_nobody_chose(self):
        model = make_model("content", {"popularity_weight": 0}).fit(TRAIN)
        ranking = top_k(model, np.array([0]), 2, exclude=TRAIN.matrix)
        assert ranking.items.tolist() == [[1, 3]]  # the other tent, then the other item on sale

    def test_a_score_is_a_cosine_and_its_parts_add_up(self):
        train = random_preferences(2)
        model = make_model("content", {"popularity_weight": 0, "weighted": True}).fit(train)
        features = model.features.toarray()
        profile = train.matrix[[5]].toarray()[0] @ features
        cosine = features @ profile / np.linalg.norm(profile)
        np.testing.assert_allclose(model.score(np.array([5]))[0], cosine, atol=1e-12)
        items, amounts = model.contributions(5, 7)
        assert np.array_equal(items, train.item[train.user == 5])
        assert amounts.sum() == pytest.approx(cosine[7])

    def test_the_reason_names_the_item_and_what_they_share(self):
        model = make_model("content").fit(TRAIN)
        (tent,) = map(str, reasons(model, TRAIN, ITEMS, 0, np.array([1])))
        assert tent in ("Like Red tent, above all in category=Camp", "Like Red tent, above all in title: tent")
        (other,) = map(str, reasons(model, TRAIN, ITEMS, 0, np.array([4])))
        assert other == "Unlike what you rated; it goes by how many chose it: 0.0% of people"


class TestHybrid:
    def test_an_item_nobody_chose_goes_by_content_alone(self):
        train = random_preferences(8, n_users=40, n_items=12, pairs=200)
        model = make_model("hybrid").fit(train)
        trust = model.trust(train.user_items)
        assert trust.shape == (40, 12)
        assert (trust[:, train.item_users == 0] == 0).all()
        assert (trust[:, train.item_users > 0][train.user_items > 0] == model.share).all() or model.half > 0

    def test_content_wins_where_it_alone_foretells(self):
        # Everybody keeps to one of three kinds; each item has one chooser, so no two are chosen together often.
        rng = np.random.default_rng(0)
        user = np.repeat(np.arange(30), 6)
        item = np.concatenate([3 * rng.permutation(60)[:6] + u % 3 for u in range(30)])
        train = preferences(user, item, np.ones(len(user)), 30, 180, (0, 1), False)
        model = make_model("hybrid").fit(train)
        lists = top_k(model, np.arange(30), 10, exclude=train.matrix).items
        assert (lists % 3 == (np.arange(30) % 3)[:, None]).mean() > 0.9
        assert model.share < 1

    def test_behaviour_wins_where_it_alone_foretells(self):
        rng = np.random.default_rng(0)
        user = np.repeat(np.arange(80), 10)
        item = np.concatenate([rng.permutation(20)[:10] + 20 * (u % 2) for u in range(80)])
        train = preferences(user, item, np.ones(len(user)), 80, 40, (0, 1), False)
        model = make_model("hybrid").fit(train)
        assert model.share > 0.5
        lists = top_k(model, np.arange(80), 5, exclude=train.matrix).items
        assert (lists // 20 == (np.arange(80) % 2)[:, None]).mean() > 0.95
