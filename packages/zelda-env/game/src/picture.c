/* The picture of a room: cells one by one, and strips of tiles for scrolls and warps. */
#include "game.h"

#define PAGE(n) ((const u8 *)(0x4000 + ((u16)(n) << 8)))

/* ---- one cell: four tiles and their attributes ---- */

static u8 cell_t[4], cell_a;

static u8 same(u8 pos, u8 t) {
    if (pos >= (u8)(room_rows << 4) || (pos & 0x0F) >= room_cols) return 1;
    return wRoomLayout[pos] == t;
}

/* with the set's bank in place */
static void cell_look(u8 pos) {
    u8 t = wRoomLayout[pos];
    u8 base = PAGE(PAGE_TILE0)[t];
    cell_a = PAGE(PAGE_ATTR)[t];
    if (PAGE(PAGE_AUTO)[t]) {
        /* a drawing of 4x4 tiles shows every border of the shape */
        u8 n = same(pos - 16, t), s = same(pos + 16, t);
        u8 w = same(pos - 1, t), e = same(pos + 1, t);
        cell_t[0] = base + (n ? 8 : 0) + (w ? 2 : 0);
        cell_t[1] = base + (n ? 8 : 0) + (e ? 1 : 3);
        cell_t[2] = base + (s ? 4 : 12) + (w ? 2 : 0);
        cell_t[3] = base + (s ? 4 : 12) + (e ? 1 : 3);
    } else {
        cell_t[0] = base;
        cell_t[1] = PAGE(PAGE_TILE1)[t];
        cell_t[2] = PAGE(PAGE_TILE2)[t];
        cell_t[3] = PAGE(PAGE_TILE3)[t];
    }
}

/* VRAM address of the cell's upper left tile in BG map 9800 */
static u16 cell_address(u8 pos) {
    u8 row = (((pos >> 4) << 1) + (wScreenOffsetY >> 3)) & 31;
    u8 col = (((pos & 15) << 1) + (wScreenOffsetX >> 3)) & 31;
    return 0x9800 + ((u16)row << 5) + col;
}

void room_draw_cell(u8 pos) {
    u8 old = hBank;
    u16 a = cell_address(pos);
    BANK(set_bank);
    cell_look(pos);
    BANK(old);
    vq_begin(0, a); vq_put(cell_t[0]); vq_put(cell_t[1]); vq_end();
    vq_begin(0, a + 32); vq_put(cell_t[2]); vq_put(cell_t[3]); vq_end();
    vq_begin(0x40, a); vq_put(cell_a); vq_put(cell_a); vq_end();
    vq_begin(0x40, a + 32); vq_put(cell_a); vq_put(cell_a); vq_end();
}

/* the whole room at once, with the LCD off */
void room_draw_all(void) {
    u8 old = hBank;
    u8 row, col, pos;
    u8 *p;
    BANK(set_bank);
    for (row = 0; row != room_rows; row++) {
        for (col = 0; col != room_cols; col++) {
            pos = row << 4 | col;
            cell_look(pos);
            p = (u8 *)cell_address(pos);
            p[0] = cell_t[0]; p[1] = cell_t[1];
            p[32] = cell_t[2]; p[33] = cell_t[3];
            *(volatile u8 *)0xFF4F = 1;
            p[0] = cell_a; p[1] = cell_a;
            p[32] = cell_a; p[33] = cell_a;
            *(volatile u8 *)0xFF4F = 0;
        }
    }
    BANK(old);
}

/* the look of an auto shape depends on the cells around it */
static void draw_around(u8 pos) {
    static const u8 step[4] = {0xF0, 0x01, 0x10, 0xFF};
    u8 i, p;
    for (i = 0; i != 4; i++) {
        p = pos + step[i];
        if (p < (u8)(room_rows << 4) && (p & 15) < room_cols && tile_info(PAGE_AUTO, wRoomLayout[p]) && vq_len < 200)
            room_draw_cell(p);
    }
}

void room_set_tile(u8 pos, u8 tile) {
    u8 shaped = tile_info(PAGE_AUTO, wRoomLayout[pos]) | tile_info(PAGE_AUTO, tile);
    wRoomLayout[pos] = tile;
    wRoomCollisions[pos] = coll_of(tile);
    if (vq_len < 220) room_draw_cell(pos);
    if (shaped) draw_around(pos);
}

/* ---- strips of new picture ---- */

static u8 ids[30], attrs[30];

/* These two say the same as cell_look, but in one go along the strip: a scroll
 * leaves no time for more. */

/* one column of tiles: ids, then attributes; it may wrap around the foot of the map */
void draw_tile_column(u8 tc) {
    u8 old = hBank;
    u8 right = tc & 1;
    u8 col = tc >> 1;
    const u8 *p = wRoomLayout + col;
    u8 side = right ? 1 : 0xFF;                     /* to the neighbour on this side */
    u8 alone = right ? col + 1 == room_cols : col == 0;
    u8 edge = right ? 1 : 2, other = right ? 3 : 0; /* tile columns of a shape that goes on, that ends */
    u8 n = wRoomHeight, first;
    static u8 *id, *attr;
    static u8 i, prev;
    static const u8 *upper, *lower;
    u8 t, m, x;
    u16 a = cell_address(col) + right;
    prev = *p;
    id = ids;
    attr = attrs;
    upper = PAGE(PAGE_TILE0 + right);
    lower = PAGE(PAGE_TILE2 + right);
    BANK(set_bank);
    for (i = room_rows; i; i--) {
        t = *p;
        if (PAGE(PAGE_AUTO)[t]) {
            x = upper[t] + (alone || p[(s8)side] == t ? edge : other);
            *id++ = x + (prev == t ? 8 : 0);
            *id++ = x + (i == 1 || p[16] == t ? 4 : 12);
        } else {
            *id++ = upper[t];
            *id++ = lower[t];
        }
        m = PAGE(PAGE_ATTR)[t];
        *attr++ = m;
        *attr++ = m;
        prev = t;
        p += 16;
    }
    BANK(old);
    first = 32 - ((u8)(a >> 5) & 31);
    if (first > n) first = n;
    vq_send(0x80, a, ids, first);
    vq_send(0xC0, a, attrs, first);
    if (first != n) {
        a = 0x9800 + ((u8)a & 31);
        vq_send(0x80, a, ids + first, n - first);
        vq_send(0xC0, a, attrs + first, n - first);
    }
}

/* one row of tiles; it may wrap around the right end of the map */
void draw_tile_row(u8 tr) {
    u8 old = hBank;
    u8 low = tr & 1;
    u8 row = tr >> 1;
    const u8 *p = wRoomLayout + (row << 4);
    const u8 *q = low ? p + 16 : p - 16;            /* the neighbours on this side */
    u8 alone = low ? row + 1 == room_rows : row == 0;
    u8 edge = low ? 4 : 8, other = low ? 12 : 0;
    u8 n = wRoomWidth, first;
    static u8 *id, *attr;
    static u8 i, prev;
    static const u8 *left, *right;
    u8 t, m, y;
    u16 a = cell_address(row << 4) + ((u16)low << 5);
    prev = *p;
    id = ids;
    attr = attrs;
    left = PAGE(low ? PAGE_TILE2 : PAGE_TILE0);
    right = PAGE(low ? PAGE_TILE3 : PAGE_TILE1);
    BANK(set_bank);
    for (i = room_cols; i; i--) {
        t = *p++;
        if (PAGE(PAGE_AUTO)[t]) {
            y = left[t] + (alone || *q == t ? edge : other);
            *id++ = y + (prev == t ? 2 : 0);
            *id++ = y + (i == 1 || *p == t ? 1 : 3);
        } else {
            *id++ = left[t];
            *id++ = right[t];
        }
        m = PAGE(PAGE_ATTR)[t];
        *attr++ = m;
        *attr++ = m;
        prev = t;
        q++;
    }
    BANK(old);
    first = 32 - ((u8)a & 31);
    if (first > n) first = n;
    vq_send(0, a, ids, first);
    vq_send(0x40, a, attrs, first);
    if (first != n) {
        a &= 0xFFE0;
        vq_send(0, a, ids + first, n - first);
        vq_send(0x40, a, attrs + first, n - first);
    }
}

/* what moves by itself: water and flowers, flames */
void room_animate(void) {
    u8 step;
    if ((wFrameCounter & (inside ? 7 : 15)) != 0 || !anim_tiles) return;
    step = wAnimationState + 1;
    if (step >= anim_steps) step = 0;
    wAnimationState = step;
    v_anim_bank = set_bank;
    v_anim_dst = 0x9000;
    v_anim_src = 0x6600 + step * anim_stride;
    v_anim = anim_tiles;
}
