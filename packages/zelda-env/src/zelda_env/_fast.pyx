# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""What is slow in Python, compiled: save states, the observation, and whether anything a reward looks at changed.

Optional: `zelda-env build-fast` makes it, against the declarations that PyBoy ships; without it `zelda_env` does the
same in Python, with the same bytes as results. `_fast.pyi` says what is in here.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.mem cimport PyMem_Free, PyMem_Malloc, PyMem_Realloc
from libc.stdint cimport int16_t, int64_t, uint8_t
from libc.stdlib cimport abs

cimport numpy as cnp
from pyboy.pyboy cimport PyBoy
from pyboy.utils cimport IntIOInterface

cnp.import_array()

PYBOY = "2.8.1"
REVISION = 2

cdef enum:
    OBS_SIZE = 128
    WRAM_BYTES = 0x3000
    SIGHT = 35
    SCALARS = 33
    SEEDS = 28
    SEED_KINDS = 5
    CANDIDATES = 64
    RIDING = 0xD1
    VISITED = 0x10
    KIND = 2048
    ABSENT = 600
    FOES = 3
    PEOPLE = 1
    ITEMS = 2
    THINGS = 4 * FOES + 3 * PEOPLE + 3 * ITEMS
    SHIELD_BIT = 2
    ROD_BIT = 0x80



cdef class _Writer(IntIOInterface):
    """Grows in memory; PyBoy's own writer makes a Python call for each byte."""

    cdef char *data
    cdef Py_ssize_t size, room

    def __cinit__(self):
        self.room = 1 << 18
        self.size = 0
        self.data = <char *> PyMem_Malloc(self.room)
        if self.data == NULL:
            raise MemoryError

    def __dealloc__(self):
        PyMem_Free(self.data)

    cpdef int64_t write(self, uint8_t byte) except -1:
        cdef char *grown
        if self.size == self.room:
            grown = <char *> PyMem_Realloc(self.data, self.room * 2)
            if grown == NULL:
                raise MemoryError
            self.data = grown
            self.room *= 2
        self.data[self.size] = <char> byte
        self.size += 1
        return 1

    cpdef int flush(self) except -1:
        return 0


cdef class _Reader(IntIOInterface):
    """Reads bytes; past their end it raises what PyBoy's own reader raises, by another name."""

    cdef bytes state
    cdef const uint8_t *data
    cdef Py_ssize_t at, size

    cpdef uint8_t read(self) except? -1:
        if self.at >= self.size:
            raise IndexError("the state ends too early")
        self.at += 1
        return self.data[self.at - 1]

    cpdef int flush(self) except -1:
        return 0


def save_state(PyBoy pyboy not None):
    cdef _Writer writer = _Writer.__new__(_Writer)
    pyboy.mb.save_state(writer)
    return PyBytes_FromStringAndSize(writer.data, writer.size)


def load_state(PyBoy pyboy not None, bytes state not None):
    cdef _Reader reader = _Reader.__new__(_Reader)
    reader.state = state
    reader.data = <const uint8_t *> PyBytes_AS_STRING(state)
    reader.size = len(state)
    pyboy.mb.load_state(reader)


cdef const uint8_t[::1] _bytes(wram):
    cdef const uint8_t[::1] view = wram
    if view.shape[0] != WRAM_BYTES:
        raise ValueError(f"{view.shape[0]} bytes of RAM; expected {WRAM_BYTES}: WRAM banks 0, 1 and 2")
    return view


cdef class Watch:
    cdef const Py_ssize_t[::1] offsets
    cdef const uint8_t[::1] masks
    cdef uint8_t[::1] last
    cdef object source
    cdef const uint8_t[::1] wram

    def __init__(self, offsets, masks):
        self.offsets, self.masks = offsets, masks
        self.last = bytearray(len(offsets))
        self.source = None

    def changed(self, wram):
        cdef Py_ssize_t index
        cdef uint8_t value
        cdef bint other = False
        if wram is not self.source:
            self.wram, self.source = _bytes(wram), wram
        for index in range(self.offsets.shape[0]):
            value = self.wram[self.offsets[index]] & self.masks[index]
            if value != self.last[index]:
                self.last[index] = value
                other = True
        return other


cdef class Eye:
    cdef const float[::1] lookup, rupees, health
    cdef const Py_ssize_t[::1] where, row, scalars, objects, pages, decimals
    cdef const Py_ssize_t[:, ::1] cells, cell_rows
    cdef const int16_t[::1] rank_by_presence, rank_by_id
    cdef const uint8_t[::1] fade_outs, bit_counts, tool_bits
    cdef Py_ssize_t sight, around, taken, keys, floor, column, line, boss_key, map_compass, visited
    cdef Py_ssize_t money, shield, seeds, rod, tools, dialog, transition, can_act
    cdef Py_ssize_t things, keys_at, boss_keys_at, maps_at, compasses_at, layout_at, dungeons
    cdef object source
    cdef const uint8_t[::1] wram

    def __init__(self, tables, starts, places):
        self.lookup, self.rupees, self.health = tables["lookup"], tables["rupees"], tables["health"]
        self.where, self.row, self.scalars = tables["where"], tables["row"], tables["scalars"]
        self.objects, self.pages = tables["objects"], tables["pages"]
        self.cells, self.cell_rows = tables["cells"], tables["cell_rows"]
        self.rank_by_presence, self.rank_by_id = tables["rank_by_presence"], tables["rank_by_id"]
        self.fade_outs, self.bit_counts, self.tool_bits = tables["fade_outs"], tables["bit_counts"], tables["tool_bits"]
        self.sight, self.around, self.taken = starts["sight"], starts["visited_around"], starts["item_taken"]
        self.floor, self.column = starts["dungeon_floor"], starts["dungeon_cell"]
        self.line = self.column + 1
        self.keys, self.boss_key, self.map_compass = starts["keys"], starts["boss_key"], starts["map_compass"]
        self.money, self.shield, self.seeds = starts["rupees"], starts["shield"], starts["seeds"]
        self.rod, self.tools, self.visited = starts["rod"], starts["other_tools"], starts["visited_here"]
        self.dialog, self.transition, self.can_act = starts["dialog"], starts["transition"], starts["can_act"]
        self.things, self.decimals = starts["enemies"], tables["decimals"]
        self.keys_at, self.boss_keys_at = places["keys"], places["boss_keys"]
        self.maps_at, self.compasses_at = places["maps"], places["compasses"]
        self.layout_at, self.dungeons = places["layout"], places["dungeons"]
        self.source = None

    def encode(self, wram):
        cdef cnp.npy_intp size = OBS_SIZE
        cdef cnp.ndarray made = cnp.PyArray_EMPTY(1, &size, cnp.NPY_FLOAT32, 0)
        if wram is not self.source:
            self.wram, self.source = _bytes(wram), wram
        self._fill(&self.wram[0], <float *> cnp.PyArray_DATA(made))
        return made

    cdef void _fill(self, const uint8_t *wram, float *out) noexcept:
        cdef Py_ssize_t index, page, dungeon, count = 0
        cdef uint8_t s[SCALARS]
        cdef int y, x
        for index in range(SCALARS):
            s[index] = wram[self.scalars[index]]
        for index in range(OBS_SIZE):
            out[index] = self.lookup[self.row[index] + wram[self.where[index]]]
        y, x = s[11], s[12]
        if s[15] == RIDING:
            y, x = s[13], s[14]
            out[0], out[1] = self.lookup[self.row[0] + x], self.lookup[self.row[1] + y]
        for index in range(SIGHT):
            out[self.sight + index] = self.lookup[
                self.cell_rows[y & 0xF0 | x >> 4, index] + wram[self.cells[y & 0xF0 | x >> 4, index]]
            ]
        page, dungeon = self.pages[s[16] & 7], s[18]
        out[self.taken] = self.lookup[self.row[self.taken] + wram[page + s[17]]]
        self._neighbours(wram, page, &s[16], out)
        self._dungeon(wram, dungeon, out)
        self._belongings(s, out)
        for index in range(256):
            count += wram[page + index] & VISITED
        out[self.visited] = <float> (count / VISITED / 256.0)
        self._screen(s, out)
        self._see(wram, y, x, out + self.things)

    cdef void _dungeon(self, const uint8_t *wram, Py_ssize_t dungeon, float *out) noexcept:
        """Write where on its floor map the room lies, and what Link has for this dungeon; 0 outside."""
        cdef Py_ssize_t byte = dungeon >> 3, bit = dungeon & 7
        if dungeon >= self.dungeons:
            out[self.floor] = out[self.column] = out[self.line] = out[self.keys] = 0
            return
        out[self.keys] = self.lookup[self.row[self.keys] + wram[self.keys_at + dungeon]]
        out[self.boss_key] = wram[self.boss_keys_at + byte] >> bit & 1
        out[self.map_compass] = <float> (
            ((wram[self.maps_at + byte] >> bit & 1) + (wram[self.compasses_at + byte] >> bit & 1)) / 2.0
        )

    cdef void _belongings(self, const uint8_t *s, float *out) noexcept:
        """Write the belongings that more than one byte has a say in."""
        cdef Py_ssize_t seeds = 0, tools = 0, index
        for index in range(SEEDS, SEEDS + SEED_KINDS):
            seeds += self.decimals[s[index]]
        for index in range(3):
            tools += self.bit_counts[s[25 + index] & self.tool_bits[index]]
        out[self.money] = self.rupees[self.decimals[s[24]] * 100 + self.decimals[s[23]]]
        out[self.shield] = <float> (min(s[21], 3) / 3.0) if s[25] & SHIELD_BIT else 0
        out[self.seeds] = <float> (min(seeds, 20) / 20.0)
        out[self.rod] = <float> ((1 + self.bit_counts[s[22] & 15]) / 5.0) if s[25] & ROD_BIT else 0
        out[self.tools] = <float> (tools / 5.0)

    cdef void _neighbours(self, const uint8_t *wram, Py_ssize_t page, const uint8_t *place, float *out) noexcept:
        """Write whether the rooms around were visited; place: group, room, dungeon, position, floor."""
        cdef uint8_t rooms[4]
        cdef int room = place[1], column = place[3] & 7, line = place[3] >> 3 & 7
        cdef const uint8_t *cell = wram + self.layout_at + 64 * (place[4] & 3) + (place[3] & 63)
        cdef Py_ssize_t side
        if place[2] == 0xFF:
            rooms[0], rooms[1] = <uint8_t> (room - 16), <uint8_t> (room + 1)
            rooms[2], rooms[3] = <uint8_t> (room + 16), <uint8_t> (room - 1)
        else:
            rooms[0] = (cell - 8)[0] if line > 0 else room
            rooms[1] = cell[1] if column < 7 else room
            rooms[2] = cell[8] if line < 7 else room
            rooms[3] = (cell - 1)[0] if column > 0 else room
        for side in range(4):
            out[self.around + side] = self.lookup[self.row[self.around + side] + wram[page + rooms[side]]]

    cdef void _screen(self, const uint8_t *s, float *out) noexcept:
        """Write the flags of `Screen.of`."""
        cdef bint at_rest = s[2] & 0x7F == 1 and s[3] == 2
        cdef bint stable = at_rest and s[0] == 2 and s[1] == 1
        cdef bint free = not (s[4] or s[5] or s[6] or s[7] & 0x81 or s[9] or s[10]) and s[8] == 1
        out[self.dialog] = s[4] != 0 and s[5] == 0
        out[self.transition] = not at_rest or s[0] == 1 or self.fade_outs[s[1]]
        out[self.can_act] = stable and free

    cdef void _see(self, const uint8_t *wram, int y, int x, float *out) noexcept:
        """Write the nearest foes, people and items."""
        cdef int16_t rank[CANDIDATES]
        cdef Py_ssize_t index
        cdef uint8_t enabled, any_enabled = 0
        for index in range(CANDIDATES):
            any_enabled |= wram[self.objects[index]]
        for index in range(THINGS):
            out[index] = 0
        if not any_enabled:
            return
        for index in range(CANDIDATES):
            enabled = wram[self.objects[index]]
            rank[index] = (
                abs(wram[self.objects[128 + index]] - y) + abs(wram[self.objects[192 + index]] - x)
                + self.rank_by_presence[enabled]
                + self.rank_by_id[256 * (index >> 4) + wram[self.objects[64 + index]]]
            )
        self._nearest(wram, y, x, rank, 0, 16, FOES, 4, out)
        self._nearest(wram, y, x, rank, 16, 32, PEOPLE, 3, out + 4 * FOES)
        self._nearest(wram, y, x, rank, 32, 64, ITEMS, 3, out + 4 * FOES + 3 * PEOPLE)

    cdef void _nearest(
        self, const uint8_t *wram, int y, int x, int16_t *rank, Py_ssize_t first, Py_ssize_t stop,
        Py_ssize_t wanted, Py_ssize_t width, float *out,
    ) noexcept:
        """Write the `wanted` candidates of the lowest rank, the first one where ranks are equal."""
        cdef Py_ssize_t index, best, number
        cdef bint there
        for number in range(wanted):
            best = first
            for index in range(first + 1, stop):
                if rank[index] < rank[best]:
                    best = index
            out[0] = there = rank[best] % KIND < ABSENT
            rank[best] = 0x7FFF
            out[1] = <float> ((wram[self.objects[192 + best]] - x) / 255.0) if there else 0
            out[2] = <float> ((wram[self.objects[128 + best]] - y) / 255.0) if there else 0
            if width == 4:
                out[3] = self.health[wram[self.objects[256 + best]]] if there else 0
            out += width
