/* The ways that fade: warps, the border of a region, and the turn of a season. */
#include "game.h"

/* ---- a warp: CD00 = 0 until the new room stands, then 2, then 1 ---- */

enum { WARP_STOP, WARP_DARKEN, WARP_ENTER, WARP_TILES, WARP_PICTURE, WARP_LIGHTEN };
static u8 phase, at;
static u8 arrive_y, arrive_x;       /* where Link stands after a warp */

static void fade_away(void) {
    link_stop();
    wWarpTransition2 = 3;
    wDisabledObjects = 0x1E;
    wDisableLinkCollisionsAndMenu = 1;
    wScrollMode = 0;
    wLinkForceState = 0x0A;
    phase = WARP_STOP;
}

static void arrive_at_cell(void) {
    arrive_y = (wWarpDestPos & 0xF0) + 8;
    arrive_x = (u8)(wWarpDestPos << 4) + 8;
}

void warp_begin(const u8 *thing) {
    wWarpDestGroup = thing[2];
    wWarpDestRoom = thing[3];
    wWarpDestPos = thing[4];
    wWarpTransition = thing[5];
    arrive_at_cell();
    fade_away();
}

void warp_asked(void) {
    wWarpTransition &= 3;
    arrive_at_cell();
    fade_away();
}

/* over the edge, with Link's place on the other side */
void cross_begin(void) {
    u8 dir = wScreenTransitionDirection & 3;
    wScreenTransitionState = 2;
    wWarpDestGroup = wActiveGroup;
    wWarpDestRoom = next_room;
    wWarpTransition = w1Link.direction;
    arrive_y = w1Link.yh;
    arrive_x = w1Link.xh;
    switch (dir) {
    case 0: arrive_y = wRoomEdgeY - 8; break;
    case 1: arrive_x = 8; break;
    case 2: arrive_y = 8; break;
    default: arrive_x = wRoomEdgeX - 8; break;
    }
    wWarpDestPos = (arrive_y & 0xF0) | arrive_x >> 4;
    fade_away();
}

/* where the game goes on after a death, and after it was saved */
void respawn_here(void) {
    wDeathRespawnBuffer[0] = wActiveGroup;
    wDeathRespawnBuffer[1] = wActiveRoom;
    wDeathRespawnBuffer[2] = wRoomStateModifier;
    wDeathRespawnBuffer[3] = w1Link.direction;
    wDeathRespawnBuffer[4] = w1Link.yh;
    wDeathRespawnBuffer[5] = w1Link.xh;
}

static void enter(void) {
    u8 from_dungeon = wDungeonIndex;
    wCutsceneIndex = 0;
    wScrollMode = 2;
    wWarpTransition2 = 0;
    wActiveGroup = wWarpDestGroup & 7;
    wActiveRoom = wWarpDestRoom;
    /* first what an observer looks at: the tables may outlast this frame */
    link_init(arrive_y, arrive_x, wWarpTransition & 3);
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
    /* from room to room of one dungeon the place to continue at stays its entrance */
    if (from_dungeon == 0xFF || wDungeonIndex != from_dungeon) respawn_here();
}

/* four times a quarter of the first page: 9000, 9400, 8800, 8C00; then twice half of the second */
static u8 tiles_step(void) {
    u8 half = SECOND_TILES / 2;
    v_anim_bank = set_bank;
    if (at < 4) {
        v_anim_src = 0x5000 + ((u16)at << 10);
        v_anim_dst = (at < 2 ? 0x9000 : 0x8000) + ((u16)at << 10);
        v_anim = 64;
    } else {
        v_anim_src = 0x6000 + (at == 4 ? 0 : half * 16);
        v_anim_dst = SECOND_DST + (at == 4 ? 0 : half * 16);
        v_anim_vbk = 1;
        v_anim = at == 4 ? half : SECOND_TILES - half;
    }
    if (++at != 6) return 0;
    at = 0;
    loaded_set = set_bank;
    return 1;
}

static u8 picture_step(void) {
    draw_tile_row(at);
    if (++at != wRoomHeight) return 0;
    at = 0;
    return 1;
}

void warp_step(void) {
    switch (phase) {
    case WARP_STOP:
        w1Link.state = 0x0A;
        w1Link.angle = 0xFF;
        wLinkForceState = 0;
        wCutsceneIndex = 3;
        wPaletteThread_mode = 1;
        at = 0;
        phase = WARP_DARKEN;
        break;
    case WARP_DARKEN:
        at++;
        if ((at & 3) == 0) set_fade(at >> 2);
        if (at == 18) phase = WARP_ENTER;
        break;
    case WARP_ENTER:
        enter();
        at = 0;
        phase = loaded_set == set_bank ? WARP_PICTURE : WARP_TILES;
        break;
    case WARP_TILES:
        if (tiles_step()) phase = WARP_PICTURE;
        break;
    case WARP_PICTURE:
        if (picture_step()) phase = WARP_LIGHTEN;
        break;
    default:
        at++;
        if ((at & 3) == 0) set_fade(4 - (at >> 2));
        if (at == 17) {
            wPaletteThread_mode = 0;
            wScrollMode = 1;
            w1Link.state = 1;
            wDisabledObjects = 0;
            wDisableLinkCollisionsAndMenu = 0;
        }
        break;
    }
}

/* ---- the rod: the same room in another season ---- */

enum { SEASON_NONE, SEASON_DARKEN, SEASON_TILES, SEASON_PICTURE, SEASON_LIGHTEN };
u8 season_phase;
static u8 season_next;

void season_begin(u8 season) {
    link_stop();
    season_next = season;
    wDisabledObjects = 0x81;
    wDisableLinkCollisionsAndMenu = 1;
    wPaletteThread_mode = 1;
    at = 0;
    season_phase = SEASON_DARKEN;
}

void season_step(void) {
    switch (season_phase) {
    case SEASON_DARKEN:
        at++;
        if ((at & 3) == 0 && at <= 16) set_fade(at >> 2);
        if (at != 18) break;
        wRoomStateModifier = season_next;
        room_set();
        room_load_tables();
        link_active_tile();
        /* where Link came in may be water now; where he stands is not */
        wLinkLocalRespawnY = w1Link.yh;
        wLinkLocalRespawnX = w1Link.xh;
        wLinkLocalRespawnDir = w1Link.direction;
        at = 0;
        season_phase = SEASON_TILES;
        break;
    case SEASON_TILES:
        if (tiles_step()) season_phase = SEASON_PICTURE;
        break;
    case SEASON_PICTURE:
        if (picture_step()) season_phase = SEASON_LIGHTEN;
        break;
    default:
        at++;
        if ((at & 3) == 0) set_fade(4 - (at >> 2));
        if (at != 17) break;
        season_phase = SEASON_NONE;
        wPaletteThread_mode = 0;
        wDisabledObjects = 0;
        wDisableLinkCollisionsAndMenu = 0;
        break;
    }
}
