"""What a person may decide about their own list, and the one code path that honours it wherever a list is served."""

from engine.control.control import Control, control_from
from engine.control.deletion import Deletion, delete_user
from engine.control.keeping import control_of, controls_of, forget_control, keep_control
from engine.control.listing import SENTENCES, Listed, Path, listed, listed_new
from engine.control.reasoning import reasons_of
from engine.control.steering import blended, hidden_items, used_rows

__all__ = [
    "SENTENCES",
    "Control",
    "Deletion",
    "Listed",
    "Path",
    "blended",
    "control_from",
    "control_of",
    "controls_of",
    "delete_user",
    "forget_control",
    "hidden_items",
    "keep_control",
    "listed",
    "listed_new",
    "reasons_of",
    "used_rows",
]
