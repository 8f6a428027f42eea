"""Judges that score recorded segments of play, by LLMs with self-consistency voting or by rules."""

from zelda_judges.agreement import krippendorff_alpha
from zelda_judges.ballot import Ballot, parse_ballot
from zelda_judges.client import ChatClient
from zelda_judges.epoch import Tally, merge_epoch, read_scores, score_epoch, score_shard
from zelda_judges.errors import ConfigError, EndpointError, JudgeError, PlanError, RequestError, SegmentError
from zelda_judges.judge import Judge, LLMJudge
from zelda_judges.measure import Measures, measure
from zelda_judges.panel import PanelConfig, llm_panel
from zelda_judges.plan import plan_epoch
from zelda_judges.record import Plan, ScoreRecord
from zelda_judges.retry import RetryPolicy
from zelda_judges.rubric import PROMPT_VERSION, RUBRICS, Rubric
from zelda_judges.rules import RULES_VERSION, RulesJudge, rules_panel
from zelda_judges.segment import Segment, State, Step, read_segment
from zelda_judges.store import Store, StoreError
from zelda_judges.verdict import Verdict

__all__ = [
    "PROMPT_VERSION",
    "RUBRICS",
    "RULES_VERSION",
    "Ballot",
    "ChatClient",
    "ConfigError",
    "EndpointError",
    "Judge",
    "JudgeError",
    "LLMJudge",
    "Measures",
    "PanelConfig",
    "Plan",
    "PlanError",
    "RequestError",
    "RetryPolicy",
    "Rubric",
    "RulesJudge",
    "ScoreRecord",
    "Segment",
    "SegmentError",
    "State",
    "Step",
    "Store",
    "StoreError",
    "Tally",
    "Verdict",
    "krippendorff_alpha",
    "llm_panel",
    "measure",
    "merge_epoch",
    "parse_ballot",
    "plan_epoch",
    "read_scores",
    "read_segment",
    "rules_panel",
    "score_epoch",
    "score_shard",
]
