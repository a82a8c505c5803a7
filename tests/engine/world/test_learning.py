"""What policies learn from, where users who are no units have a history of their own."""

from dataclasses import replace

import numpy as np

from engine.world import learned
from engine.world.outcomes import joined
from engine.world.policy import opening


def test_what_others_did_is_learned_after_the_units(world):
    nobody = joined([])
    newcomers = replace(world, history=world.history.take(np.zeros(0, dtype=int)), elsewhere=world.history)
    found = learned(newcomers, nobody, 1)
    assert found.n_users == 2 * world.n_units
    assert found.user.min() >= world.n_units
    np.testing.assert_array_equal(found.user - world.n_units, world.history.user)
    np.testing.assert_array_equal(found.value, learned(world, nobody, 1).value)
    both = learned(replace(world, elsewhere=world.history), nobody, 1)
    np.testing.assert_array_equal(both.item, np.tile(world.history.item, 2))
    assert (np.diff(both.user) >= 0).all()


def test_visits_are_counted_by_unit(world):
    state = opening(world, 0)
    after = state.visited(np.array([1, 3])).visited(np.array([3]))
    assert not state.visits.any()
    assert list(after.visits[:5]) == [0, 1, 0, 2, 0]
