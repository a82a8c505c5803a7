"""Reasons of the models made for ranking: the items of a history that carry a score, named and put to the test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.models.als import Als
from engine.models.base import FoldsIn
from engine.models.bpr import Bpr
from engine.models.carriers import carrying, most_first, shared_choices
from engine.models.content import Content
from engine.models.fusion import DEPTH, Fusion
from engine.models.histories import HistoryModel, choices
from engine.models.hybrid import Hybrid
from engine.models.linear import LinearModel
from engine.models.newcomers import Newcomers
from engine.models.ranking import top_k
from engine.models.sequence import Sequence
from engine.models.session_knn import SessionKnn
from engine.models.story import Reason, Story, people
from engine.models.user_ease import UserEase


def of_share(popularity: NDArray[np.float64], item: int) -> Reason:
    """Tell why somebody without a history sees an item: everybody does."""
    return Reason(f"You have no history here, so it goes by how many chose it: {popularity[item]:.1%} of people")


def of_parts(model: LinearModel | Als, story: Story, item: int) -> Reason:
    """Name the items whose parts of the score are largest; in a linear model removing one takes away its part."""
    if not len(story.history):
        return of_share(model.popularity, item)
    ordered = most_first(*model.contributions(story.user, item))
    if not len(ordered):
        return _nothing(story)
    named = ordered[:2] if isinstance(model, LinearModel) else carrying(model, story.alone, item, ordered)
    return Reason(f"Because you {story.did(named)}", _codes(named)) if len(named) else _the_whole()


def of_likeness(model: Content, story: Story, item: int) -> Reason:
    """Name what the item is like, and what they share most."""
    if not len(story.history):
        return of_share(model.popularity, item)
    ordered = most_first(*model.contributions(story.user, item))
    if not len(ordered):
        unlike = f"Unlike what you {story.did_to(story.history)}"
        return Reason(f"{unlike}; it goes by how many chose it: {model.popularity[item]:.1%} of people")
    named = carrying(model, story.alone, item, ordered)
    shared = model.in_common(story.user, item)
    if not len(named):
        return Reason(f"Like your history as a whole, above all in {shared}")
    return Reason(f"Like {story.names(named)}, above all in {shared}", _codes(named))


def of_transitions(model: Sequence, story: Story, item: int) -> Reason:
    """Name what people chose before they went on to the item."""
    if not len(story.history):
        return of_share(model.popularity, item)
    if (pair := model.last_two(story.user, item)) and _changes(model, story, item, np.array(pair)):
        names = f"{story.name(pair[0])} and then {story.name(pair[1])}"
        return Reason(f"{story.deeds.done.capitalize()} next after {names}, your last two", pair)
    ordered = most_first(*model.contributions(story.user, item))
    named = _carrying_or_changing(model, story, item, ordered)
    if len(named):
        told = f"People go on to it after {story.names(named)}, which you {story.did_to(named)}"
        return Reason(told, _codes(named))
    if len(ordered):
        return _the_whole()
    return Reason(f"Not seen to follow what you {story.did_to(story.history)}; it goes by how many chose it")


def of_sessions(model: SessionKnn, story: Story, item: int) -> Reason:
    """Count the near sessions that hold the item, and name what makes them near."""
    if not len(story.history):
        return of_share(model.popularity, item)
    near = model.neighbours(story.alone)
    n = int((model.sessions[near.indices][:, [item]].toarray() > 0).sum())
    if n == 0:
        return Reason("In none of the sessions nearest to your last one; it goes by how many chose it")
    named = _carrying_or_changing(model, story, item, most_first(*model.contributions(story.user, item)))
    told = f"In {n:,} of the {near.nnz:,} sessions nearest to your last one"
    return Reason(f"{told}, near it by {story.names(named)}" if len(named) else told, _codes(named))


def of_supporters(model: UserEase, story: Story, item: int) -> Reason:
    """Name the choices shared with those who speak for the item, and count them."""
    user = None if story.folded else story.user
    if not len(story.history) or (user is not None and model.place[user] < 0):
        return of_share(model.popularity, item)
    named = most_first(*shared_choices(model, story.alone, item, user=user))[:2]
    speaking = _speaking(model, story, item, user)
    if not len(named):
        if len(speaking):
            n = people(len(speaking))
            return Reason(f"{story.deeds.done.capitalize()} by {n} whose choices foretell yours, no one item above all")
        return Reason("Nobody whose choices foretell yours has it; nothing better is left")
    alike = int((np.diff(model.chosen[speaking][:, named].tocsr().indptr) > 0).sum())
    because = f"Because you {story.did(named)}"
    if alike == 0:
        return Reason(because, _codes(named))
    of = "the one person" if len(speaking) == 1 else f"{alike:,} of the {len(speaking):,} people"
    return Reason(f"{because}, as did {of} who speak{'s' if len(speaking) == 1 else ''} for it", _codes(named))


def _speaking(model: UserEase, story: Story, item: int, user: int | None) -> NDArray[np.int64]:
    """Return places among the model's users of those who have the item and foretell the user's choices."""
    having = model.chosen[:, [item]].tocoo()
    if user is not None:
        amounts = model.supporters(user, item)[1]
    else:
        weights = model.inverse[having.row] @ (model.chosen @ choices(story.alone, weighted=model.weighted).T).toarray()
        amounts = having.data * weights[:, 0]
    speaking: NDArray[np.int64] = having.row[amounts > 0].astype(np.int64)
    return speaking


def of_blend(model: Hybrid, story: Story, item: int) -> Reason:
    """Give the reason of the part that counts more, its items tested on the blend."""
    if not len(story.history):
        return of_share(model.popularity, item)
    trust = float(model.trust(np.array([len(story.history)]))[0, item])
    parts = [model.behaviour, model.content] if trust >= 0.5 else [model.content, model.behaviour]
    found = [most_first(*part.contributions(story.user, item)) for part in parts]
    for part, ordered in zip(parts, found, strict=True):
        named = carrying(model, story.alone, item, ordered)
        if len(named) and isinstance(part, Content):
            return Reason(f"Like {story.names(named)}, above all in {part.in_common(story.user, item)}", _codes(named))
        if len(named):
            return Reason(f"Because you {story.did(named)}", _codes(named))
    return _the_whole() if any(len(ordered) for ordered in found) else _nothing(story)


def of_votes(model: Fusion, story: Story, items: NDArray[np.integer]) -> list[Reason]:
    """Follow the strongest member that can name items of the history without which the fused score falls."""
    if not len(story.history):
        return [of_share(model.popularity, int(item)) for item in items]
    ballots = _ballots(model, story)
    return [_of_vote(model, story, ballots, int(item)) for item in items]


@dataclass(frozen=True)
class _Vote:
    """What one member says of an item.

    Attributes:
        points: its weighted reciprocal rank.
        rank: from 1.
        title: the member's name for people.
        member: the member, knowing the user's history.
    """

    points: float
    rank: int
    title: str
    member: object


def _ballots(model: Fusion, story: Story) -> list[tuple[int, object, NDArray[np.int32]]]:
    """Return each voter's place among the members, the voter, and whom it lists for the user."""
    found: list[tuple[int, object, NDArray[np.int32]]] = []
    for place, member in enumerate(model.members):
        if not story.folded:
            found.append((place, member, top_k(member, np.array([story.user]), DEPTH, exclude=model.seen).items[0]))
        elif isinstance(member, FoldsIn):
            listed = top_k(Newcomers(member, story.alone), np.array([0]), DEPTH, exclude=story.alone.matrix).items[0]
            known = member.knowing(story.alone) if isinstance(member, HistoryModel) else member
            found.append((place, known, listed))
    return found


def _of_vote(model: Fusion, story: Story, ballots: list[tuple[int, object, NDArray[np.int32]]], item: int) -> Reason:
    votes = []
    for place, member, listed in ballots:
        for rank in np.flatnonzero(listed == item)[:1].tolist():
            points = float(model.weights[place] / (model.constant + 1 + rank))
            votes.append(_Vote(points, rank + 1, model.titles[place], member))
    if not votes:
        share = model.popularity[item]
        return Reason(f"No model puts it forward; it goes by how many chose it: {share:.1%} of people")
    votes.sort(key=lambda vote: -vote.points)
    for vote in votes:
        named = carrying(model, story.alone, item, speaking_for(vote.member, story, item))
        if len(named):
            most = ", which counts most here" if vote is votes[0] else ""
            return Reason(f"Because you {story.did(named)} (number {vote.rank} by {vote.title}{most})", _codes(named))
    first = votes[0]
    return Reason(f"Number {first.rank} by {first.title}, which counts most here; no few items of yours decide it")


def speaking_for(voter: object, story: Story, item: int) -> NDArray[np.integer]:
    """Return the items of the history that speak for ``item`` in a member's own score, the loudest first."""
    match voter:
        case LinearModel() | Als() | Content() | Sequence() | SessionKnn():
            return most_first(*voter.contributions(story.user, item))
        case UserEase():
            user = None if story.folded else story.user
            return most_first(*shared_choices(voter, story.alone, item, user=user))
        case Bpr():
            return most_first(*voter.contributions(story.alone, item))
        case _:
            return np.empty(0, dtype=np.int32)


def _carrying_or_changing(
    model: Sequence | SessionKnn, story: Story, item: int, ordered: NDArray[np.integer]
) -> NDArray[np.integer]:
    """Return what carries a score that goes by the end of a history.

    Without its last items a history ends elsewhere, from where the score may be higher still.
    """
    named = carrying(model, story.alone, item, ordered)
    return named if len(named) or not _changes(model, story, item, ordered[:2]) else ordered[:2]


def _changes(model: FoldsIn, story: Story, item: int, items: NDArray[np.integer]) -> bool:
    """Return whether the score is another one without ``items``."""
    rest = story.alone.take(~np.isin(story.alone.item, items))
    before, after = (float(model.score_new(history)[0, item]) for history in (story.alone, rest))
    return len(rest) == 0 or not np.isclose(before, after, rtol=1e-9, atol=0.0)


def _the_whole() -> Reason:
    return Reason("It follows from your history as a whole; no few items of yours decide it")


def _nothing(story: Story) -> Reason:
    return Reason(f"Nothing you {story.did_to(story.history)} speaks for it; nothing better is left")


def _codes(items: NDArray[np.integer]) -> tuple[int, ...]:
    return tuple(int(item) for item in items)
