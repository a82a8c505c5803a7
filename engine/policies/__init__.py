"""What is shown to whom: a recommender or a reference, then stages that re-rank, explore or guard, in any order."""

from engine.policies.bases import BASES, BaseInfo, add_base, base_names, base_title
from engine.policies.grammar import PolicySpec, parse, parse_stage, split_specs
from engine.policies.model import ModelPolicy
from engine.policies.named import make_policy
from engine.policies.organic import NonePolicy
from engine.policies.reference import OraclePolicy, RandomPolicy
from engine.policies.stage import Stage, StageInfo
from engine.policies.staged import StagedPolicy
from engine.policies.stages import STAGES, add_stage
from engine.policies.stages.dial import item_novelty, rerank
from engine.world.policy import Policy, State

__all__ = [
    "BASES",
    "STAGES",
    "BaseInfo",
    "ModelPolicy",
    "NonePolicy",
    "OraclePolicy",
    "Policy",
    "PolicySpec",
    "RandomPolicy",
    "Stage",
    "StageInfo",
    "StagedPolicy",
    "State",
    "add_base",
    "add_stage",
    "base_names",
    "base_title",
    "item_novelty",
    "make_policy",
    "parse",
    "parse_stage",
    "rerank",
    "split_specs",
]
