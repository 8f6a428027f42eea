/* The hero (w1Link, as every observer knows the slot). */
#pragma bank 1
#include "game.h"

static const u8 key_angle[16] = {
    0xFF, 0x08, 0x18, 0xFF, 0x00, 0x04, 0x1C, 0x00,
    0x10, 0x0C, 0x14, 0x10, 0xFF, 0x08, 0x18, 0xFF};
#define KEYHOLE 0xEC
#define VINE 0x04

static u8 walls(void) {
    u8 y = w1Link.yh, x = w1Link.xh, b = 0;
    /* mostly he stands in the open: the four cells around him tell */
    u8 up = (y - 3) & 0xF0, down = (y + 7) & 0xF0, left = (u8)(x - 5) >> 4, right = (u8)(x + 4) >> 4;
    if (!(wRoomCollisions[up | left] | wRoomCollisions[up | right] |
          wRoomCollisions[down | left] | wRoomCollisions[down | right])) return 0;
    if (solid_at(y - 3, x - 3)) b |= 0x80;
    if (solid_at(y - 3, x + 2)) b |= 0x40;
    if (solid_at(y + 7, x - 3)) b |= 0x20;
    if (solid_at(y + 7, x + 2)) b |= 0x10;
    if (solid_at(y, x - 5)) b |= 0x08;
    if (solid_at(y + 5, x - 5)) b |= 0x04;
    if (solid_at(y, x + 4)) b |= 0x02;
    if (solid_at(y + 5, x + 4)) b |= 0x01;
    return b;
}

void link_active_tile(void) BANKED {
    u8 pos = ((w1Link.yh + 5) & 0xF0) | (w1Link.xh >> 4);
    u8 t;
    if (pos != wActiveTilePos) wStandingOnTileCounter = 0;
    else if (wStandingOnTileCounter != 0xFF) wStandingOnTileCounter++;
    wActiveTilePos = pos;
    if ((pos & 15) >= room_cols || (pos >> 4) >= room_rows) return;
    if (pos != wEnteredWarpPosition) wEnteredWarpPosition = 0xFF;
    t = wRoomLayout[pos];
    wActiveTileIndex = t;
    wLastActiveTileType = wActiveTileType;
    wActiveTileType = type_of(t);
    swim_look();
}

void link_init(u8 y, u8 x, u8 dir) BANKED {
    u8 *p = (u8 *)&w1Link;
    u8 i;
    for (i = 0; i != 64; i++) p[i] = 0;
    w1Link.enabled = 3;
    w1Link.state = 1;
    w1Link.direction = dir;
    w1Link.angle = 0xFF;
    w1Link.yh = y;
    w1Link.xh = x;
    w1Link.visible = 0xC0;
    w1Link.collisionType = 0x80;
    w1Link.radiusY = w1Link.radiusX = 6;
    w1Link.health = 1;
    wLinkAngle = 0xFF;
    wLinkObjectIndex = 0xD0;
    wLinkSwimmingState = 0;
    wLinkPushingDirection = 0xFF;
    wPushingAgainstTileCounter = 20;
    wLinkLocalRespawnY = y;
    wLinkLocalRespawnX = x;
    wLinkLocalRespawnDir = dir;
    w1Link.walls = 0;
}

void link_set_down(void) BANKED {
    link_active_tile();
    wEnteredWarpPosition = room_thing(THING_WARP, wActiveTilePos) ? wActiveTilePos : 0xFF;
}

static void add_y(s16 d) { w1Link.y += d; }
static void add_x(s16 d) { w1Link.x += d; }

/* one step along the angle; walls stop it, corners are slid around */
static void step(u8 angle, u8 slide) {
    u8 b = walls();
    u8 diagonal = angle & 4;
    s16 s = diagonal ? 0x00B5 : 0x0100;
    u8 moved = 0;
    w1Link.walls = b;
    if (angle == 0xFF) return;
    if ((angle < 0x08 || angle > 0x18) && !npc_blocks(0x00)) {          /* up */
        if (!(b & 0xC0)) { add_y(-s); moved = 1; }
        else if (!diagonal && slide) {
            if ((b & 0xC0) == 0x80 && !(b & 0x03)) add_x(s);
            if ((b & 0xC0) == 0x40 && !(b & 0x0C)) add_x(-s);
        }
    }
    if (angle > 0x08 && angle < 0x18 && !npc_blocks(0x10)) {            /* down */
        if (!(b & 0x30)) { add_y(s); moved = 1; }
        else if (!diagonal && slide) {
            if ((b & 0x30) == 0x20 && !(b & 0x03)) add_x(s);
            if ((b & 0x30) == 0x10 && !(b & 0x0C)) add_x(-s);
        }
    }
    if (moved && diagonal) b = walls();
    if (angle > 0x00 && angle < 0x10 && !npc_blocks(0x08)) {            /* right */
        if (!(b & 0x03)) add_x(s);
        else if (!diagonal && slide) {
            if ((b & 0x03) == 0x02 && !(b & 0x30)) add_y(s);
            if ((b & 0x03) == 0x01 && !(b & 0xC0)) add_y(-s);
        }
    }
    if (angle > 0x10 && angle != 0xFF && !npc_blocks(0x18)) {           /* left */
        if (!(b & 0x0C)) add_x(-s);
        else if (!diagonal && slide) {
            if ((b & 0x0C) == 0x08 && !(b & 0x30)) add_y(s);
            if ((b & 0x0C) == 0x04 && !(b & 0xC0)) add_y(-s);
        }
    }
    w1Link.walls = walls();
}

static void face(u8 angle) {
    if (angle == 0xFF || wLinkTurningDisabled) return;
    if (angle & 4) {
        /* a diagonal keeps the facing if it is one of the two */
        u8 a = (angle >> 3) & 3, c = (a + 1) & 3;
        if (w1Link.direction == a || w1Link.direction == c) return;
        w1Link.direction = (a & 1) ? c : a;
        return;
    }
    w1Link.direction = angle >> 3;
}

static void edges(void) {
    u8 dir;
    u8 a = w1Link.knockCounter || wLinkInAir ? 0xFF : w1Link.angle;
    if (a == 0xFF) {
        /* pushed, or in the air: stay inside */
        if (w1Link.xh > wScreenTransitionBoundaryX) w1Link.x = (u16)wScreenTransitionBoundaryX << 8;
        if (w1Link.xh < 6) w1Link.x = 0x0600;
        if (w1Link.yh > wScreenTransitionBoundaryY) w1Link.y = (u16)wScreenTransitionBoundaryY << 8;
        if (w1Link.yh < 6) w1Link.y = 0x0600;
        return;
    }
    if (w1Link.xh > wScreenTransitionBoundaryX) dir = 1;
    else if (w1Link.xh <= 5) dir = 3;
    else if (w1Link.yh > wScreenTransitionBoundaryY) dir = 2;
    else if (w1Link.yh <= 5) dir = 0;
    else return;
    if (wDisableScreenTransitions || !neighbour(dir)) {
        /* the way out of a house leads over its doormat */
        const u8 *o = room_thing(THING_WARP, wActiveTilePos);
        if (dir == 1) w1Link.x = (u16)wScreenTransitionBoundaryX << 8;
        else if (dir == 3) w1Link.x = 0x0600;
        else if (dir == 2) w1Link.y = (u16)wScreenTransitionBoundaryY << 8;
        else w1Link.y = 0x0600;
        if (o && !wDisableWarpTiles) warp_begin(o);
        return;
    }
    wScrollMode = 0x04;
    wScreenTransitionState = 3;
    wScreenTransitionDirection = dir;
}

/* ---- A: talk, read, or else use the item ---- */

/* whoever listens near a point */
static u8 call(u8 y, u8 x) {
    u8 i;
    for (i = 0; i != 32; i += 2) {
        obj_t *o;
        if (!wAButtonSensitiveObjectList[i]) continue;
        o = (obj_t *)(((u16)wAButtonSensitiveObjectList[i] << 8) + 0x40);
        if (near8(o->yh, y, 10) && near8(o->xh, x, 10)) {
            o->pressedA = 1;
            return 1;
        }
    }
    return 0;
}

static u8 try_talk(void) {
    u8 d = w1Link.direction;
    u8 y = w1Link.yh, x = w1Link.xh;
    if (d == 0) y -= 10; else if (d == 2) y += 11;
    else if (d == 1) x += 12; else x -= 12;
    if (call(y, x)) return 1;
    if (wInShop && d == 0 && call(y - 16, x)) return 1;     /* across the counter */
    if (!inside && gasha_touch((y & 0xF0) | (x >> 4))) return 1;
    if (d == 0) {
        u8 pos = ((w1Link.yh - 5) & 0xF0) | (w1Link.xh >> 4);
        const u8 *o;
        o = wRoomLayout[pos] == 0xF2 ? room_thing(THING_SIGN, pos) : 0;
        if (o) {
            text_open(o[3]);
            return 1;
        }
        o = wRoomLayout[pos] == 0xF1 ? room_thing(THING_CHEST, pos) : 0;
        if (o) {
            chest_open(o);
            return 1;
        }
        o = inside && wRoomLayout[pos] == SOCKET ? room_thing(THING_SOCKET, pos) : 0;
        if (o) {
            jewel_fit(o);
            return 1;
        }
    }
    return 0;
}

void link_stop(void) BANKED {
    sword_end();
    let_go();
    wLinkSwimmingState &= ~DIVING;
    wUsingShield = 0;
    wLinkInAir = 0;
    w1Link.z = 0;
    w1Link.speedZ = 0;
    w1Link.angle = 0xFF;
    w1Link.knockCounter = 0;
    wLinkPushingDirection = 0xFF;
    wPushingAgainstTileCounter = 20;
}

/* the cell that Link leans on when he faces that way */
u8 cell_ahead(u8 direction) {
    u8 y = w1Link.yh, x = w1Link.xh;
    switch (direction) {
    case 0: y -= 8; break;
    case 1: x += 10; y += 2; break;
    case 2: y += 12; break;
    default: x -= 11; y += 2; break;
    }
    return y < wRoomEdgeY && x < wRoomEdgeX ? (y & 0xF0) | x >> 4 : NO_CELL;
}

/* ---- pushing blocks and doors: 20 frames straight against the thing ---- */

static void push_update(void) {
    static const u8 need[4] = {0xC0, 0x03, 0x30, 0x0C};
    u8 d, t, pos, a = w1Link.angle;
    d = a >> 3;
    if (a == 0xFF || (a & 7) || wLinkInAir || wLinkGrabState || (w1Link.walls & need[d]) != need[d]) goto none;
    pos = cell_ahead(d);
    if (pos == NO_CELL) goto none;
    t = wRoomLayout[pos];
    if (t == KEYHOLE && !inside) {
        if (!owns(T_GNARLED_KEY)) goto none;
    } else if (!push_to(t) && !(inside && t >= 0x70 && t < 0x78)) {
        goto none;
    }
    if (t >= 0x18 && t < 0x1C && (t & 3) != d) goto none;
    if (t >= 0x70 && t < 0x78 && (t & 3) != d) goto none;
    wLinkPushingDirection = d;
    if (--wPushingAgainstTileCounter) return;
    wPushingAgainstTileCounter = 20;
    if (t == KEYHOLE) {
        *room_flags() |= 0x80;
        room_set_tile(pos, cut_to(t));
        effect_new(KEY_SPRITE, (pos & 0xF0) + 8, (u8)(pos << 4) + 8);
    } else if (t < 0x70) {
        block_push(pos, a);
    } else if (wDungeonIndex < 12) {
        u8 *keys = wDungeonSmallKeys + wDungeonIndex;
        if (t < 0x74) {
            if (!*keys) return;
            --*keys;
        } else if (!(wDungeonBossKeys[wDungeonIndex >> 3] & (u8)(1 << (wDungeonIndex & 7)))) {
            return;
        }
        room_set_flag(d);
        room_set_tile(pos, cut_to(t));
        effect_new(0x17 + (t >= 0x74), (pos & 0xF0) + 8, (u8)(pos << 4) + 8);
    }
    return;
none:
    wLinkPushingDirection = 0xFF;
    wPushingAgainstTileCounter = 20;
}

void link_hurt(u8 quarters, u8 angle) BANKED {
    if (w1Link.invincibility || w1Link.state != 1 || wLinkDeathTrigger || wDisabledObjects) return;
    if (wLinkSwimmingState & DIVING) return;
    sword_end();
    if (wActiveRing == RING_BARK) quarters = (quarters + 1) >> 1;
    drop_carried();
    w1Link.damage = -(s8)quarters;
    if (wLinkHealth > quarters) wLinkHealth -= quarters;
    else wLinkHealth = 0;
    w1Link.invincibility = 0x22;
    w1Link.knockAngle = angle;
    w1Link.knockCounter = 0x0B;
}

static u8 drowned;      /* else he fell */

static void drown_begin(u8 effect) {
    link_stop();
    w1Link.state = 2;
    w1Link.substate = 0;
    w1Link.counter1 = 40;
    w1Link.angle = 0xFF;
    w1Link.knockCounter = 0;
    w1Link.collisionType = 0;
    drowned = effect == 3;
    if (effect == 3) effect_new(3, w1Link.yh + 2, w1Link.xh);
}

static void drown_update(void) {
    w1Link.counter1--;
    if (w1Link.counter1 == 24) w1Link.visible = 0;
    if (w1Link.counter1) return;
    w1Link.y = (u16)wLinkLocalRespawnY << 8;
    w1Link.x = (u16)wLinkLocalRespawnX << 8;
    w1Link.direction = wLinkLocalRespawnDir;
    w1Link.visible = 0xC0;
    w1Link.collisionType = 0x80;
    w1Link.state = 1;
    if (wLinkHealth > 2) wLinkHealth -= 2;
    else wLinkHealth = 0;
    w1Link.invincibility = 0x3C;
    link_set_down();
}

/* the last dance: spins, lies down, then the game is over */
void link_dying(void) BANKED {
    static const u8 spin[4] = {1, 2, 3, 0};
    w1Link.counter1++;
    if (w1Link.counter1 < 48) {
        if ((w1Link.counter1 & 3) == 0)
            w1Link.direction = spin[w1Link.direction & 3];
    } else {
        w1Link.substate = 1;
        w1Link.direction = 2;
        if (w1Link.counter1 == 96) gameover_begin();
    }
}

void link_update(void) BANKED {
    u8 keys;
    if (w1Link.invincibility) w1Link.invincibility--;
    if (wLinkForceState) {
        w1Link.state = wLinkForceState;
        wLinkForceState = 0;
    }
    if (w1Link.state == 4 || (wDisabledObjects & 0x81)) {
        w1Link.angle = 0xFF;
        wLinkAngle = 0xFF;
        return;
    }
    if (w1Link.state == 2) {
        drown_update();
        return;
    }
    if (wLinkHealth == 0 && w1Link.knockCounter == 0) {
        wLinkDeathTrigger = 0xFF;
        link_stop();
        w1Link.state = 3;
        w1Link.substate = 0;
        w1Link.counter1 = 0;
        w1Link.angle = 0xFF;
        wLinkAngle = 0xFF;
        w1Link.collisionType = 0;
        w1Link.invincibility = 0;
        wGameKeysPressed = wGameKeysJustPressed = 0;
        return;
    }
    keys = wKeysPressed;
    wGameKeysPressed = keys;
    wGameKeysJustPressed = wKeysJustPressed;
    wLinkAngle = key_angle[keys >> 4];
    if (w1Link.knockCounter) {
        w1Link.knockCounter--;
        w1Link.angle = 0xFF;
        step(w1Link.knockAngle, 0);
        step(w1Link.knockAngle, 0);
    } else if (wLinkImmobilized || grab_update()) {
        w1Link.angle = 0xFF;
    } else {
        w1Link.angle = wLinkAngle;
        wLinkClimbingVine = wActiveTileType == VINE && !wLinkInAir;
        if (wLinkClimbingVine) w1Link.direction = 0;
        else face(wLinkAngle);
        if (wLinkAngle != 0xFF) w1Link.animCounter++;
        else w1Link.animCounter = 0;
        if (!(wLinkClimbingVine || wLinkSwimmingState) || (wFrameCounter & 1)) step(wLinkAngle, 1);
    }
    jump_update();
    swim_update();
    push_update();
    wUsingShield = 0;
    if (!w1WeaponItem.enabled && !wLinkGrabState && !wLinkSwimmingState &&
        (((keys & K_A) && wInventoryA == T_SHIELD) || ((keys & K_B) && wInventoryB == T_SHIELD)))
        wUsingShield = wShieldLevel;
    sword_update();
    if (season_phase) return;
    edges();
    if (wScrollMode != 1) {
        wUsingShield = 0;
        if (w1WeaponItem.enabled) sword_end();
        let_go();
        return;
    }
    link_active_tile();
    if (!wLinkInAir) {
        if ((wActiveTileType == WATER && !wLinkSwimmingState) || wActiveTileType == HOLE) {
            drown_begin(wActiveTileType == WATER ? 3 : 0x0F);
            return;
        }
        if (!wDisableWarpTiles && wEnteredWarpPosition != wActiveTilePos && !w1Link.knockCounter) {
            const u8 *o = room_thing(THING_WARP, wActiveTilePos);
            if (o) {
                warp_begin(o);
                return;
            }
        }
    }
    if (wGameKeysJustPressed & (K_A | K_B)) {
        if (wLinkSwimmingState) {
            dive();
        } else if (wLinkGrabState) {
            if (wLinkGrabState == HOLDING && !w1Link.knockCounter) throw_carried();
        } else if (!wLinkImmobilized && !w1Link.knockCounter) {
            if ((wGameKeysJustPressed & K_A) && try_talk()) {
                w1Link.angle = 0xFF;
                return;
            }
            if (wGameKeysJustPressed & K_A) item_use(wInventoryA);
            if ((wGameKeysJustPressed & K_B) && !wLinkImmobilized) item_use(wInventoryB);
        }
    }
}

void link_draw(void) BANKED {
    static const u8 walk[4] = {S_HERO_UP, S_HERO_RIGHT, S_HERO_DOWN, S_HERO_RIGHT};
    static const u8 carry[4] = {S_HERO_CARRY_UP, S_HERO_CARRY_RIGHT, S_HERO_CARRY_DOWN, S_HERO_CARRY_RIGHT};
    static const u8 swing[4] = {S_HERO_SWING_UP, S_HERO_SWING_RIGHT, S_HERO_SWING_DOWN, S_HERO_SWING_RIGHT};
    u8 d = w1Link.direction & 3;
    u8 tile, attr = PAL_HERO;
    s16 y, x;
    if (!w1Link.visible) return;
    if (w1Link.invincibility & 2) attr = PAL_HURT;
    /* positions wrap at 256 while the hero is carried over the edge */
    y = (s16)(u8)(w1Link.yh + (u8)scroll_oy) + 16;
    x = (s16)(u8)(w1Link.xh + (u8)scroll_ox);
    if (x > 200) x -= 256;
    if (y > 220) y -= 256;
    if (w1Link.state == 4) {
        hero16(y, x, S_HERO_HOLD, attr);
        return;
    }
    if (wLinkSwimmingState && w1Link.state != 3) {
        swim_draw(y, x, attr);
        return;
    }
    if (wLinkInAir) {
        sprite8(y + 5, x, S_SHADOW, PAL_STEEL);
        y += w1Link.zh;
    }
    if (w1Link.state == 3 && w1Link.substate) {
        hero16(y, x, S_HERO_DOWN_ASLEEP, attr);
        return;
    }
    if (w1WeaponItem.enabled) {
        item_draw(scroll_oy + 16, scroll_ox);
        tile = swing[d];
        if (d == 3) attr |= FLIP_X;
    } else {
        u8 carries = wLinkGrabState & 0x80;
        tile = carries ? carry[d] : walk[d];
        if (d == 3) attr |= FLIP_X;
        if (w1Link.animCounter & 8) {
            if (d & 1) tile = carries ? S_HERO_CARRY_RIGHT2 : S_HERO_RIGHT2;
            else attr |= FLIP_X;
        }
    }
    if (w1Link.state == 2) {
        /* down a hole, ever smaller; under water, gone at once */
        if (drowned) {
            if (w1Link.counter1 < 34) return;
        } else if (w1Link.counter1 < 34) {
            if (w1Link.counter1 > 24) hero16(y, x, S_HERO_FALL, attr);
            return;
        }
    }
    hero16(y, x, tile, attr);
    if (wUsingShield) {
        if (d == 2) sprite8(y + 2, x - 3, S_SHIELD, PAL_RED | SBANK1);
        else if (d & 1) sprite8(y + 2, d == 1 ? x + 6 : x - 6, S_SHIELD, PAL_RED | SBANK1);
    }
}
