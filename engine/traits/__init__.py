"""What a log tells of people and items beyond taste: how difficult, how experienced, how thrifty."""

from engine.traits.challenge import challenge, expected_skill
from engine.traits.difficulty import item_difficulty, user_experience
from engine.traits.shrinkage import Trait
from engine.traits.thrift import relative_prices, user_thrift

__all__ = [
    "Trait",
    "challenge",
    "expected_skill",
    "item_difficulty",
    "relative_prices",
    "user_experience",
    "user_thrift",
]
