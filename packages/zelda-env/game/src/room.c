/* Rooms: where their records lie, the rules and tables of the active one. */
#include "game.h"

#define SVBK (*(volatile u8 *)0xFF70)
#define PAGE(n) ((const u8 *)(0x4000 + ((u16)(n) << 8)))
#define ABOUT 0x4F00

u8 inside, room_cols, room_rows;
u8 set_bank, loaded_set, palette_group;
u8 anim_steps, anim_tiles;
u16 anim_stride;
u8 next_room;
u8 arriving;
static u8 next_place;

/* the record of the room found last, and of the active one */
static u8 found_bank, here_bank;
static u16 found_at, here_at;
enum { H_PACK, H_SEASON, H_DUNGEON, H_PLACE, H_FLOOR, H_PROPERTIES, H_SIZE };
static u8 head[H_SIZE];
u8 room_things[16 * 6 + 1];

u8 tile_info(u8 page, u8 tile) {
    u8 old = hBank, r;
    BANK(set_bank);
    r = *(const u8 *)(0x4000 + ((u16)page << 8) + tile);
    BANK(old);
    return r;
}

static u8 room_find(u8 group, u8 room) {
    u8 old = hBank, found = 0;
    const u8 *p = (const u8 *)ROOMS_AT;
    BANK(ROOMS_BANK);
    for (; *p != 0xFF; p += 5) {
        if (p[1] != room || *p != group) continue;
        found_bank = p[2];
        found_at = p[3] | (u16)p[4] << 8;
        found = 1;
        break;
    }
    BANK(old);
    return found;
}

static const u8 flag_page[8] = {0xC7, 0xC8, 0xC8, 0xC8, 0xC9, 0xCA, 0xC9, 0xCA};

u8 *room_flags(void) {
    return (u8 *)(((u16)flag_page[wActiveGroup & 7] << 8) + wActiveRoom);
}

static const u8 room_step[4] = {0xF0, 0x01, 0x10, 0xFF};
static const u8 place_step[4] = {0xF8, 0x01, 0x08, 0xFF};

/* is there a room that way? outside by its number, in a dungeon by the floor map */
u8 neighbour(u8 dir) {
    if (wActiveGroup == 0) {
        next_room = wActiveRoom + room_step[dir];
        return room_find(0, next_room);
    }
    if (wDungeonIndex == 0xFF) return 0;
    next_place = (wDungeonMapPosition + place_step[dir]) & 63;
    SVBK = 2;
    next_room = w2DungeonLayout[((u16)wDungeonFloor << 6) + next_place];
    SVBK = 1;
    return next_room && room_find(wActiveGroup, next_room);
}

/* after neighbour(): another region, or a season of its own, has other tiles, so nothing can scroll */
u8 next_fades(void) {
    u8 fixed;
    if (wActiveGroup) return 0;
    if (peek(found_bank, found_at) != wRoomPack) return 1;
    fixed = peek(found_bank, found_at + H_SEASON);
    return fixed != 0xFF && fixed != wRoomStateModifier;
}

/* flags 01 up 02 right 04 down 08 left, here and on the other side */
void room_set_flag(u8 dir) {
    static const u8 bit[4] = {1, 2, 4, 8};
    *room_flags() |= bit[dir];
    if (neighbour(dir))
        *(u8 *)(((u16)flag_page[wActiveGroup & 7] << 8) + next_room) |= bit[dir ^ 2];
}

static void dungeon_setup(void) {
    u8 d, n, *to = w2DungeonLayout;
    const u8 *from;
    if (head[H_DUNGEON] == 0xFF) {
        wDungeonIndex = 0xFF;
        wToggleBlocksState = wLastToggleBlocksState = 0;
        return;
    }
    if (wDungeonIndex != head[H_DUNGEON]) {
        for (d = 0; dungeon_index[d] != head[H_DUNGEON]; d++) ;
        from = dungeon_maps[d];
        n = dungeon_floors[d] << 6;
        SVBK = 2;
        do *to++ = *from++; while (--n);
        SVBK = 1;
        wDungeonIndex = head[H_DUNGEON];
        wDungeonFlagsAddressH = flag_page[wActiveGroup & 7];
        wDungeonWallmasterDestRoom = wActiveRoom;
        wDungeonFirstLayout = 0;
        wDungeonNumFloors = dungeon_floors[d];
        wToggleBlocksState = wLastToggleBlocksState = 0;
    }
    wDungeonMapPosition = head[H_PLACE];
    wDungeonFloor = head[H_FLOOR];
    wDungeonRoomProperties = head[H_PROPERTIES];
}

/* the region decides on the season, when one comes in from another */
static void region_setup(void) {
    u8 i;
    if (wActiveGroup) return;
    for (i = 0; i != PACK_COUNT - 1 && pack_id[i] != head[H_PACK]; i++) ;
    if (wRoomPack != head[H_PACK] && !arriving) wRoomStateModifier = pack_season[i];
    if (head[H_SEASON] != 0xFF) wRoomStateModifier = head[H_SEASON];
    arriving = 0;
    wRoomPack = wLoadingRoomPack = head[H_PACK];
}

void room_set(void) {
    u8 i;
    if (inside) {
        set_bank = SET_INSIDE + (wActiveGroup >= 4);
        palette_group = wActiveGroup >= 4 ? PALETTE_DUNGEON : PALETTE_INSIDE;
    } else {
        for (i = 0; i != PACK_COUNT - 1 && pack_id[i] != wRoomPack; i++) ;
        palette_group = wRoomStateModifier & 3;
        set_bank = SET_FIRST + (i << 2) + palette_group;
    }
    anim_steps = peek(set_bank, ABOUT);
    anim_tiles = peek(set_bank, ABOUT + 1);
    anim_stride = peek(set_bank, ABOUT + 2) | (u16)peek(set_bank, ABOUT + 3) << 8;
    wAnimationState = 0;
}

/* the rules and the measures of the room in CC49, CC4C */
void room_setup(void) {
    u8 large, i;
    if (!room_find(wActiveGroup, wActiveRoom)) {
        /* nobody can have come here through the world: back to where it begins */
        wActiveGroup = 0;
        wActiveRoom = 0xB6;
        room_find(0, 0xB6);
    }
    large = wActiveGroup >= 4;
    inside = wActiveGroup != 0;
    here_bank = found_bank;
    here_at = found_at + H_SIZE;
    load(here_bank, found_at, (u16)head, H_SIZE);
    load(here_bank, here_at, (u16)room_things, 16 * 6 + 1);
    for (i = 0; room_things[i]; i += 6) ;
    here_at += i + 1;
    dungeon_setup();
    region_setup();
    room_set();
    wRoomIsLarge = large;
    wActiveCollisions = !inside ? 0 : wDungeonIndex == 0xFF ? 3 : 4;
    wTilesetFlags = !inside ? 0x01 : wDungeonIndex == 0xFF ? 0x04 : 0x08;
    room_cols = large ? 15 : 10;
    room_rows = large ? 11 : 8;
    wRoomWidth = large ? 30 : 20;
    wRoomHeight = large ? 22 : 16;
    wScreenTransitionBoundaryX = large ? 0xEA : 0x9A;
    wScreenTransitionBoundaryY = large ? 0xA9 : 0x79;
    wMaxCameraX = large ? 0x50 : 0;
    wMaxCameraY = large ? 0x30 : 0;
    wRoomEdgeX = large ? 0xF0 : 0xA0;
    wRoomEdgeY = large ? 0xB0 : 0x80;
}

static void put_tile(u8 pos, u8 tile) {
    wRoomLayout[pos] = tile;
    wRoomCollisions[pos] = PAGE(PAGE_COLL)[tile];
}

/* what the room's flags remember, and the blocks that an orb has turned */
static void remember(u8 flags) {
    static const u8 bit[4] = {1, 2, 4, 8};
    u8 pos, t;
    u8 turned = inside && (wToggleBlocksState & 1);
    if (!(flags & 0x8F) && !turned) return;
    for (pos = 0; pos != 0xB0; pos++) {
        t = wRoomLayout[pos];
        if (!t) continue;
        if (inside) {
            if (t >= 0x70 && t < 0x78 && (flags & bit[t & 3])) put_tile(pos, PAGE(PAGE_CUT)[t]);
            else if (turned && PAGE(PAGE_TOGGLE)[t]) put_tile(pos, PAGE(PAGE_TOGGLE)[t]);
        } else if (t == 0xEC && (flags & 0x80)) {
            put_tile(pos, PAGE(PAGE_CUT)[t]);
        }
    }
}

/* CF00 and CE00 of the room: stride 16, FF around it */
void room_load_tables(void) {
    u8 old = hBank;
    const u8 *from = VQ;                    /* the queue of VRAM writes is empty now */
    const u8 *o = room_things;
    u8 *layout = wRoomLayout;
    u8 *coll = wRoomCollisions;
    u8 row, col, t, flags = *room_flags();
    load(here_bank, here_at, (u16)VQ, wRoomIsLarge ? 165 : 80);
    BANK(set_bank);
    for (row = room_rows; row; row--) {
        for (col = room_cols; col; col--) {
            t = PAGE(PAGE_NOW)[*from++];
            *layout++ = t;
            *coll++ = PAGE(PAGE_COLL)[t];
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
    remember(flags);
    BANK(old);
    VQ[0] = 0;
    for (; *o; o += 6) {
        if (*o == THING_CHEST && (flags & o[3])) wRoomLayout[o[1]] = 0xF0;
        else if (*o == THING_SOIL) wRoomLayout[o[1]] = gasha_tile(o[2]);
        else if (*o == THING_SOCKET && (wInsertedJewels & (u8)(1 << o[2]))) wRoomLayout[o[1]] = SOCKET_SET;
    }
    wLastToggleBlocksState = wToggleBlocksState;
    wLoadingRoom = wActiveRoom;
}

void room_mark_visited(void) {
    u8 *flags = room_flags();
    if (!(*flags & 0x10)) gasha_mature(5);
    *flags |= 0x10;
    if (wActiveGroup == 0) {
        wMinimapGroup = wActiveGroup;
        wMinimapRoom = wActiveRoom;
    }
    if (wDungeonIndex < 12) {
        wDungeonVisitedFloors[wDungeonIndex] |= (u8)(1 << (wDungeonFloor & 7));
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
    const u8 *o;
    u8 killed = wEnemiesKilledList[kill_entry(wActiveRoom) + 1];
    u8 index = 0;
    u8 i;
    wNumEnemies = 0;
    wActiveTriggers = 0;
    wNumTorchesLit = 0;
    wInShop = 0;
    wDisableWarpTiles = wDisableScreenTransitions = 0;
    for (i = 0; i != 32; i++) wAButtonSensitiveObjectList[i] = 0;
    for (o = room_things; *o; o += 6) {
        if (*o == THING_ENEMY) {
            if (index > 6 || !(killed & (u8)(1 << index)))
                enemy_new(o[2], (o[1] & 0xF0) + 8, (u8)(o[1] << 4) + 8, index);
            index++;
        } else {
            thing_new(o);
        }
    }
    visitor_come();
}

const u8 *room_thing(u8 kind, u8 pos) {
    const u8 *o = room_things;
    for (; *o; o += 6)
        if (*o == kind && o[1] == pos) return o;
    return 0;
}

/* An orb was turned: a few cells a step, and never one that somebody stands on. */
void toggle_step(void) {
    static u8 at;
    u8 n, t, to, y, x;
    if (wLastToggleBlocksState == wToggleBlocksState) return;
    for (n = 0; n != 32; n++) {
        if (at >= 0xB0) {
            at = 0;
            wLastToggleBlocksState = wToggleBlocksState;
            return;
        }
        t = wRoomLayout[at];
        to = t ? tile_info(PAGE_TOGGLE, t) : 0;
        if (to) {
            y = (at & 0xF0) + 8;
            x = (u8)(at << 4) + 8;
            if (near8(y, w1Link.yh, 15) && near8(x, w1Link.xh, 14)) return;
            room_set_tile(at, to);
            at++;
            return;
        }
        at++;
    }
}
