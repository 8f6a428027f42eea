"""The banks of data: what is laid at a known place, and what is packed and found through an index."""

from cartridge import BANK_AT, BANK_SIZE
from source import SourceError

GRAPHICS_BANK = 2
DATA_BANK = 6
"""Rooms and texts from here on, two banks."""
SET_BANK = 8
"""The first set of ground tiles; each has a bank of its own."""

Place = tuple[int, int]
"""Bank and address."""


class DataBanks:
    """Packs what is found through an index: a piece never straddles two banks."""

    def __init__(self, first: int, last: int) -> None:
        self.banks = {bank: bytearray() for bank in range(first, last + 1)}

    def add(self, data: bytes, what: str) -> Place:
        """Place a piece into the first bank with room for it.

        Raises:
            SourceError: There is none.
        """
        for bank, content in self.banks.items():
            if len(content) + len(data) <= BANK_SIZE:
                content.extend(data)
                return bank, BANK_AT + len(content) - len(data)
        raise SourceError(f"no room is left for {what}: the banks of rooms and texts are full")

    def reserve(self, size: int, what: str) -> Place:
        """Place zeros that `fill` overwrites later."""
        return self.add(bytes(size), what)

    def fill(self, place: Place, data: bytes) -> None:
        """Overwrite what is at a place."""
        bank, address = place
        self.banks[bank][address - BANK_AT : address - BANK_AT + len(data)] = data

    @property
    def used(self) -> str:
        """How full the banks are."""
        return ", ".join(f"{bank}: {len(content)}/{BANK_SIZE}" for bank, content in self.banks.items())
