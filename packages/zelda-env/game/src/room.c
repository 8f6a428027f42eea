/* Rooms: the tables, the picture, the scroll from one to the next. */
#include "game.h"

s16 scroll_oy, scroll_ox, old_oy, old_ox;
static u8 scroll_at, scroll_end, strip;

static u8 room_index(u8 room) {
    u8 i;
    for (i = 0; i != ROOM_COUNT; i++)
        if (room_ids[i] == room) return i;
    return 0xFF;
}

u8 room_exists(u8 room) {
    return room_index(room) != 0xFF;
}

/* CF00 and CE00 of a room: stride 16, FF around the small room */
void room_load_tables(u8 room) {
    const u8 *from = room_maps[room_index(room)];
    u8 *layout = wRoomLayout;
    u8 *coll = wRoomCollisions;
    u8 row, col, t;
    for (row = 0; row != 8; row++) {
        for (col = 0; col != 10; col++) {
            t = *from++;
            *layout++ = t;
            *coll++ = coll_of[t];
        }
        for (col = 0; col != 6; col++) {
            *layout++ = 0;
            *coll++ = 0xFF;
        }
    }
    for (row = 0; row != 64; row++) {
        *layout++ = 0;
        *coll++ = 0xFF;
    }
    wLoadingRoom = room;
}

void room_mark_visited(void) {
    wGroup0RoomFlags[wActiveRoom] |= 0x10;
    wMinimapGroup = wActiveGroup;
    wMinimapRoom = wActiveRoom;
}

/* the bits of enemies killed here, while the room is among the last eight */
static u8 kill_entry(u8 room) {
    u8 i;
    for (i = 0; i != 16; i += 2)
        if (wEnemiesKilledList[i] == room) return i;
    i = wEnemiesKilledListTail;
    wEnemiesKilledList[i] = room;
    wEnemiesKilledList[i + 1] = 0;
    wEnemiesKilledListTail = (i + 2) & 15;
    return i;
}

void room_spawn(void) {
    const u8 *o = room_objects[room_index(wActiveRoom)];
    u8 killed = wEnemiesKilledList[kill_entry(wActiveRoom) + 1];
    u8 index = 0;
    u8 i;
    wNumEnemies = 0;
    for (i = 0; i != 32; i++) wAButtonSensitiveObjectList[i] = 0;
    while (*o) {
        if (*o == 1) {
            villager_new(o[1], o[2], o[3]);
        } else if (*o == 2) {
            if (!(killed & (u8)(1 << index))) enemy_new(o[1], index);
            index++;
        }
        o += 4;
    }
}

/* the text of a sign in this cell, or FF */
u8 room_text_at(u8 pos) {
    const u8 *o = room_objects[room_index(wActiveRoom)];
    while (*o) {
        if (*o == 3 && o[1] == pos) return o[3];
        o += 4;
    }
    return 0xFF;
}

/* ---- the picture of one cell: four tiles and their attributes ---- */

static u8 cell_t[4], cell_a[4];

static u8 same(u8 pos, u8 t) {
    u8 u;
    if ((pos & 0x0F) > 9 || pos > 0x7F) return 1;
    u = wRoomLayout[pos];
    return u == t;
}

static void cell_look(u8 pos) {
    u8 t = wRoomLayout[pos];
    u8 m = tile_mt[t];
    u16 at = (u16)m << 2;
    const u8 *from = mt_tile + at;
    const u8 *attr = mt_attr + at;
    cell_a[0] = attr[0];
    cell_a[1] = attr[1];
    cell_a[2] = attr[2];
    cell_a[3] = attr[3];
    if (mt_auto[m]) {
        /* a drawing of 4x4 tiles shows every border of the shape */
        u8 base = from[0];
        u8 n = same(pos - 16, t), s = same(pos + 16, t);
        u8 w = same(pos - 1, t), e = same(pos + 1, t);
        cell_t[0] = base + (n ? 8 : 0) + (w ? 2 : 0);
        cell_t[1] = base + (n ? 8 : 0) + (e ? 1 : 3);
        cell_t[2] = base + (s ? 4 : 12) + (w ? 2 : 0);
        cell_t[3] = base + (s ? 4 : 12) + (e ? 1 : 3);
    } else {
        cell_t[0] = from[0];
        cell_t[1] = from[1];
        cell_t[2] = from[2];
        cell_t[3] = from[3];
    }
}

/* VRAM address of the cell's upper left tile in BG map 9800 */
static u16 cell_address(u8 pos) {
    u8 row = (((pos >> 4) << 1) + (wScreenOffsetY >> 3)) & 31;
    u8 col = (((pos & 15) << 1) + (wScreenOffsetX >> 3)) & 31;
    return 0x9800 + ((u16)row << 5) + col;
}

void room_draw_cell(u8 pos) {
    u16 a = cell_address(pos);
    cell_look(pos);
    vq_begin(0, a); vq_put(cell_t[0]); vq_put(cell_t[1]); vq_end();
    vq_begin(0, a + 32); vq_put(cell_t[2]); vq_put(cell_t[3]); vq_end();
    vq_begin(0x40, a); vq_put(cell_a[0]); vq_put(cell_a[1]); vq_end();
    vq_begin(0x40, a + 32); vq_put(cell_a[2]); vq_put(cell_a[3]); vq_end();
}

/* the whole room at once, with the LCD off */
void room_draw_all(void) {
    u8 row, col, pos;
    u8 *p;
    for (row = 0; row != 8; row++) {
        for (col = 0; col != 10; col++) {
            pos = row << 4 | col;
            cell_look(pos);
            p = (u8 *)cell_address(pos);
            p[0] = cell_t[0]; p[1] = cell_t[1];
            p[32] = cell_t[2]; p[33] = cell_t[3];
            *(volatile u8 *)0xFF4F = 1;
            p[0] = cell_a[0]; p[1] = cell_a[1];
            p[32] = cell_a[2]; p[33] = cell_a[3];
            *(volatile u8 *)0xFF4F = 0;
        }
    }
}

void room_set_tile(u8 pos, u8 tile) {
    wRoomLayout[pos] = tile;
    wRoomCollisions[pos] = coll_of[tile];
    room_draw_cell(pos);
}

/* ---- the scroll ---- */

/* one column of tiles: ids, then attributes */
static void draw_tile_column(u8 tc) {
    u8 ids[16], attrs[16];
    u8 right = tc & 1;
    u8 pos = tc >> 1;
    u8 i;
    u16 a = cell_address(pos) + right;
    for (i = 0; i != 16; i += 2) {
        cell_look(pos);
        ids[i] = cell_t[right];
        ids[i + 1] = cell_t[right + 2];
        attrs[i] = cell_a[right];
        attrs[i + 1] = cell_a[right + 2];
        pos += 16;
    }
    vq_begin(0x80, a);
    for (i = 0; i != 16; i++) vq_put(ids[i]);
    vq_end();
    vq_begin(0xC0, a);
    for (i = 0; i != 16; i++) vq_put(attrs[i]);
    vq_end();
}

/* one row of tiles; it may wrap around the right end of the map */
static void draw_tile_row(u8 tr) {
    u8 ids[20], attrs[20];
    u8 low = (tr & 1) << 1;
    u8 pos = (tr >> 1) << 4;
    u8 i, first;
    u16 a = cell_address(pos) + ((u16)(tr & 1) << 5);
    for (i = 0; i != 20; i += 2) {
        cell_look(pos);
        ids[i] = cell_t[low];
        ids[i + 1] = cell_t[low + 1];
        attrs[i] = cell_a[low];
        attrs[i + 1] = cell_a[low + 1];
        pos++;
    }
    first = 32 - ((u8)a & 31);
    if (first > 20) first = 20;
    vq_begin(0, a);
    for (i = 0; i != first; i++) vq_put(ids[i]);
    vq_end();
    vq_begin(0x40, a);
    for (i = 0; i != first; i++) vq_put(attrs[i]);
    vq_end();
    if (first != 20) {
        a &= 0xFFE0;
        vq_begin(0, a);
        for (i = first; i != 20; i++) vq_put(ids[i]);
        vq_end();
        vq_begin(0x40, a);
        for (i = first; i != 20; i++) vq_put(attrs[i]);
        vq_end();
    }
}

static const u8 room_step[4] = {0xF0, 0x01, 0x10, 0xFF};

static void set_scroll(void) {
    /* the picture: the new room stands scroll_oy, scroll_ox beside its place */
    wGfxRegsFinal[1] = wScreenOffsetY - 16 - (u8)scroll_oy;
    wGfxRegsFinal[2] = wScreenOffsetX - (u8)scroll_ox;
}

/* the step after the edge was touched: the next room takes over in RAM */
void scroll_begin(void) {
    u8 dir = wScreenTransitionDirection & 3;
    u8 room = wActiveRoom + room_step[dir];
    objects_leave();
    wScrollMode = 0x08;
    wCutsceneIndex = 0;
    wScreenTransitionState = 5;
    wActiveRoom = room;
    room_load_tables(room);
    room_mark_visited();
    scroll_oy = scroll_ox = old_oy = old_ox = 0;
    scroll_at = 0;
    switch (dir) {
    case 0:
        w1Link.yh += 0x80;
        wScreenOffsetY -= 0x80;
        scroll_oy = -128;
        scroll_end = 128;
        break;
    case 1:
        w1Link.xh -= 0xA0;
        wScreenOffsetX += 0xA0;
        scroll_ox = 160;
        scroll_end = 160;
        break;
    case 2:
        w1Link.yh -= 0x80;
        wScreenOffsetY += 0x80;
        scroll_oy = 128;
        scroll_end = 128;
        break;
    default:
        w1Link.xh += 0xA0;
        wScreenOffsetX -= 0xA0;
        scroll_ox = -160;
        scroll_end = 160;
        break;
    }
    strip = 0;
    room_spawn();
    set_scroll();
}

void scroll_step(void) {
    u8 dir = wScreenTransitionDirection & 3;
    scroll_at += 4;
    /* tiles come in just ahead of the picture */
    if ((scroll_at & 7) == 4) {
        switch (dir) {
        case 0: draw_tile_row(15 - strip); break;
        case 1: draw_tile_column(strip); break;
        case 2: draw_tile_row(strip); break;
        default: draw_tile_column(19 - strip); break;
        }
        strip++;
    }
    switch (dir) {
    case 0: scroll_oy += 4; old_oy += 4; break;
    case 1: scroll_ox -= 4; old_ox -= 4; break;
    case 2: scroll_oy -= 4; old_oy -= 4; break;
    default: scroll_ox += 4; old_ox += 4; break;
    }
    set_scroll();
    /* Link is carried on to the inside of the new room */
    if (dir & 1) {
        if (scroll_at % 12 == 0 || scroll_at == 4) {
            if (dir == 1) { if (w1Link.xh != 8) w1Link.xh++; }
            else if (w1Link.xh != 0x98) w1Link.xh--;
        }
    } else if ((scroll_at & 7) == 4) {
        if (dir == 2) { if (w1Link.yh != 8) w1Link.yh++; }
        else if (w1Link.yh != 0x78) w1Link.yh--;
    }
    w1Link.animCounter++;
    if (scroll_at == scroll_end) {
        if (dir == 1) w1Link.xh = 8;
        else if (dir == 3) w1Link.xh = 0x98;
        else if (dir == 2) w1Link.yh = 8;
        else w1Link.yh = 0x78;
        scroll_oy = scroll_ox = 0;
        objects_drop_old();
        wScreenTransitionState = 2;
        wScrollMode = 1;
        wLinkLocalRespawnY = w1Link.yh;
        wLinkLocalRespawnX = w1Link.xh;
        wLinkLocalRespawnDir = w1Link.direction;
        link_active_tile();
        set_scroll();
    }
}

/* moving water and flowers: four pictures, the second one shown twice */
void room_animate(void) {
    u8 step;
    if ((wFrameCounter & 15) != 0) return;
    step = wAnimationState + 1;
    if (step >= ANIM_STEPS) step = 0;
    wAnimationState = step;
    v_anim_src = ANIM_SRC + step * ANIM_STRIDE;
    v_anim = ANIM_TILES;
}
