/* Rooms: the tables, the picture, the camera, and the two ways from one room
 * to the next, the scroll and the warp. */
#include "game.h"

#define SVBK (*(volatile u8 *)0xFF70)

/* where the room's corner stands on the screen: minus the camera, when at rest */
s16 scroll_oy, scroll_ox, old_oy, old_ox;
u8 tileset, room_cols, room_rows;
const u8 *mt_of;
static u8 map_end;                      /* the first cell below the room */
static u8 scroll_at, scroll_end, strip;
static u8 next_room, next_place;

/* steps, tiles, address and stride of the moving tiles of each set */
static const struct { u8 steps, tiles; u16 from, stride; } anim_of[2] = {ANIM_TABLE};

static u8 room_index(u8 group, u8 room) {
    u8 i;
    for (i = 0; i != ROOM_COUNT; i++)
        if (room_ids[i] == room && room_groups[i] == group) return i;
    return 0xFF;
}

static u8 here;          /* the index of the active room, set by room_setup */

static const u8 flag_page[8] = {0xC7, 0xC8, 0xC8, 0xC8, 0xC9, 0xCA, 0xC9, 0xCA};

u8 *room_flags(void) {
    return (u8 *)(((u16)flag_page[wActiveGroup & 7] << 8) + wActiveRoom);
}

static const u8 room_step[4] = {0xF0, 0x01, 0x10, 0xFF};
static const u8 place_step[4] = {0xF8, 0x01, 0x08, 0xFF};

/* is there a room that way? outside by its number, in a dungeon by the floor map */
u8 neighbour(u8 dir) {
    u8 i;
    if (wActiveGroup == 0) {
        next_room = wActiveRoom + room_step[dir];
        return room_index(0, next_room) != 0xFF;
    }
    if (wDungeonIndex == 0xFF) return 0;
    next_place = wDungeonMapPosition + place_step[dir];
    for (i = 0; i != ROOM_COUNT; i++) {
        if (room_dungeon[i] == wDungeonIndex && room_floor[i] == wDungeonFloor && room_place[i] == next_place) {
            next_room = room_ids[i];
            return 1;
        }
    }
    return 0;
}

/* flags 01 up 02 right 04 down 08 left, here and on the other side */
void room_set_flag(u8 dir) {
    static const u8 bit[4] = {1, 2, 4, 8};
    *room_flags() |= bit[dir];
    if (neighbour(dir))
        *(u8 *)(((u16)flag_page[wActiveGroup & 7] << 8) + next_room) |= bit[dir ^ 2];
}

static void dungeon_setup(u8 i) {
    u8 d, n, *to = w2DungeonLayout;
    const u8 *from;
    if (room_dungeon[i] == 0xFF) {
        wDungeonIndex = 0xFF;
        return;
    }
    if (wDungeonIndex != room_dungeon[i]) {
        for (d = 0; dungeon_index[d] != room_dungeon[i]; d++) ;
        from = dungeon_maps[d];
        n = dungeon_floors[d] << 6;
        SVBK = 2;
        do *to++ = *from++; while (--n);
        SVBK = 1;
        wDungeonIndex = room_dungeon[i];
        wDungeonFlagsAddressH = flag_page[wActiveGroup & 7];
        wDungeonWallmasterDestRoom = wActiveRoom;
        wDungeonFirstLayout = 0;
        wDungeonNumFloors = dungeon_floors[d];
    }
    wDungeonMapPosition = room_place[i];
    wDungeonFloor = room_floor[i];
    wDungeonRoomProperties = room_props[i];
}

/* the rules and the measures of the room in CC49, CC4C */
void room_setup(void) {
    u8 i = room_index(wActiveGroup, wActiveRoom);
    u8 large = wActiveGroup >= 4;
    tileset = wActiveGroup != 0;
    here = i;
    mt_of = tile_mt + ((u16)tileset << 8);
    dungeon_setup(i);
    wRoomIsLarge = large;
    wActiveCollisions = wActiveGroup == 0 ? 0 : wDungeonIndex == 0xFF ? 3 : 4;
    wTilesetFlags = wActiveGroup == 0 ? 0x01 : wDungeonIndex == 0xFF ? 0x04 : 0x08;
    room_cols = large ? 15 : 10;
    room_rows = large ? 11 : 8;
    map_end = room_rows << 4;
    wRoomWidth = large ? 30 : 20;
    wRoomHeight = large ? 22 : 16;
    wScreenTransitionBoundaryX = large ? 0xEA : 0x9A;
    wScreenTransitionBoundaryY = large ? 0xA9 : 0x79;
    wMaxCameraX = large ? 0x50 : 0;
    wMaxCameraY = large ? 0x30 : 0;
    wRoomEdgeX = large ? 0xF0 : 0xA0;
    wRoomEdgeY = large ? 0xB0 : 0x80;
}

/* a door whose flag is set has been opened */
static void open_doors(u8 flags) {
    static const u8 bit[4] = {1, 2, 4, 8};
    u8 pos, t;
    if (!tileset) return;
    for (pos = 0; pos != 0xB0; pos++) {
        t = wRoomLayout[pos];
        if (t >= 0x70 && t < 0x78 && (flags & bit[t & 3])) {
            wRoomLayout[pos] = cut_to(t);
            wRoomCollisions[pos] = 0;
        }
    }
}

/* CF00 and CE00 of the room: stride 16, FF around it */
void room_load_tables(void) {
    u8 i = here;
    const u8 *from = (const u8 *)0xC100;     /* the queue of VRAM writes is empty now */
    const u8 *o = room_objects[i];
    const u8 *mt = mt_of;
    u8 *layout = wRoomLayout;
    u8 *coll = wRoomCollisions;
    u8 row, col, t, flags = *room_flags();
    load_bank = 3;
    load(room_map_at[i], 0xC100, wRoomIsLarge ? 165 : 80);
    for (row = room_rows; row; row--) {
        for (col = room_cols; col; col--) {
            t = *from++;
            *layout++ = t;
            *coll++ = mt_coll[mt[t]];
        }
        for (col = 16 - room_cols; col; col--) {
            *layout++ = 0;
            *coll++ = 0xFF;
        }
    }
    for (row = (u8)(12 - room_rows) << 4; row; row--) {
        *layout++ = 0;
        *coll++ = 0xFF;
    }
    if (flags & 0x0F) open_doors(flags);
    for (; *o; o += 6)
        if (*o == 5 && (flags & o[3])) wRoomLayout[o[1]] = 0xF0;
    wLoadingRoom = wActiveRoom;
}

void room_mark_visited(void) {
    *room_flags() |= 0x10;
    if (wActiveGroup == 0) {
        wMinimapGroup = wActiveGroup;
        wMinimapRoom = wActiveRoom;
    }
    if (wDungeonIndex != 0xFF) {
        wDungeonVisitedFloors[wDungeonIndex] |= (u8)(1 << wDungeonFloor);
        wMinimapDungeonMapPosition = wDungeonMapPosition;
        wMinimapDungeonFloor = wDungeonFloor;
    }
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
    const u8 *o = room_objects[here];
    u8 killed = wEnemiesKilledList[kill_entry(wActiveRoom) + 1];
    u8 index = 0;
    u8 i;
    wNumEnemies = 0;
    wActiveTriggers = 0;
    for (i = 0; i != 32; i++) wAButtonSensitiveObjectList[i] = 0;
    for (; *o; o += 6) {
        if (*o == 1) {
            villager_new(o[1], o[2], o[3]);
        } else if (*o == 2) {
            if (!(killed & (u8)(1 << index))) enemy_new(o[1], index);
            index++;
        } else if (*o >= 6) {
            thing_new(o);
        }
    }
}

const u8 *room_thing(u8 kind, u8 pos) {
    const u8 *o = room_objects[here];
    for (; *o; o += 6)
        if (*o == kind && o[1] == pos) return o;
    return 0;
}

/* ---- the picture of one cell: four tiles and their attributes ---- */

static u8 cell_t[4], cell_a;

static u8 same(u8 pos, u8 t) {
    if (pos >= map_end || (pos & 0x0F) >= room_cols) return 1;
    return wRoomLayout[pos] == t;
}

static void cell_look(u8 pos) {
    u8 t = wRoomLayout[pos];
    u8 m = mt_of[t];
    const u8 *from = mt_tile + ((u16)m << 2);
    cell_a = mt_attr[m];
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
    vq_begin(0x40, a); vq_put(cell_a); vq_put(cell_a); vq_end();
    vq_begin(0x40, a + 32); vq_put(cell_a); vq_put(cell_a); vq_end();
}

/* the whole room at once, with the LCD off */
void room_draw_all(void) {
    u8 row, col, pos;
    u8 *p;
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
}

void room_set_tile(u8 pos, u8 tile) {
    wRoomLayout[pos] = tile;
    wRoomCollisions[pos] = coll_of(tile);
    room_draw_cell(pos);
}

/* ---- strips of new picture ---- */

static u8 ids[30], attrs[30];

/* These two say the same as cell_look, but in one go along the strip: a scroll
 * leaves no time for more. */

/* one column of tiles: ids, then attributes; it may wrap around the foot of the map */
static void draw_tile_column(u8 tc) {
    u8 right = tc & 1;
    u8 col = tc >> 1;
    const u8 *p = wRoomLayout + col;
    u8 side = right ? 1 : 0xFF;                     /* to the neighbour on this side */
    u8 alone = right ? col + 1 == room_cols : col == 0;
    u8 edge = right ? 1 : 2, other = right ? 3 : 0; /* tile columns of a shape that goes on, that ends */
    u8 n = wRoomHeight, first;
    static u8 *id, *attr;
    static u8 i, prev;
    static const u8 *from;
    u8 t, m, x;
    u16 a = cell_address(col) + right;
    prev = *p;
    id = ids;
    attr = attrs;
    for (i = room_rows; i; i--) {
        t = *p;
        m = mt_of[t];
        from = mt_tile + ((u16)m << 2);
        if (mt_auto[m]) {
            x = *from + (alone || p[(s8)side] == t ? edge : other);
            *id++ = x + (prev == t ? 8 : 0);
            *id++ = x + (i == 1 || p[16] == t ? 4 : 12);
        } else {
            from += right;
            *id++ = from[0];
            *id++ = from[2];
        }
        m = mt_attr[m];
        *attr++ = m;
        *attr++ = m;
        prev = t;
        p += 16;
    }
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
static void draw_tile_row(u8 tr) {
    u8 low = tr & 1;
    u8 row = tr >> 1;
    const u8 *p = wRoomLayout + (row << 4);
    const u8 *q = low ? p + 16 : p - 16;            /* the neighbours on this side */
    u8 alone = low ? row + 1 == room_rows : row == 0;
    u8 edge = low ? 4 : 8, other = low ? 12 : 0;
    u8 n = wRoomWidth, first;
    static u8 *id, *attr;
    static u8 i, prev;
    static const u8 *from;
    u8 t, m, y;
    u16 a = cell_address(row << 4) + ((u16)low << 5);
    prev = *p;
    id = ids;
    attr = attrs;
    for (i = room_cols; i; i--) {
        t = *p++;
        m = mt_of[t];
        from = mt_tile + ((u16)m << 2);
        if (mt_auto[m]) {
            y = *from + (alone || *q == t ? edge : other);
            *id++ = y + (prev == t ? 2 : 0);
            *id++ = y + (i == 1 || *p == t ? 1 : 3);
        } else {
            if (low) from += 2;
            *id++ = from[0];
            *id++ = from[1];
        }
        m = mt_attr[m];
        *attr++ = m;
        *attr++ = m;
        prev = t;
        q++;
    }
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

static void set_scroll(void) {
    wGfxRegsFinal[1] = wScreenOffsetY - 16 - (u8)scroll_oy;
    wGfxRegsFinal[2] = wScreenOffsetX - (u8)scroll_ox;
}

/* ---- the camera of large rooms ---- */

static u8 goal_y, goal_x;

static void camera_goal(void) {
    u8 v = w1Link.yh < 64 ? 0 : w1Link.yh - 64;
    goal_y = v > wMaxCameraY ? wMaxCameraY : v;
    v = w1Link.xh < 80 ? 0 : w1Link.xh - 80;
    goal_x = v > wMaxCameraX ? wMaxCameraX : v;
}

static void camera_use(void) {
    scroll_oy = -(s16)hCameraY;
    scroll_ox = -(s16)hCameraX;
    set_scroll();
}

void camera_snap(void) {
    camera_goal();
    hCameraY = goal_y;
    hCameraX = goal_x;
    camera_use();
}

/* one pixel a frame towards the hero; bit 7 of CD00 tells that it moves */
void camera_update(void) {
    u8 moved = wTextIsActive;
    if (!wRoomIsLarge || wScrollMode != 1) return;
    if (!wTextIsActive) {
        camera_goal();
        if (hCameraY < goal_y) { hCameraY++; moved = 1; }
        else if (hCameraY > goal_y) { hCameraY--; moved = 1; }
        if (hCameraX < goal_x) { hCameraX++; moved = 1; }
        else if (hCameraX > goal_x) { hCameraX--; moved = 1; }
        camera_use();
    }
    if (moved) wScrollMode = 0x81;
}

/* ---- the scroll ---- */

/* a shutter shut behind somebody who comes through it would hold him fast */
static void free_arrival(void) {
    u8 pos = (w1Link.yh & 0xF0) | (w1Link.xh >> 4);
    if (tileset && wRoomLayout[pos] >= 0x70 && wRoomLayout[pos] < 0x7C) {
        wRoomLayout[pos] = cut_to(wRoomLayout[pos]);
        wRoomCollisions[pos] = 0;
    }
}

/* the step after the edge was touched: the next room takes over in RAM */
void scroll_begin(void) {
    u8 dir = wScreenTransitionDirection & 3;
    s16 w = wRoomEdgeX, h = wRoomEdgeY;
    neighbour(dir);
    objects_leave();
    wScrollMode = 0x08;
    wCutsceneIndex = 0;
    wScreenTransitionState = 5;
    wActiveRoom = next_room;
    /* the old picture stands where its border meets the border of the screen */
    switch (dir) {
    case 0: hCameraY = 0; break;
    case 1: hCameraX = wMaxCameraX; break;
    case 2: hCameraY = wMaxCameraY; break;
    default: hCameraX = 0; break;
    }
    old_oy = scroll_oy = -(s16)hCameraY;
    old_ox = scroll_ox = -(s16)hCameraX;
    room_setup();
    room_load_tables();
    room_mark_visited();
    scroll_at = 0;
    scroll_end = 128;
    switch (dir) {
    case 0:
        w1Link.yh += (u8)h;
        wScreenOffsetY -= (u8)h;
        scroll_oy -= h;
        hCameraY = wMaxCameraY;
        break;
    case 1:
        w1Link.xh -= (u8)w;
        wScreenOffsetX += (u8)w;
        scroll_ox += w;
        hCameraX = 0;
        scroll_end = 160;
        break;
    case 2:
        w1Link.yh -= (u8)h;
        wScreenOffsetY += (u8)h;
        scroll_oy += h;
        hCameraY = 0;
        break;
    default:
        w1Link.xh += (u8)w;
        wScreenOffsetX -= (u8)w;
        scroll_ox -= w;
        hCameraX = wMaxCameraX;
        scroll_end = 160;
        break;
    }
    strip = 0;
    /* Link stands outside of the room still: look where he is going */
    {
        u16 y = w1Link.y, x = w1Link.x;
        if (dir == 0) w1Link.yh = wRoomEdgeY - 8;
        else if (dir == 1) w1Link.xh = 8;
        else if (dir == 2) w1Link.yh = 8;
        else w1Link.xh = wRoomEdgeX - 8;
        free_arrival();
        w1Link.y = y;
        w1Link.x = x;
    }
    room_spawn();
    set_scroll();
}

void scroll_step(void) {
    u8 dir = wScreenTransitionDirection & 3;
    u8 f, draw;
    scroll_at += 4;
    /* tiles come in just ahead of the picture; a large room needs them faster
     * at first, but never where the old picture can still be seen */
    if (!wRoomIsLarge) {
        draw = (scroll_at & 7) == 4;
    } else {
        f = scroll_at >> 2;
        if (dir & 1) draw = f <= 20 || !(f & 1);
        else draw = f <= 22;
    }
    if (draw) {
        switch (dir) {
        case 0: draw_tile_row(wRoomHeight - 1 - strip); break;
        case 1: draw_tile_column(strip); break;
        case 2: draw_tile_row(strip); break;
        default: draw_tile_column(wRoomWidth - 1 - strip); break;
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
            else if (w1Link.xh != (u8)(wRoomEdgeX - 8)) w1Link.xh--;
        }
    } else if ((scroll_at & 7) == 4) {
        if (dir == 2) { if (w1Link.yh != 8) w1Link.yh++; }
        else if (w1Link.yh != (u8)(wRoomEdgeY - 8)) w1Link.yh--;
    }
    w1Link.animCounter++;
    if (scroll_at == scroll_end) {
        if (dir == 1) w1Link.xh = 8;
        else if (dir == 3) w1Link.xh = wRoomEdgeX - 8;
        else if (dir == 2) w1Link.yh = 8;
        else w1Link.yh = wRoomEdgeY - 8;
        objects_drop_old();
        wScreenTransitionState = 2;
        wScrollMode = 1;
        wLinkLocalRespawnY = w1Link.yh;
        wLinkLocalRespawnX = w1Link.xh;
        wLinkLocalRespawnDir = w1Link.direction;
        wEnteredWarpPosition = 0xFF;
        link_active_tile();
        camera_use();
    }
}

/* ---- the warp: CD00 = 0 until the new room stands, then 2, then 1 ---- */

enum { WARP_STOP, WARP_DARKEN, WARP_ENTER, WARP_TILES, WARP_PICTURE, WARP_LIGHTEN };
static u8 warp_phase, warp_at;

void warp_begin(const u8 *thing) {
    link_stop();
    wWarpDestGroup = thing[2];
    wWarpDestRoom = thing[3];
    wWarpDestPos = thing[4];
    wWarpTransition = thing[5];
    wWarpTransition2 = 3;
    wDisabledObjects = 0x1E;
    wDisableLinkCollisionsAndMenu = 1;
    wScrollMode = 0;
    wLinkForceState = 0x0A;
    warp_phase = WARP_STOP;
}

void warp_step(void) {
    u8 was = tileset;
    switch (warp_phase) {
    case WARP_STOP:
        w1Link.state = 0x0A;
        w1Link.angle = 0xFF;
        wLinkForceState = 0;
        wCutsceneIndex = 3;
        wPaletteThread_mode = 1;
        warp_at = 0;
        warp_phase = WARP_DARKEN;
        break;
    case WARP_DARKEN:
        warp_at++;
        if ((warp_at & 3) == 0) set_fade(warp_at >> 2);
        if (warp_at == 18) warp_phase = WARP_ENTER;
        break;
    case WARP_ENTER:
        wCutsceneIndex = 0;
        wScrollMode = 2;
        wWarpTransition2 = 0;
        wActiveGroup = wWarpDestGroup;
        wActiveRoom = wWarpDestRoom;
        /* first what an observer looks at: the tables may outlast this frame */
        link_init((wWarpDestPos & 0xF0) + 8, (u8)(wWarpDestPos << 4) + 8, wWarpTransition);
        w1Link.state = 0x0A;
        wEnteredWarpPosition = wWarpDestPos;
        wScreenOffsetY = wScreenOffsetX = 0;
        room_setup();
        camera_snap();
        objects_clear();
        room_load_tables();
        room_mark_visited();
        room_spawn();
        link_active_tile();
        warp_at = 0;
        warp_phase = was == tileset ? WARP_PICTURE : WARP_TILES;
        break;
    case WARP_TILES:
        /* four times a quarter of the set: 9000, 9400, 8800, 8C00 */
        v_anim_bank = 2 + tileset;
        v_anim_src = 0x4000 + ((u16)warp_at << 10);
        v_anim_dst = warp_at < 2 ? 0x90 + (warp_at << 2) : 0x80 + (warp_at << 2);
        v_anim = 64;
        if (++warp_at == 4) {
            warp_at = 0;
            warp_phase = WARP_PICTURE;
        }
        break;
    case WARP_PICTURE:
        draw_tile_row(warp_at);
        if (++warp_at == wRoomHeight) {
            warp_at = 0;
            warp_phase = WARP_LIGHTEN;
        }
        break;
    default:
        warp_at++;
        if ((warp_at & 3) == 0) set_fade(4 - (warp_at >> 2));
        if (warp_at == 17) {
            wPaletteThread_mode = 0;
            wScrollMode = 1;
            w1Link.state = 1;
            wDisabledObjects = 0;
            wDisableLinkCollisionsAndMenu = 0;
        }
        break;
    }
}

/* what moves by itself: water and flowers, flames */
void room_animate(void) {
    u8 step;
    if ((wFrameCounter & (tileset ? 7 : 15)) != 0) return;
    step = wAnimationState + 1;
    if (step >= anim_of[tileset].steps) step = 0;
    wAnimationState = step;
    v_anim_bank = 2 + tileset;
    v_anim_dst = 0x90;
    v_anim_src = anim_of[tileset].from + step * anim_of[tileset].stride;
    v_anim = anim_of[tileset].tiles;
}
