"""The observation and the reward computed step by step, without memory of the last step: what faster ways must equal.

The observation is layout `zelda-obs/2`, written from the facts about the game's RAM alone: addresses and bits as
numbers, one line after the other, no table and no array operation. It changes only together with the layout.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from zelda_env import ram_map as ram
from zelda_env.ram_map import Bytes
from zelda_env.reward import TERMS, RewardConfig, Terms
from zelda_env.state import SCREEN_OFFSETS, Screen

_NOT_FOES = {0x33, 0x37, 0x38, 0x50, 0x58, 0x59, 0x5A, 0x5B, 0x5C}
_PEOPLE = {
    *range(0x24, 0x30), *range(0x30, 0x3A), 0x3B, *range(0x3C, 0x40), *range(0x40, 0x44), 0x44, 0x45, 0x46,
    0x52, *range(0x53, 0x59), 0x5C, 0x70, 0x72, *range(0x80, 0x84), 0x87, 0x89, *range(0x8A, 0x8E), 0x8F, 0x99, 0x9D,
    0xA4, 0xA5, 0xB8, *range(0xCB, 0xCF), 0xD5, 0xD6, 0xD8, 0xDD,
}  # fmt: skip
_EIGHTHS = {
    0x11: 0xC3, 0x12: 0x03, 0x13: 0xC0, 0x14: 0x00, 0x15: 0xC3, 0x16: 0xC3, 0x17: 0x00, 0x18: 0x00, 0x19: 0xC3,
    0x1A: 0x03, 0x1B: 0xC0, 0x1C: 0xC0, 0x1D: 0xC1, 0x1E: 0xFF, 0x1F: 0x00,
}  # fmt: skip


class ReferenceEncoder:
    """Turns RAM into the observation, slowly."""

    def encode(self, wram: Bytes) -> NDArray[np.float32]:
        """Return the observation, (128,) float32.

        Args:
            wram: Linear work RAM, uint8 (12288,).
        """
        self._wram = wram.tolist()
        numbers = [*self._link(), *self._place(), *self._around(), *self._puzzles()]
        numbers += [*self._equipment(), *self._quest(), *self._screen()]
        return np.array(numbers, np.float32)

    def _at(self, address: int, bank: int = 0) -> int:
        return self._wram[bank * 0x1000 + address % 0x1000]

    def _is(self, address: int, mask: int, bank: int = 0) -> float:
        return 1.0 if self._at(address, bank) & mask else 0.0

    def _spot(self) -> tuple[int, int]:
        """Return x and y of Link, or of the animal he rides."""
        riding = self._at(0xCC48) == 0xD1
        return (self._at(0xD10D, 1), self._at(0xD10B, 1)) if riding else (self._at(0xD00D, 1), self._at(0xD00B, 1))

    def _link(self) -> list[float]:
        x, y = self._spot()
        facing, angle, z = self._at(0xD008, 1), self._at(0xD009, 1), self._at(0xD00F, 1)
        walls, state = self._at(0xD033, 1), self._at(0xD004, 1)
        looks = {0: (0.0, -1.0), 1: (1.0, 0.0), 2: (0.0, 1.0), 3: (-1.0, 0.0)}.get(facing, (0.0, 0.0))
        moves = (0.0, 0.0)
        if angle < 32:
            moves = math.sin(angle * math.pi / 16), -math.cos(angle * math.pi / 16)
        touched = [((walls >> high & 1) + (walls >> low & 1)) / 2 for high, low in ((7, 6), (1, 0), (5, 4), (3, 2))]
        return [
            min(x, 240) / 240, min(y, 176) / 176, *looks, *moves, (256 - z) / 128 if z > 127 else 0.0,
            self._is(0xD02B, 0xFF, 1), self._is(0xD02D, 0xFF, 1), *(float(state == wanted) for wanted in (1, 2, 3, 4)),
            *touched, self._is(0xCC77, 15), self._is(0xCC78, 15), max(0, 20 - self._at(0xCC84)) / 20,
            self._is(0xCC75, 0xFF),
        ]  # fmt: skip

    def _flags(self, room: int) -> int:
        """Return the flags of a room of this group."""
        group = self._at(0xCC49) % 8
        pages = {0: 0xC700, 1: 0xC800, 2: 0xC800, 3: 0xC800, 4: 0xC900, 6: 0xC900, 5: 0xCA00, 7: 0xCA00}
        return self._at(pages[group] + room)

    def _dungeon(self) -> int | None:
        index = self._at(0xCC55)
        return index if index < 12 else None

    def _place(self) -> list[float]:
        group, room, season, dungeon = self._at(0xCC49), self._at(0xCC4C), self._at(0xCC4E), self._dungeon()
        cell = self._at(0xCC56)
        where = [0.0, 0.0, 0.0, 0.0]
        if dungeon is not None:
            where = [(dungeon + 1) / 12, min(self._at(0xCC57), 7) / 7, cell % 8 / 7, cell // 8 % 8 / 7]
        kinds = (group == 0, group == 1, group in {2, 3}, group >= 6)
        return [
            *map(float, kinds), room % 16 / 15, room // 16 / 15, *(float(season == wanted) for wanted in range(4)),
            *where, sum(self._flags(number) >> 4 & 1 for number in range(256)) / 256,
            *(float(self._flags(number) >> 4 & 1) for number in self._neighbours(room, cell)),
        ]  # fmt: skip

    def _neighbours(self, room: int, cell: int) -> list[int]:
        """Return the rooms up, right, down and left, this one where there is none."""
        if self._at(0xCC55) == 0xFF:
            return [(room - 16) % 256, (room + 1) % 256, (room + 16) % 256, (room - 1) % 256]
        column, line, floor = cell % 8, cell // 8 % 8, self._at(0xCC57) % 4
        found = []
        for right, down in ((0, -1), (1, 0), (0, 1), (-1, 0)):
            x, y = column + right, line + down
            on_map = 0 <= x < 8 and 0 <= y < 8
            found.append(self._at(0xDC00 + 64 * floor + 8 * y + x, 2) if on_map else room)
        return found

    def _around(self) -> list[float]:
        x, y = self._spot()
        cells = [self._solid(y // 16 + down, x // 16 + right) for down in range(-2, 3) for right in range(-3, 4)]
        foes, people, things = [], [], []
        for slot in range(16):
            for base, found in ((0xD080, foes), (0xD040, people), (0xD0C0, things), (0xD040, things)):
                first = base + 0x100 * slot
                number = self._at(first + 1, 1)
                if self._at(first, 1) % 4 in {1, 3} and self._wanted(base, number, found is things):
                    right, down = self._at(first + 0x0D, 1) - x, self._at(first + 0x0B, 1) - y
                    found.append((abs(right) + abs(down), base != 0xD0C0, slot, right, down, self._at(first + 0x29, 1)))
        numbers: list[float] = []
        for found, wanted, width in ((foes, 3, 4), (people, 1, 3), (things, 2, 3)):
            for _, _, _, right, down, health in sorted(found)[:wanted]:
                hits = min(health, 16) / 16 if health < 0x80 else 0.0
                numbers += [1.0, right / 255, down / 255, hits][:width]
            numbers += [0.0] * width * max(0, wanted - len(found))
        return [*cells, *numbers, min(self._at(0xCC30), 8) / 8]

    def _wanted(self, base: int, number: int, thing: bool) -> bool:
        if base == 0xD080:
            return number not in _NOT_FOES
        if base == 0xD0C0:
            return number in {0x01, 0x28}
        return number == 0x60 if thing else number in _PEOPLE

    def _solid(self, line: int, column: int) -> float:
        collision = self._at(0xCE00 + 16 * line + column) if 0 <= line < 12 and 0 <= column < 16 else 0xFF
        if collision == 0xFF:
            return -1.0
        if collision == 0x10:
            return -0.5
        if collision < 0x10:
            return sum(collision >> quarter & 1 for quarter in range(4)) / 4
        return sum(_EIGHTHS[collision] >> eighth & 1 for eighth in range(8)) / 8 if collision < 0x20 else 1.0

    def _puzzles(self) -> list[float]:
        counts = [self._at(address).bit_count() for address in (0xCCBA, 0xCC31, 0xCC32)]
        taken = float(self._flags(self._at(0xCC4C)) >> 5 & 1)
        return [*(min(count, 4) / 4 for count in (*counts, self._at(0xCCA9))), taken]

    def _decimal(self, address: int) -> int:
        return self._at(address) // 16 * 10 + self._at(address) % 16

    def _owns(self, treasure: int) -> bool:
        return self._at(0xC692 + treasure // 8) >> treasure % 8 & 1 == 1

    def _equipment(self) -> list[float]:
        health, rupees = self._at(0xC6A2), 100 * self._decimal(0xC6A6) + self._decimal(0xC6A5)
        buttons = [self._at(0xC681), self._at(0xC680)]
        seasons = sum(self._at(0xC6B0) >> season & 1 for season in range(4))
        others = sum(self._owns(treasure) for treasure in (0x06, 0x08, 0x0E, 0x13, 0x15))
        return [
            min(health, 64) / 64 if health < 128 else 0.0, min(self._at(0xC6A3), 64) / 64,
            math.log1p(min(rupees, 999)) / math.log(1000),
            *(float(test) for item in buttons for test in (item == 5, item not in {0, 5})),
            min(self._at(0xC6AC), 3) / 3, min(self._at(0xC6A9), 3) / 3 if self._owns(0x01) else 0.0,
            min(self._decimal(0xC6AA), 99) / 99, min(sum(map(self._decimal, range(0xC6B5, 0xC6BA))), 20) / 20,
            (1 + seasons) / 5 if self._owns(0x07) else 0.0, min(self._at(0xC6B4), 2) / 2,
            float(self._owns(0x16)), float(self._owns(0x2E)), others / 5,
        ]  # fmt: skip

    def _quest(self) -> list[float]:
        dungeon = self._dungeon()
        here = [0.0, 0.0, 0.0]
        if dungeon is not None:
            boss, compass, plan = (
                self._at(address + dungeon // 8) >> dungeon % 8 & 1 for address in (0xC67A, 0xC67C, 0xC67E)
            )
            here = [min(self._at(0xC66E + dungeon), 5) / 5, float(boss), (plan + compass) / 2]
        return [*here, sum(map(self._owns, (0x42, 0x43, 0x44))) / 3, self._at(0xC6BB).bit_count() / 8]

    def _screen(self) -> list[float]:
        text, menu, cutscene = self._at(0xCBA0), self._at(0xCBCB), self._at(0xC2EF)
        at_rest = self._at(0xCD00) % 128 == 1 and self._at(0xCD04) == 2
        stable = at_rest and self._at(0xC2EE) == 2 and cutscene == 1
        busy = text or menu or self._at(0xC4AB) or self._at(0xCCA4) & 0x81 or self._at(0xCC34) or self._at(0xCBC3)
        moving = not at_rest or self._at(0xC2EE) == 1 or cutscene in {0, 3, 4, 5}
        flags = (
            text and not menu,
            self._at(0xCBA1) == 1,
            menu,
            moving,
            stable and not busy and self._at(0xD004, 1) == 1,
        )
        return [float(bool(flag)) for flag in flags]


_NUMBERS = (
    ram.LINK_Y, ram.LINK_X, ram.COMPANION_Y, ram.COMPANION_X, ram.LINK_OBJECT, ram.GROUP, ram.ROOM, ram.HEALTH,
    ram.SWORD, ram.ESSENCES, ram.MENU, ram.TEXT_LOW, ram.TEXT_HIGH,
)  # fmt: skip
_WATCHED_OFFSETS = np.concatenate(
    [
        SCREEN_OFFSETS,
        [field.offset for field in _NUMBERS],
        [field.offset + at for field in (ram.RUPEES, ram.KILLS) for at in range(2)],
    ]
).astype(np.intp)
_IN_GAME: Final = 2


class ReferenceTracker:
    """Follows an episode and says what each step earned.

    Args:
        config: The weights.
    """

    def __init__(self, config: RewardConfig | None = None) -> None:
        config = config or RewardConfig()
        self._weights: Terms = {name: getattr(config, name) for name in TERMS}
        self._kills_per_room = config.kills_per_room
        self._forget()

    @property
    def rooms(self) -> int:
        """Rooms seen in this episode, the first one included."""
        return len(self._rooms)

    @property
    def tiles(self) -> int:
        """Cells stood in in this episode, the first one included."""
        return len(self._tiles)

    @property
    def dead(self) -> bool:
        """Whether Link was dying after the last step."""
        return self._dead

    def reset(self, wram: Bytes) -> None:
        """Begin an episode: what RAM (uint8 (12288,), linear) shows now earns nothing."""
        self._forget()
        self._measure(wram, {})

    def step(self, wram: Bytes) -> Terms:
        """Return what the step that led to this RAM earned: the terms that are not zero, by name.

        Args:
            wram: Linear work RAM, uint8 (12288,).
        """
        paid: dict[str, int] = {"step": 1}
        self._measure(wram, paid)
        weights = self._weights
        terms = {name: weights[name] * count for name, count in paid.items() if count}
        return {name: value for name, value in terms.items() if value}

    def _forget(self) -> None:
        self._rooms: set[int] = set()
        self._tiles: set[int] = set()
        self._texts: set[int] = set()
        self._kills_in: dict[int, int] = {}
        self._text = -1
        self._health = self._kills = -1
        self._keys = b""
        self._treasures: int = 0
        self._rupees = self._sword = self._essences = 0
        self._dead = False

    def _measure(self, wram: Bytes, paid: dict[str, int]) -> None:
        """Add to `paid` how often each term is due, and remember what is now known."""
        values = wram.take(_WATCHED_OFFSETS).tolist()
        screen = Screen.of(values[:11])
        y, x, other_y, other_x, link, group, room, health, sword, essences, menu, low, high = values[11:24]
        if link == 0xD1:
            y, x = other_y, other_x
        if values[0] == _IN_GAME:
            place = group << 8 | room
            if screen.stable:
                self._explore(paid, place, y & 0xF0 | x >> 4)
            self._count_health(paid, 0 if health >= 0x80 else health)
            self._count_kills(paid, place, values[26] | values[27] << 8)
            self._count_belongings(paid, wram, _rupees(values[24], values[25]), sword, essences)
            self._listen(paid, screen.dialog, (high << 8) | low)
            paid["menu"] = int(menu != 0)
        if screen.dead and not self._dead:
            paid["death"] = 1
        self._dead = screen.dead

    def _explore(self, paid: dict[str, int], place: int, cell: int) -> None:
        if place not in self._rooms:
            self._rooms.add(place)
            paid["room"] = 1
        tile = place << 8 | cell
        if tile not in self._tiles:
            self._tiles.add(tile)
            paid["tile"] = 1

    def _count_health(self, paid: dict[str, int], health: int) -> None:
        if self._health >= 0 and health != self._health:
            change = health - self._health
            paid["health_gained" if change > 0 else "health_lost"] = abs(change)
        self._health = health

    def _count_kills(self, paid: dict[str, int], place: int, kills: int) -> None:
        if kills > self._kills >= 0:
            before = self._kills_in.get(place, 0)
            self._kills_in[place] = before + kills - self._kills
            limit = self._kills_per_room
            paid["kill"] = min(self._kills_in[place], limit) - min(before, limit)
        self._kills = kills

    def _count_belongings(self, paid: dict[str, int], wram: Bytes, rupees: int, sword: int, essences: int) -> None:
        paid["rupees"] = max(0, rupees - self._rupees)
        self._rupees = max(self._rupees, rupees)
        paid["sword"] = max(0, sword - self._sword)
        self._sword = max(self._sword, sword)
        paid["essence"] = (essences & ~self._essences).bit_count()
        self._essences |= essences
        treasures = int.from_bytes(wram[ram.TREASURES.span].tobytes(), "little")
        paid["treasure"] = (treasures & ~self._treasures).bit_count()
        self._treasures |= treasures
        keys = wram[ram.KEYS.span].tobytes()
        if keys != self._keys:
            paid["keys"] = sum(max(0, now - before) for now, before in zip(keys, self._keys, strict=False))
            self._keys = keys

    def _listen(self, paid: dict[str, int], dialog: bool, text: int) -> None:
        if not dialog:
            if self._text >= 0:
                paid["dialog"] = 1
            self._text = -1
        elif text not in self._texts:
            self._texts.add(text)
            paid["talk"] = 1
            self._text = text


def _rupees(low: int, high: int) -> int:
    return (high >> 4) * 1000 + (high & 15) * 100 + (low >> 4) * 10 + (low & 15)
