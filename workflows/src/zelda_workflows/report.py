"""The run's report: one self-contained HTML page, made from the store alone."""

from __future__ import annotations

import base64
import html
import json
import math
from importlib import resources
from pathlib import Path

from zelda_workflows import figure
from zelda_workflows.display import number
from zelda_workflows.errors import MissingRecordError
from zelda_workflows.play import Play, Room, Segment, read_play
from zelda_workflows.store import Store
from zelda_workflows.summary import EpochSummary, read_summaries

_STYLE = resources.files("zelda_workflows").joinpath("report.css").read_text(encoding="utf-8")


def write_report(store: Store, output: Path) -> None:
    """Write the report of a run.

    Args:
        store: The run's store.
        output: The file to write; its folder is made if absent.

    Raises:
        MissingRecordError: No epoch has been trained in this store yet.
        StoreError: The store cannot be read.
    """
    summaries = read_summaries(store)
    if not summaries:
        raise MissingRecordError(
            f"{store.url} has no trained epoch to report; start a run with: zelda-rlaif run --store {store.url}"
        )
    play = read_play(store, [row.epoch for row in summaries])
    page = _page(store, summaries, play)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(page, encoding="utf-8")


def _page(store: Store, summaries: list[EpochSummary], play: Play) -> str:
    name = html.escape(store.url.rsplit("/", 1)[-1])
    rom = summaries[0].checkpoint["rom"]
    lead = (
        f"{len(summaries)} epochs on <b>{html.escape(str(rom['title']))}</b>: PPO plays, "
        f"{_judges(summaries)} score the recorded segments, a Bradley-Terry model learns from the scores, "
        "and its potential shapes the next epoch."
    )
    parts = [
        f"<h1>{name}</h1><p class='soft'>{lead}</p>",
        "<h2>Epochs</h2>" + _epoch_table(summaries),
        "<h2>Curves</h2><div class='figure'>" + figure.curves(summaries) + "</div>",
        "<h2>Where the reward came from</h2>" + _reward_section(summaries),
        "<h2>Explored rooms</h2>" + _map_section(play),
        "<h2>The best segment</h2>" + _best_section(play),
        "<h2>What shaped what</h2>" + _lineage_table(summaries),
        "<h2>Parameters</h2>" + _parameters(summaries),
    ]
    title = (
        f"<meta charset='utf-8'><meta name='viewport' content='width=device-width'><title>{name} · Zelda RLAIF</title>"
    )
    head = f"{title}<style>{_STYLE}</style>"
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{''.join(parts)}</body></html>\n"


def _judges(summaries: list[EpochSummary]) -> str:
    panels = {row.evaluation["panel"] for row in summaries if row.evaluation}
    names = {"rules": "rules over the recorded states (no language model)", "llm": "language models"}
    return " and ".join(names[panel] for panel in sorted(panels)) or "judges"


def _table(headings: list[str], rows: list[list[str]]) -> str:
    head = "".join(f"<th>{html.escape(text)}</th>" for text in headings)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<div class='scroll'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _epoch_table(summaries: list[EpochSummary]) -> str:
    headings = [
        "epoch",
        "return",
        "evaluation: return",
        "rooms an episode",
        "judge total",
        "held-out accuracy",
        "pairs",
        "steps/s",
        "episodes",
        "segments",
        "failures",
    ]
    rows = [
        [
            str(row.epoch),
            number(row.metrics.get("return_mean"), 2),
            _evaluated(row),
            number(row.metrics.get("unique_rooms_mean"), 2),
            number(row.judge_total, 3),
            number(row.heldout_accuracy, 3) + (" refused" if row.refused else ""),
            number(row.reward_model.get("pairs"), 0),
            number(row.metrics.get("steps_per_second"), 0),
            number(row.metrics.get("episodes"), 0),
            number(row.metrics.get("segments"), 0),
            number(row.failures, 0),
        ]
        for row in summaries
    ]
    return _table(headings, rows)


def _evaluated(row: EpochSummary) -> str:
    """Return mean and standard deviation of the return over the evaluation's episodes."""
    std = row.policy.get("return", {}).get("std")
    mean = number(row.evaluation_return, 2)
    return mean if std is None else f"{mean} ± {number(std, 2)}"


def _reward_section(summaries: list[EpochSummary]) -> str:
    terms = figure.reward_terms(summaries)
    rows = [
        [html.escape(term), *(number(row.metrics["rewards"].get(term, 0.0), 2) for row in summaries)] for term in terms
    ]
    table = _table(["term (sum over the epoch)", *(f"epoch {row.epoch}" for row in summaries)], rows)
    note = (
        "<p class='soft'><code>shaping</code> is the learnt part: the weighted potential differences that the learner "
        "added. "
        "Every other term is the environment's own and is what <i>return</i> means above.</p>"
    )
    return f"<div class='figure'>{figure.reward_bars(summaries)}</div>{note}{table}"


def _map_section(play: Play) -> str:
    if not play.rooms:
        return "<p>No room was seen on a stable frame.</p>"
    groups = sorted({room.group for room in play.rooms})
    return "".join(_group_map(group, [room for room in play.rooms if room.group == group]) for group in groups)


def _group_map(group: int, rooms: list[Room]) -> str:
    """Return the rooms of one group laid out as the world is: the low nibble is the column, the high one the row."""
    left = min(room.number & 0x0F for room in rooms)
    top = min(room.number >> 4 for room in rooms)
    most = max(room.steps for room in rooms)
    cells = "".join(_room_cell(room, left, top, most) for room in rooms)
    total = sum(room.steps for room in rooms)
    note = f"Group {group}: {len(rooms)} rooms, {total:,} steps on stable frames. The redder, the more steps."
    columns = max(room.number & 0x0F for room in rooms) - left + 1
    grid = f"<div class='map' style='--columns:{columns}'>{cells}</div>"
    return f"<p class='soft'>{note}</p><div class='scroll'>{grid}</div>"


def _room_cell(room: Room, left: int, top: int, most: int) -> str:
    """Return one room of the map: its picture, redder the more steps it saw, and its figures."""
    place = f"grid-column:{(room.number & 0x0F) - left + 1};grid-row:{(room.number >> 4) - top + 1}"
    counts = (f"{room.number:02X}", f"{room.steps:,} steps", f"{room.visits:,} segments")
    caption = "".join(f"<span>{text}</span>" for text in counts)
    heat = f"<i style='opacity:{0.7 * math.sqrt(room.steps / most):.2f}'></i>"
    return f"<div class='room' style='{place}'>{_image(room.frame)}{heat}<b>{caption}</b></div>"


def _best_section(play: Play) -> str:
    best = play.best
    if best is None:
        return "<p>No segment has been scored yet.</p>"
    return _best_lead(best) + _score_table(best) + _frames(best)


def _best_lead(best: Segment) -> str:
    rooms = ", ".join(f"{name.split(':')[1].upper()}" for name in best.manifest["rooms"])
    return (
        f"<p><code>{html.escape(best.reference)}</code>: judge total <b>{number(best.score['total'], 3)}</b>, "
        f"return {number(best.manifest['return'], 2)}, {best.manifest['steps']} steps, rooms {html.escape(rooms)}.</p>"
    )


def _score_table(best: Segment) -> str:
    by_rubric = {
        rubric: (
            judge["judge"],
            judge["model"],
            [vote["scores"][rubric] for vote in judge["votes"] if rubric in vote["scores"]],
        )
        for judge in best.score["judges"]
        for rubric in best.score["scores"]
        if any(rubric in vote["scores"] for vote in judge["votes"])
    }
    rows = [
        [
            html.escape(rubric),
            number(best.score["scores"][rubric], 2),
            number(best.score["weights"].get(rubric), 1),
            html.escape(f"{judge} ({model})"),
            " ".join(str(vote) for vote in votes),
        ]
        for rubric, (judge, model, votes) in sorted(by_rubric.items())
    ]
    return _table(["rubric", "score", "weight", "judge", "votes (0 to 5)"], rows)


def _frames(best: Segment) -> str:
    figures = "".join(
        f"<figure>{_image(frame)}<figcaption>step {step}</figcaption></figure>"
        for step, frame in sorted(best.frames.items())
    )
    return f"<div class='frames' style='margin-top:1rem'>{figures}</div>"


def _image(png: bytes | None) -> str:
    if png is None:
        return ""
    return f"<img alt='' src='data:image/png;base64,{base64.b64encode(png).decode()}'>"


def _lineage_table(summaries: list[EpochSummary]) -> str:
    rows = [
        [str(row.epoch), _shaped_by(row), _made(row), number(row.metrics["rewards"].get("shaping", 0.0), 2)]
        for row in summaries
    ]
    return _table(["epoch", "shaped by reward model", "made reward model", "shaping reward, sum"], rows)


def _shaped_by(row: EpochSummary) -> str:
    if row.shaped_by:
        return f"<code>{row.shaped_by[:16]}</code> (epoch {row.checkpoint['reward_model']['epoch']})"
    return "nothing: the first epoch" if row.epoch == 0 else "nothing: no model accepted, or no weight given to it"


def _made(row: EpochSummary) -> str:
    if not row.reward_model:
        return "-"
    model = f"<code>{row.reward_model['sha256'][:16]}</code>"
    return f"{model} <b>refused</b>: {html.escape(row.refused)}" if row.refused else model


def _parameters(summaries: list[EpochSummary]) -> str:
    text = json.dumps(summaries[-1].checkpoint["config"], indent=2, sort_keys=True)
    return f"<details><summary>Training parameters of the last epoch</summary><pre>{html.escape(text)}</pre></details>"
