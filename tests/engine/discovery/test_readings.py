"""Is there a bubble, and for whom, in words."""

from dataclasses import replace

import numpy as np
import pytest

from engine.discovery.readings import answer, readings


@pytest.fixture
def read(study):
    return {each.arm.name: each for each in readings(study)}


def test_a_bubble_that_is_there_is_found(study, read):
    narrow = read["narrow"]
    assert narrow.verdict == "bubble"
    assert narrow.for_whom[0] == "everybody"
    assert narrow.sentence.startswith(
        "Narrow (narrow): a filter bubble exists for everybody. What a user consumes in rounds 7"
    )
    assert "less varied than with no recommender" in narrow.sentence
    assert "less varied than under random" in narrow.sentence
    assert "Over 8 rounds it narrows" in narrow.sentence
    at = study.arm("narrow")
    assert study.by_block("distance_between_users", against="none").high[at, -1, 0] < 0


def test_a_bubble_around_some_names_them(read):
    some = read["narrow for few"]
    assert "few" in some.for_whom
    assert "It is strongest for few" in some.sentence


def test_random_and_the_oracle_are_read_as_what_they_are(study, read):
    assert read["random"].verdict == "none"
    assert read["random"].sentence.startswith("Random: no filter bubble to speak of. ")
    assert not read["random"].homogenised
    assert read["oracle"].sentence.startswith("Oracle: what users truly want")
    assert "none" not in read


def test_alike_beyond_their_tastes_is_told(read):
    assert read["popularity"].homogenised
    assert "Similar users are more alike than their tastes: they share " in read["popularity"].sentence


def test_the_answer_names_every_policy(study):
    sentence = answer(study)
    assert "Narrow (narrow) and Narrow (narrow for few) close a filter bubble around everybody" in sentence
    assert all(arm.title in sentence for arm in study.arms if arm.role == "policy")
    assert "Oracle" not in sentence


def test_where_no_policy_closes_a_bubble_the_answer_says_what_they_do_not_close(study):
    alone = replace(study, arms=tuple(replace(arm, role="reference") for arm in study.arms))
    assert answer(alone) == "Random closes no filter bubble."


def test_nothing_to_read_says_so(study):
    empty = replace(study, rounds=np.full_like(study.rounds, np.nan), blocked=np.full_like(study.blocked, np.nan))
    assert {each.verdict for each in readings(empty)} == {"unknown"}
    assert "no bubble can be read" in readings(empty)[0].sentence
    assert answer(empty).startswith("Nobody consumed two items")
