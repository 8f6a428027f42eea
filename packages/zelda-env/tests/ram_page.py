"""The page docs/ram.md: every variable that is read, what is made from it, and which recipes show it at work."""

import textwrap

import numpy as np
from zelda_env import RewardTracker, StateEncoder
from zelda_env import ram_map as ram
from zelda_env.encoder import SPANS
from zelda_env.ram_map import WRAM_BYTES
from zelda_env.state import GameState

HEAD = """# Where the game's state is read

Made from `zelda_env.ram_map`, from what `GameState`, the observation and the reward do when a byte changes, and from
the moments of `tests/facts.txt`, which a test holds against every frame of every recipe on the emulator:
`REGENERATE=1 pytest packages/zelda-env/tests/test_facts.py` writes this page anew.

Addresses are those of the US release of Oracle of Seasons; D000-DFFF is read from the bank named, whatever bank the
game has switched in. Confidence: **A** a public source besides the disassembly has the same address, **B** only the
disassembly says so, **C** computed. *bcd* is packed decimal, two digits a byte; *16le* two bytes, the low one first.
"""

OBJECTS = """
## Objects

Sixteen of each kind lie in bank 1, 100h apart: people, treasures and effects from D040, foes from D080, drops,
projectiles and buttons from D0C0; what Link uses lies in the slots D600 to DC00. An object belongs to this room when
`enabled & 3` is 1 or 3.

| symbol | first address | exercised by |
|---|---|---|
"""

MORE = """
## Checked, though nothing is made from it

What else recipes show to lie where the facts say.

| symbol | address | exercised by |
|---|---|---|
"""

TRIED = (0, 1, 2, 5, 0x0F, 0x10, 0x50, 0x80, 0xD1, 0xFF)
SHOWN = 3


def page(traces, facts, missing):
    """Return the page.

    Args:
        traces: What each recipe does, by name.
        facts: The rows.
        missing: Why other symbols have none.
    """
    shown, readers = _shown(traces, facts), _readers()
    lines = [
        HEAD + _counts(traces, shown, readers),
        "| symbol | address | bytes | encoding | conf. | meaning | read by | exercised by |",
        "|" + "---|" * 8,
    ]
    for field in ram.FIELDS:
        seen = _list(shown[field.symbol]) if field.symbol in shown else f"*not exercised: {missing[field.symbol]}*"
        address = f"{field.address:04X}" + (f" (bank {field.bank})" if field.bank else "")
        what = (f"`{field.symbol}`", address, field.size, field.encoding, field.confidence, field.meaning)
        lines.append("| " + " | ".join(map(str, (*what, readers[field.symbol], seen))) + " |")
    mapped = {field.symbol for field in ram.FIELDS}
    kinds, others = {}, {}
    for row in facts:
        if row.symbol not in mapped:
            (kinds if row.slots > 5 else others).setdefault(row.symbol, row.address)
    text = "\n".join(lines) + "\n"
    for head, symbols in ((OBJECTS, kinds), (MORE, others)):
        text += head
        for symbol, address in sorted(symbols.items(), key=lambda item: (item[1] >= 0xFF80, item[1])):
            text += f"| `{symbol}` | {address:04X} | {_list(shown[symbol])} |\n"
    return text


def _counts(traces, shown, readers):
    """Say how many of the variables of confidence A recipes exercise, and of which they show a single value."""
    confirmed = [field.symbol for field in ram.FIELDS if field.confidence == "A"]
    still = [symbol for symbol in confirmed if shown.get(symbol) and not _changes(traces, symbol)]
    judged = [symbol for symbol in confirmed if "observation" in readers[symbol] or "reward" in readers[symbol]]
    left = [symbol for symbol in judged if not shown.get(symbol)]
    text = (
        f"Of the {len(confirmed)} variables of confidence A below, {_exercised(confirmed, shown)} are exercised. "
        f"Of the {len(judged)} of them that the observation or a reward reads, {_exercised(judged, shown)} are"
        + (f"; the others, which Acorn never sets, are {_names(left)}." if left else ".")
        + (f" {len(still)} of the exercised keep one value in all recipes: {_names(still)}." if still else "")
    )
    return "\n" + textwrap.fill(text, 119, break_on_hyphens=False) + "\n"


def _changes(traces, symbol):
    """Tell whether a variable takes on more than one value in all recipes together."""
    values = np.concatenate([trace.value(symbol) for trace in traces.values()])
    return (values != values[0]).any()


def _names(symbols):
    return ", ".join(f"`{symbol}`" for symbol in symbols)


def _exercised(symbols, shown):
    return sum(bool(shown.get(symbol)) for symbol in symbols)


def _shown(traces, facts):
    """Return for each symbol the recipes that have all of its moments, or else any of them."""
    shown = {}
    for row in facts:
        having = [name for name, trace in traces.items() if trace.holds(row)[0]]
        shown.setdefault(row.symbol, []).append(having)
    return {
        symbol: [name for name in traces if all(name in names for names in lists)]
        or [name for name in traces if any(name in names for names in lists)]
        for symbol, lists in shown.items()
    }


def _list(names):
    more = ", …" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _scenes():
    """Return RAM at rest, and changed so that each variable has a say somewhere."""
    rest = np.zeros(WRAM_BYTES, np.uint8)
    for field, value in (
        (ram.GAME_STATE, 2), (ram.CUTSCENE, 1), (ram.SCROLL, 1), (ram.TRANSITION, 2), (ram.DUNGEON, 0xFF),
        (ram.LINK_OBJECT, 0xD0), (ram.LINK_ENABLED, 3), (ram.LINK_STATE, 1), (ram.LINK_ANGLE, 0xFF), (ram.LINK_Y, 72),
        (ram.LINK_X, 120), (ram.HEALTH, 12), (ram.MAX_HEALTH, 12), (ram.ROOM, 0x55), (ram.SHIELD, 1),
    ):  # fmt: skip
        rest[field.offset] = value
    scenes = [rest]
    for field, value in ((ram.TEXT, 1), (ram.DUNGEON, 0), (ram.LINK_OBJECT, 0xD1), (ram.TREASURES, 0x82)):
        scenes.append(rest.copy())
        scenes[-1][field.offset] = value
    scenes[2][ram.DUNGEON_POSITION.offset] = 0x23
    scenes[2][ram.ROOM_FLAGS.offset + 0x50] = ram.VISITED
    return scenes


def _readers():
    """Return for each symbol what changes with it."""
    found = {field.symbol: {"state": set(), "observation": set(), "reward": False} for field in ram.FIELDS}
    for before in _scenes():
        for field in ram.FIELDS:
            for value in TRIED:
                after = before.copy()
                after[field.span] = value
                if field is ram.SAVE_MARK:
                    after[field.span] = list(b"Z11216-0")
                _compare(before, after, found[field.symbol])
    return {symbol: _say(found[symbol]) for symbol in found}


def _compare(before, after, found):
    if not found["state"]:
        found["state"] |= _different(GameState.from_ram(before).model_dump(), GameState.from_ram(after).model_dump())
    one, other = (StateEncoder(False).encode(wram) for wram in (before, after))
    found["observation"] |= {name for name, span in SPANS.items() if (one[span] != other[span]).any()}
    if not found["reward"]:
        found["reward"] = _earned(before, before) != _earned(before, after)


def _different(one, other, prefix=""):
    paths = set()
    for name in one:
        if isinstance(one[name], dict) and isinstance(other[name], dict):
            paths |= _different(one[name], other[name], f"{name}.")
        elif one[name] != other[name]:
            paths.add(prefix + name)
    return paths


def _earned(before, after):
    tracker = RewardTracker()
    tracker.reset(before)
    return tracker.step(after)


def _say(found):
    parts = []
    if found["state"]:
        parts.append("state: " + ", ".join(f"`{path}`" for path in sorted(found["state"])))
    if found["observation"]:
        parts.append("observation: " + ", ".join(f"`{name}`" for name in SPANS if name in found["observation"]))
    if found["reward"]:
        parts.append("reward")
    return "; ".join(parts)
