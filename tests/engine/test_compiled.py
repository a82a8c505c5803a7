"""Compiled loops load where nothing can be kept, and keep their results where something can."""

from numba.core.caching import CacheImpl

from engine.compiled import compiled


def twice(number):
    return 2 * number


def test_a_loop_is_kept_where_a_folder_can_be_written():
    assert compiled(twice).stats.cache_path is not None


def test_a_loop_is_compiled_anew_where_no_folder_can_be_written(monkeypatch):
    monkeypatch.setattr(CacheImpl, "_locator_classes", [])
    found = compiled(twice)
    assert found.stats.cache_path is None
    assert found(21) == 42
