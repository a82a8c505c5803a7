"""What personalisation is used for: each use is a preset of policies and a metric on the same simulated users."""

from engine.uses.onboarding import ONBOARDING
from engine.uses.promotions import PROMOTIONS
from engine.uses.registry import USES, find_use
from engine.uses.rows import ROWS
from engine.uses.search import SEARCH
from engine.uses.skill import SKILL
from engine.uses.use import Use

__all__ = ["ONBOARDING", "PROMOTIONS", "ROWS", "SEARCH", "SKILL", "USES", "Use", "find_use"]
