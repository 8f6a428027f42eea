"""The whole world as its sources say it: rooms that are joined, with all that their maps are drawn of."""

from dataclasses import dataclass
from pathlib import Path

from art import Art, read_art
from room import LEGENDS, Dungeon, Legend, Room, RoomKey, join_rooms, read_dungeons, read_legend, read_packs, read_rooms
from source import HERE
from stamp import lay_stamps, read_stamps

ROOMS = HERE / "rooms"
TILES = HERE / "tiles"


@dataclass(frozen=True)
class World:
    """The world.

    Attributes:
        rooms: By group and number.
        dungeons: Their floor maps.
        packs: The season that each region has by itself.
        legends: Of outside and of inside.
        arts: The drawings of outside and of inside.
    """

    rooms: dict[RoomKey, Room]
    dungeons: list[Dungeon]
    packs: dict[int, int]
    legends: list[Legend]
    arts: list[dict[str, Art]]


def read_world(rooms_at: Path = ROOMS, tiles_at: Path = TILES) -> World:
    """Read the rooms and what they are made of, and join them.

    Raises:
        SourceError: A source has a mistake, or the rooms do not fit together.
    """
    legends = [read_legend(rooms_at / f"{name}.txt") for _, name in LEGENDS]
    arts = [read_art(tiles_at / f"{name}.txt") for name, _ in LEGENDS]
    packs = read_packs(rooms_at / "packs.txt")
    rooms = read_rooms(rooms_at, legends, packs)
    lay_stamps(rooms.values(), read_stamps(rooms_at / "stamps.txt", legends[0], arts[0]))
    dungeons = read_dungeons(rooms_at / "dungeons.txt")
    join_rooms(rooms, dungeons, packs)
    return World(rooms, dungeons, packs, legends, arts)
