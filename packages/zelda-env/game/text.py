"""What anybody says, and the items that are named in it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from source import SourceError, entries_of, options_of

LINE_LENGTH = 18
PAGE_LINES = 2
SHOP_TEXTS = ("shop_ask", "shop_yes", "shop_no", "shop_poor", "shop_full")
"""Texts that the game opens by itself, when something is for sale."""
GAME_TEXTS = (*SHOP_TEXTS, "soil_bare", "soil_ask", "soil_young", "visitor")
"""All texts that the game opens by itself: at soft soil and where the visitor is met, too."""
OPTIONS = {"id", "ask", "then", "cost", "ore", "poor", "do", "give", "flag", "next"}


@dataclass
class Text:
    """One text.

    Attributes:
        number: The id that observers know it by.
        pages: Lines of up to 18 characters, two a page.
        options: What follows the name: `id=`, `ask=`, `then=`, `cost=`, `ore=`, `poor=`, `do=`, `give=`, `flag=`,
            `next=`.
    """

    number: int
    options: dict[str, str]
    pages: list[list[str]] = field(default_factory=lambda: [[]])

    @property
    def follows(self) -> list[str]:
        """The names of the texts after yes and no; none where nothing is asked."""
        return self.options["then"].split(",") if "ask" in self.options else []

    @property
    def price(self) -> int:
        """What a yes costs, in rupees or in ore; 0 for nothing."""
        price = int(self.options.get("cost") or self.options.get("ore") or "0")
        return price if 0 < price < 100 else 0

    def encode(self) -> bytes:
        """Join lines with newlines and pages with form feeds; a zero ends the text."""
        return b"\x0c".join("\n".join(page).encode("ascii") for page in self.pages) + b"\0"


@dataclass(frozen=True)
class Item:
    """What a chest or a room can hold.

    Attributes:
        treasure: Number of the item among the game's treasures.
        parameter: How many, or which level.
        art: Name of the drawing.
        palette: Index of its palette.
        text: Index of what is said when it is found; FF for nothing.
    """

    treasure: int
    parameter: int
    art: str
    palette: int
    text: int


def read_texts(path: Path) -> dict[str, Text]:
    """Read `[name] id=XXXX`, then lines of up to 18 characters, two a page, pages split by ---.

    `ask=Yes,No then=a,b` ends the text with a question; text a or b follows.
    `cost=20` or `ore=20` with `poor=c`: a yes pays that many rupees or pieces of ore; who cannot, reads c.
    When the text is over, `do=heal` fills the hearts, `give=ITEM` gives an item, `flag=40` sets
    bits of the room's flags and `next=a` goes on with text a.

    Raises:
        SourceError: A line or a page is too long, two texts have one id, or a question leads nowhere.
    """
    texts: dict[str, Text] = {}
    numbers: dict[int, str] = {}
    text: Text | None = None
    for number, line in entries_of(path):
        where = f"{path.name}:{number}"
        if line.startswith("["):
            name, _, rest = line[1:].partition("]")
            if name in texts:
                raise SourceError(f"{where}: [{name}] is there twice")
            options = options_of(rest.split(), where)
            text = texts[name] = Text(int(options["id"], 16), options)
            if text.number in numbers:
                raise SourceError(f"{where}: [{name}] has the id of [{numbers[text.number]}]")
            numbers[text.number] = name
        elif text is None:
            raise SourceError(f"{where}: a line before the first [name]")
        elif line == "---":
            text.pages.append([])
        else:
            add_line(text, line, where)
    for name, text in texts.items():
        where = f"{path.name}: [{name}]"
        if set(text.options) - OPTIONS:
            raise SourceError(f"{where} has an option that is not known: {' '.join(text.options)}")
        if "ask" in text.options:
            add_answers(text, where)
        if ("poor" in text.options) != (text.price > 0) or (text.price and "ask" not in text.options):
            raise SourceError(f"{where}: cost= or ore= of 1 to 99 and poor= belong together, and to a question")
        for follow in (*text.follows, text.options.get("next", name), text.options.get("poor", name)):
            if follow not in texts:
                raise SourceError(f"{where} leads to {follow!r}, which is not there")
    return texts


def add_line(text: Text, line: str, where: str) -> None:
    """Add a line to the last page."""
    if len(line) + line.count("#") > LINE_LENGTH:
        raise SourceError(f"{where}: a line has at most {LINE_LENGTH} characters, and # counts as two")
    text.pages[-1].append(line)
    if len(text.pages[-1]) > PAGE_LINES:
        raise SourceError(f"{where}: a page has two lines")


def add_answers(text: Text, where: str) -> None:
    """Write the two answers on the last line."""
    answers = text.options["ask"].split(",")
    if len(answers) != 2 or max(map(len, answers)) > 6 or len(text.pages[-1]) != 1:
        raise SourceError(f"{where} asks: two answers of up to 6 letters, and one line of text before them")
    text.pages[-1].append("  " + answers[0].ljust(8) + answers[1])
    if len(text.follows) != 2:
        raise SourceError(f"{where} asks: then= names the text of each answer")


def read_items(path: Path, texts: Iterable[str], drawings: Iterable[str], palettes: list[str]) -> dict[str, Item]:
    """Read `name treasure parameter drawing palette text` a line.

    Raises:
        SourceError: A line has another form, or names what is not there.
    """
    items: dict[str, Item] = {}
    text_names = list(texts)
    for number, line in entries_of(path):
        parts = line.split()
        if len(parts) != 6:
            raise SourceError(f"{path.name}:{number}: want name treasure parameter drawing palette text")
        name, treasure, parameter, art, palette, text = parts
        if art not in drawings or palette not in palettes or (text != "-" and text not in text_names):
            raise SourceError(f"{path.name}:{number}: unknown drawing, palette or text")
        text_index = text_names.index(text) if text != "-" else 0xFF
        items[name] = Item(int(treasure, 16), int(parameter, 16), art, palettes.index(palette), text_index)
    return items
