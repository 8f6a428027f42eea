/* What Link does with the things on A and B. */
#pragma bank 1
#include "game.h"

#define STUMP 0x20
#define SIGN 0xF2

/* ---- the sword and the rod: parent item D200, weapon object D600 ---- */

static const s8 swing_y[4][3] = {{-2, -11, -14}, {-14, -11, 2}, {4, 12, 14}, {-14, -11, 2}};
static const s8 swing_x[4][3] = {{14, 11, -1}, {1, 11, 14}, {-13, -11, 1}, {-1, -11, -14}};
/* how the blade lies: 0 up, 1 up-right, 2 right, 4 down, 5 down-left, 6 left, 7 up-left */
static const u8 swing_pose[4][3] = {{2, 1, 0}, {0, 1, 2}, {6, 5, 4}, {0, 7, 6}};

static void swing_start(u8 item) {
    wipe(&w1ParentItem2);
    wipe(&w1WeaponItem);
    w1ParentItem2.enabled = 3;
    w1ParentItem2.id = item;
    w1ParentItem2.state = 1;
    w1WeaponItem.enabled = 3;
    w1WeaponItem.id = item;
    w1WeaponItem.state = 1;
    w1WeaponItem.direction = w1Link.direction;
    w1WeaponItem.collisionType = 0x84;
    w1WeaponItem.radiusY = w1WeaponItem.radiusX = 6;
    if (item == T_SWORD) w1WeaponItem.damage = -(s8)wSwordLevel;
    w1WeaponItem.counter1 = 0;
    wLinkUsingItem1 = 2;
    wLinkTurningDisabled = 1;
    wLinkImmobilized = 1;
    w1Link.angle = 0xFF;
}

void sword_end(void) {
    w1ParentItem2.enabled = 0;
    w1WeaponItem.enabled = 0;
    w1WeaponItem.visible = 0;
    w1WeaponItem.collisionType = 0;
    wLinkUsingItem1 = 0;
    wLinkTurningDisabled = 0;
    wLinkImmobilized = 0;
}

u8 swing_phase(void) {
    u8 t = w1WeaponItem.counter1;
    return t < 3 ? 0 : t < 6 ? 1 : 2;
}

/* on a stump, or struck against one, the rod turns to the next season that it has learnt */
static void rod_end(void) {
    u8 season = wRoomStateModifier, cell = cell_ahead(w1Link.direction), i;
    if (inside || (wActiveTileIndex != STUMP && (cell == NO_CELL || wRoomLayout[cell] != STUMP))) return;
    for (i = 0; i != 3; i++) {
        season = (season + 1) & 3;
        if (wObtainedSeasons & (u8)(1 << season)) {
            season_begin(season);
            return;
        }
    }
}

static void sign_felled(void) {
    if (wTotalSignsDestroyed != 0xFF) wTotalSignsDestroyed++;
}

void sword_update(void) {
    u8 d = w1Link.direction, ph, y, x, pos, t;
    if (!w1WeaponItem.enabled) return;
    w1WeaponItem.counter1++;
    if (w1WeaponItem.counter1 >= 15) {
        u8 item = w1WeaponItem.id;
        sword_end();
        if (item == T_ROD) rod_end();
        return;
    }
    ph = swing_phase();
    y = w1Link.yh + swing_y[d][ph];
    x = w1Link.xh + swing_x[d][ph];
    w1WeaponItem.visible = 0x80;
    w1WeaponItem.y = (u16)y << 8;
    w1WeaponItem.x = (u16)x << 8;
    if (w1WeaponItem.id != T_SWORD) return;
    sword_hits(y, x);
    if (ph == 0) return;
    orbs_hit(y, x);
    if (y >= wRoomEdgeY || x >= wRoomEdgeX) return;
    pos = (y & 0xF0) | (x >> 4);
    t = wRoomLayout[pos];
    /* what opens a door is no sword */
    if (inside ? t >= 0x70 && t < 0x80 : t == 0xEC) return;
    if (cut_to(t)) {
        u8 cy = (pos & 0xF0) + 8, cx = (pos << 4) + 8;
        room_set_tile(pos, cut_to(t));
        effect_new(inside && t == ORE_LUMP ? 5 : 0, cy, cx);
        if (t == SIGN) sign_felled();
        else if (inside && t == ORE_LUMP) ore_drop(cy, cx);
        else drop(cy, cx, 6);
    }
}

/* the blade, or the rod, around Link; y, x: the corner of the room on the screen */
void item_draw(s16 y, s16 x) {
    u8 pose = swing_pose[w1Link.direction & 3][swing_phase()];
    u8 a = w1WeaponItem.id == T_ROD ? PAL_RED : PAL_STEEL;
    s16 sy = y + (s16)w1WeaponItem.yh, sx = x + (s16)w1WeaponItem.xh;
    if (!w1WeaponItem.visible || w1WeaponItem.yh >= 0xF0) return;
    switch (pose) {
    case 0: sprite8(sy, sx, S_SWORD_UP, a); break;
    case 1: sprite16(sy, sx, S_SWORD_DIAGONAL, a); break;
    case 2: sprite16(sy, sx, S_SWORD_RIGHT, a); break;
    case 4: sprite8(sy, sx, S_SWORD_UP, a | FLIP_Y); break;
    case 5: sprite16(sy, sx, S_SWORD_DIAGONAL, a | FLIP_X | FLIP_Y); break;
    case 6: sprite16(sy, sx, S_SWORD_RIGHT, a | FLIP_X); break;
    default: sprite16(sy, sx, S_SWORD_DIAGONAL, a | FLIP_X); break;
    }
}

/* ---- the other items ---- */

static void jump_start(void) {
    wLinkInAir = 1;
    w1Link.speedZ = -0x1C0;
    w1Link.z = 0;
}

void jump_update(void) {
    if (!wLinkInAir) return;
    wLinkInAir = 2;
    w1Link.z += w1Link.speedZ;
    w1Link.speedZ += 0x1C;
    if (w1Link.zh >= 0) {
        w1Link.z = 0;
        w1Link.speedZ = 0;
        wLinkInAir = 0;
    }
}

/* before Link, where things are laid */
static void lay(u8 item) {
    s8 dy = w1Link.direction == 0 ? -12 : w1Link.direction == 2 ? 12 : 0;
    s8 dx = w1Link.direction == 1 ? 12 : w1Link.direction == 3 ? -12 : 0;
    if (item == T_BOMBS) bomb_drop(w1Link.yh + dy, w1Link.xh + dx);
    else if (wSatchelSelectedSeeds == T_SCENT - T_EMBER) scent_drop(w1Link.yh + dy, w1Link.xh + dx);
    else ember_drop(w1Link.yh + dy, w1Link.xh + dx);
}

void item_use(u8 item) {
    switch (item) {
    case T_SWORD:
    case T_ROD:
        swing_start(item);
        break;
    case T_BRACELET:
        grab_start();
        break;
    case T_FEATHER:
        if (!wLinkInAir) jump_start();
        break;
    case T_BOMBS:
    case T_SATCHEL:
        lay(item);
        break;
    case T_BOOMERANG:
        boomerang_throw();
        break;
    case T_SLINGSHOT:
        seed_shoot();
        break;
    }
}
