"""What people do to items here, in the past tense and in the words of the log's own events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.dataset import Dataset

CHOSE = "chose"
_PAST = {
    "add_to_cart": "put into the cart",
    "addtobasket": "put into the cart",
    "addtocart": "put into the cart",
    "bookmark": "saved",
    "buy": "bought",
    "cart": "put into the cart",
    "click": "clicked",
    "complete": "completed",
    "download": "downloaded",
    "fav": "saved",
    "favorite": "saved",
    "favourite": "saved",
    "finish": "finished",
    "install": "installed",
    "like": "liked",
    "listen": "listened to",
    "open": "opened",
    "order": "ordered",
    "play": "played",
    "purchase": "bought",
    "pv": "viewed",
    "rate": "rated",
    "rating": "rated",
    "read": "read",
    "review": "reviewed",
    "save": "saved",
    "share": "shared",
    "stream": "streamed",
    "transaction": "bought",
    "view": "viewed",
    "visit": "visited",
    "watch": "watched",
    "wishlist": "wished for",
}
_AROUND = {"put into the cart": "put {} into the cart"}
"""Verbs that enclose what was done something to."""


@dataclass(frozen=True)
class Deeds:
    """Verbs for what people did to items.

    Attributes:
        verb: what people in general do: the verb of the log's only kind of event, otherwise "chose".
        own: what the person whose list it is did to items that ``mine`` does not name.
        mine: item code -> what the person did to it, the event that counts most.
    """

    verb: str = CHOSE
    own: str = CHOSE
    mine: Mapping[int, str] = field(default_factory=dict)

    @property
    def done(self) -> str:
        """``verb`` as in "Chosen by ten people"."""
        return "chosen" if self.verb == CHOSE else self.verb

    def of(self, item: int) -> str:
        """Return what the person did to the item of code ``item``."""
        return self.mine.get(item, self.own)


def did(verb: str, what: str) -> str:
    """Return ``verb`` with its object: "bought Tea", "put Tea into the cart"."""
    return _AROUND.get(verb, f"{verb} {{}}").replace("{}", what)


def past_tense(event: str) -> str:
    """Return what somebody did whom the log has an ``event`` of; "chose" for a name without a known verb."""
    name = event.strip().lower().replace("-", "_").replace(" ", "_")
    return _PAST.get(name, CHOSE)


def deeds_of(dataset: Dataset, user: int | None, rows: NDArray[np.bool_] | None = None) -> Deeds:
    """Return the verbs for the list of ``user``.

    Args:
        dataset: the log.
        user: their code; None for somebody who is not in the data, who "chose" what they name.
        rows: which interactions count, all by default.
    """
    if dataset.feedback == "explicit":
        return Deeds("rated", CHOSE if user is None else "rated")
    counted = [event for event in dataset.interactions["event"].cat.categories if dataset.event_weights.get(event, 0)]
    verb = past_tense(counted[0]) if len(counted) == 1 else CHOSE
    if user is None:
        return Deeds(verb)
    theirs = dataset.interactions["user"].to_numpy() == user
    part = dataset.interactions.loc[theirs if rows is None else theirs & rows, ["item", "event"]]
    weight = part["event"].astype(object).map(dict(dataset.event_weights)).fillna(0.0)
    # The heaviest event of each item, the latest of equal ones.
    told = part.assign(weight=weight).sort_values("weight", kind="stable").drop_duplicates("item", keep="last")
    mine = {int(item): past_tense(str(event)) for item, event in zip(told["item"], told["event"], strict=True)}
    return Deeds(verb, verb, mine)
