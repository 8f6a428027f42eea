"""The command `zelda-judge`; the only place where the environment is read."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import os
import random
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Literal, NoReturn

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    CliApp,
    CliSubCommand,
    SettingsConfigDict,
    SettingsError,
)
from tqdm import tqdm

from zelda_judges.client import Counters
from zelda_judges.epoch import Tally, merge_epoch, score_shard
from zelda_judges.errors import JudgeError
from zelda_judges.judge import Judge
from zelda_judges.layout import scores_path
from zelda_judges.panel import PanelConfig, llm_panel
from zelda_judges.plan import plan_epoch, read_plan
from zelda_judges.progress import Progress
from zelda_judges.rules import rules_panel
from zelda_judges.store import Store, StoreError

USER_ERROR = 2
INTERRUPTED = 130

_SETTINGS = SettingsConfigDict(
    frozen=True,
    extra="ignore",
    env_ignore_empty=True,
    use_attribute_docstrings=True,
    protected_namespaces=(),
    cli_kebab_case=True,
    cli_avoid_json=True,
)


class _Settings(BaseSettings):
    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        """Let --help show the docstring without its indentation."""
        cls.__doc__ = inspect.cleandoc(cls.__doc__ or "")


class _Command(_Settings):
    model_config = _SETTINGS

    store: str
    """Base URL of the run: file:///…/runs/demo, a path, s3://bucket/prefix."""
    epoch: int = Field(ge=0)
    """Which epoch."""


class Plan(_Command):
    """Share out the epoch's segments and print the list of shards as JSON on stdout.

    The list is what a workflow's withParam takes. Running it again gives the same plan.

    example: zelda-judge plan --store runs/demo --epoch 0 --shards 4
    """

    shards: int = Field(default=1, ge=1, le=10_000)
    """Into how many parts to share the segments."""

    def cli_cmd(self) -> None:
        """Write plan.json and print the shards."""
        plan = plan_epoch(Store(self.store), self.epoch, self.shards)
        print(json.dumps(list(range(len(plan.shards)))))
        print(f"epoch {self.epoch}: {len(plan.segments)} segments in {len(plan.shards)} shards", file=sys.stderr)


class Score(PanelConfig, _Command):
    r"""Score the planned segments that have no score yet, each into a file of its own.

    Without a plan it makes one. Killed at any moment and run again it makes only what is missing.
    The key of the endpoint comes from the environment variable LLM_API_KEY and from nowhere else.

    Examples:
      zelda-judge score --store runs/demo --epoch 0
      zelda-judge score --store runs/demo --epoch 0 --panel llm \
          --base-url http://localhost:8000/v1 --model-state Qwen/Qwen3-32B --model-vision Qwen/Qwen3-VL-32B
      zelda-judge score --store s3://zelda/run-1 --epoch 0 --shards 4 --shard 2
    """

    model_config = _SETTINGS

    panel: Literal["rules", "llm"] = "rules"
    """Who judges: formulas over the states, or models at an endpoint."""
    shards: int = Field(default=1, ge=1, le=10_000)
    """Into how many parts to share the segments, if there is no plan yet."""
    shard: int | None = Field(default=None, ge=0)
    """Which part to score, from 0; all if left out."""

    def cli_cmd(self) -> None:
        """Score, showing how far it is."""
        asyncio.run(self._score(Store(self.store)))

    async def _score(self, store: Store) -> None:
        if store.exists(scores_path(self.epoch)):
            print(f"epoch {self.epoch} is scored and merged already; nothing to do")
            return
        plan = read_plan(store, self.epoch) or plan_epoch(store, self.epoch, self.shards)
        total = len(plan.segments) if self.shard is None else len(dict(enumerate(plan.shards)).get(self.shard, ()))
        # One file, many shards: the first one speaks for all.
        progress = Progress(store, self.epoch, total, clock=time.monotonic, enabled=self.shard in {None, 0})
        async with self._judges() as (judges, counters):
            with tqdm(total=total, unit="segment", desc=f"score epoch {self.epoch}", disable=None) as bar:
                tally = await score_shard(
                    store,
                    self.epoch,
                    judges,
                    shard=self.shard,
                    workers=self.concurrency,
                    on_progress=_watch(bar, progress),
                )
        progress.report(tally.done, _metrics(tally), force=True)
        print(_summary_line(self.epoch, self.panel, tally))
        if counters:
            print("requests: " + ", ".join(f"{name} {count}" for name, count in _sum(counters).items() if count))

    @asynccontextmanager
    async def _judges(self) -> AsyncIterator[tuple[Sequence[Judge], Sequence[Counters]]]:
        if self.panel == "rules":
            yield rules_panel(), ()
            return
        async with llm_panel(self, os.environ.get("LLM_API_KEY"), random.Random(self.seed)) as (judges, clients):
            yield judges, [client.counters for client in clients]


class Merge(_Command):
    """Gather the scores of all segments into scores.jsonl, write the summary, and delete the parts.

    example: zelda-judge merge --store runs/demo --epoch 0
    """

    def cli_cmd(self) -> None:
        """Merge and print what the scores look like."""
        store = Store(self.store)
        merged = store.exists(scores_path(self.epoch))
        summary = merge_epoch(store, self.epoch)
        means = {name: rubric["mean"] for name, rubric in summary["rubrics"].items()}
        shown = ", ".join(f"{name} {mean:.3f}" for name, mean in means.items() if mean is not None)
        total = summary["total"]["mean"]
        print(
            f"epoch {self.epoch}: {summary['scored']} of {summary['segments']} segments have a total"
            f"{'' if total is None else f', mean {total:.3f}'}; failures {summary['failures']}; {shown or 'no scores'}"
            f"{'; was merged already' if merged else ''}"
        )


class ZeldaJudge(_Settings):
    """Score recorded segments of play with judges, by self-consistency voting.

    An epoch is scored in three steps, each of which may be killed and run again: plan, score, merge.
    Every flag is also an environment variable: --model-state is MODEL_STATE, --store is STORE.

    Example:
      zelda-judge plan  --store runs/demo --epoch 0
      zelda-judge score --store runs/demo --epoch 0
      zelda-judge merge --store runs/demo --epoch 0
    """

    model_config = SettingsConfigDict(
        **_SETTINGS,
        cli_prog_name="zelda-judge",
        cli_exit_on_error=False,
        cli_hide_none_type=True,
        env_prefix="ZELDA_JUDGE_STEP_",
    )

    plan: CliSubCommand[Plan]
    """Share out the epoch's segments and print the shards."""
    score: CliSubCommand[Score]
    """Score what has no score yet."""
    merge: CliSubCommand[Merge]
    """Gather the scores and summarise them."""

    def cli_cmd(self) -> None:
        """Run the step that was named."""
        CliApp.run_subcommand(self)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Those after the program's name; the process's own if left out.

    Returns:
        0 done; 2 for a mistake the user can cure, said in one line on stderr; 75 if the store
        cannot be reached now; 130 after Ctrl-C.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        CliApp.run(ZeldaJudge, cli_args=list(sys.argv[1:] if arguments is None else arguments))
    except JudgeError as error:
        return _say(str(error))
    except StoreError as error:
        return _say(str(error), error.exit_code)
    except (SettingsError, ValidationError) as error:
        return _say(_explain(error))
    except KeyboardInterrupt:
        print("zelda-judge: interrupted; run the same command again, it goes on where it stopped", file=sys.stderr)
        return INTERRUPTED
    return 0


def _say(message: str, code: int = USER_ERROR) -> int:
    print(f"zelda-judge: {' '.join(message.split())}", file=sys.stderr)
    return code


def _explain(error: SettingsError | ValidationError) -> str:
    """Return what is wrong with the flags in one line."""
    if isinstance(error, SettingsError):
        first = str(error).strip().splitlines()[0]
        return f"{first.removeprefix('error parsing CLI: ')}; see zelda-judge --help"
    fault = error.errors(include_url=False, include_input=False)[0]
    name = str(fault["loc"][-1]) if fault["loc"] else ""
    return f"--{name.replace('_', '-')} ({name.upper()}): {fault['msg']}; see zelda-judge --help"


def _watch(bar: tqdm[NoReturn], progress: Progress) -> Callable[[Tally], None]:
    """Return what shows a tally on the terminal and in progress.json."""

    def show(tally: Tally) -> None:
        bar.update(tally.done - bar.n)
        bar.set_postfix(failures=tally.failures, refresh=False)
        progress.report(tally.done, _metrics(tally))

    return show


def _metrics(tally: Tally) -> dict[str, float | int | None]:
    return {"total_mean": tally.total_mean, "failures": tally.failures}


def _summary_line(epoch: int, panel: str, tally: Tally) -> str:
    mean = "" if tally.total_mean is None else f", mean total {tally.total_mean:.3f}"
    return (
        f"epoch {epoch}, panel {panel}: scored {tally.scored}, skipped {tally.skipped}, "
        f"without a total {tally.unscored}, failures {tally.failures}{mean}"
    )


def _sum(counters: Sequence[Counters]) -> dict[str, int]:
    names = Counters().as_dict()
    return {name: sum(entry.as_dict()[name] for entry in counters) for name in names}
