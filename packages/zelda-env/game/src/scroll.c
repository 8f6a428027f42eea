/* The camera of large rooms, and the scroll from one room to the next. */
#include "game.h"

/* where the room's corner stands on the screen: minus the camera, when at rest */
s16 scroll_oy, scroll_ox, old_oy, old_ox;
static u8 scroll_at, scroll_end, strip;

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

void camera_use(void) {
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
    if (inside && wRoomLayout[pos] >= 0x70 && wRoomLayout[pos] < 0x7C) {
        wRoomLayout[pos] = cut_to(wRoomLayout[pos]);
        wRoomCollisions[pos] = 0;
    }
}

/* the step after the edge was touched: the next room takes over in RAM */
void scroll_begin(void) {
    u8 dir = wScreenTransitionDirection & 3;
    s16 w = wRoomEdgeX, h = wRoomEdgeY;
    neighbour(dir);
    if (next_fades()) {
        cross_begin();
        return;
    }
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
