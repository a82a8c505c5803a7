"""What is shown to whom: recommenders, references and re-ranking. Policies compose by holding one another."""

from engine.policies.dial import DialPolicy, item_novelty, rerank
from engine.policies.model import ModelPolicy
from engine.policies.named import make_policy
from engine.policies.reference import OraclePolicy, RandomPolicy
from engine.world.policy import Policy, State

__all__ = [
    "DialPolicy",
    "ModelPolicy",
    "OraclePolicy",
    "Policy",
    "RandomPolicy",
    "State",
    "item_novelty",
    "make_policy",
    "rerank",
]
