/* The foes: how each moves, what hurts it, and the guardian of a dungeon. */
#pragma bank 4
#include "game.h"

/* as in the room files */
enum { OCTOROK, KEESE, ZOL, ROPE, STALFOS, BLADE, GEL, KINDS };
static const u8 kind_id[KINDS] = {E_OCTOROK, E_KEESE, E_ZOL, E_ROPE, E_STALFOS, E_BLADE, E_GEL};
static const s8 kind_health[KINDS] = {2, 1, 2, 2, 3, 0, 1};
static const s8 kind_damage[KINDS] = {-2, -2, -2, -2, -2, -4, -1};
static const u8 kind_radius[KINDS] = {6, 5, 6, 6, 6, 7, 4};

#define WAITS 8
#define MOVES 9
#define LEAPS 10        /* in the air, or in a rush */
#define RETURNS 11

#define BOSS_HEALTH 10

/* ---- coming and going ---- */

static obj_t *free_slot(void) {
    u8 i;
    for (i = 0; i != 16; i++) {
        obj_t *o = ENEMY(i);
        if (o->enabled) continue;
        wipe(o);
        if (top_enemy <= i) top_enemy = i + 1;
        o->visible = 0x80;
        o->direction = 2;
        o->angle = 0x10;
        return o;
    }
    return 0;
}

void enemy_new(u8 kind, u8 y, u8 x, u8 index) BANKED {
    obj_t *o = free_slot();
    if (!o) return;
    o->enabled = 1 | (u8)((index > 6 ? 7 : index) << 4);
    o->id = kind_id[kind];
    o->var03 = kind;
    o->state = WAITS;
    o->yh = o->v34 = y;
    o->xh = o->v35 = x;
    o->counter1 = 20 + (rnd() & 31);
    o->collisionType = 0x80 | o->id;
    o->radiusY = o->radiusX = kind_radius[kind];
    o->damage = kind_damage[kind];
    o->health = kind_health[kind];
    if (kind != BLADE) wNumEnemies++;
}

/* not again once it was beaten */
void boss_new(u8 pos) BANKED {
    obj_t *o;
    if (*room_flags() & 0x80) return;
    o = free_slot();
    if (!o) return;
    o->enabled = 1;
    o->id = E_BOSS;
    o->state = WAITS;
    o->yh = o->v34 = (pos & 0xF0) + 8;
    o->xh = o->v35 = (u8)(pos << 4) + 8;
    o->counter1 = 90;
    o->angle = 0x08;
    o->collisionType = 0xF8;
    o->radiusY = o->radiusX = 14;
    o->damage = -4;
    o->health = BOSS_HEALTH;
    wNumEnemies++;
}

static void remove(obj_t *o) {
    o->enabled = 0;
    o->visible = 0;
    o->collisionType = 0;
}

/* the puff counts the room's foes down when it is gone; without room for one that happens now */
static void puff(u8 y, u8 x) {
    if (!part_new(PART_PUFF, 0, y, x) && wNumEnemies) wNumEnemies--;
}

static void die(obj_t *o) {
    u8 i, y = o->yh, x = o->xh;
    u8 index = (o->enabled >> 4) & 7;
    u8 bit = index > 6 ? 0 : (u8)(1 << index);
    if (wTotalEnemiesKilled < 1000 && o->id != E_ZOL) wTotalEnemiesKilled++;
    if (o->id == E_BOSS) {
        *room_flags() |= 0x80;
        wNumEnemies += 1;       /* each puff counts one down */
        puff(y - 10, x - 10);
        puff(y + 10, x + 10);
        remove(o);
        return;
    }
    if (o->id == E_ZOL) {
        /* two halves go on; the room remembers nothing of it until they are gone */
        remove(o);
        wNumEnemies--;
        enemy_new(GEL, y, x > 12 ? x - 6 : x, index);
        enemy_new(GEL, y, x < (u8)(wRoomEdgeX - 12) ? x + 6 : x, 7);
        effect_new(5, y, x);
        return;
    }
    puff(y, x);
    remove(o);
    for (i = 0; i != 16; i += 2)
        if (wEnemiesKilledList[i] == wActiveRoom) wEnemiesKilledList[i + 1] |= bit;
}

/* ---- moving ---- */

static u8 solid(u8 y, u8 x) {
    u8 v;
    if (y >= wRoomEdgeY || x >= wRoomEdgeX) return 1;
    v = wRoomCollisions[(y & 0xF0) | (x >> 4)];
    if (v == 0) return 0;
    if (v >= 0x10) return 1;
    return solid_at(y, x);
}

/* 1: it went; 0: something is in the way */
static u8 step(obj_t *o, u8 angle, u16 speed) {
    u8 y = o->yh, x = o->xh, r = o->radiusX;
    switch (angle) {
    case 0x00:
        if (y < (u8)(r + 4) || solid(y - r - 2, x - r) || solid(y - r - 2, x + r - 1)) return 0;
        o->y -= speed;
        return 1;
    case 0x10:
        if (y > (u8)(wRoomEdgeY - r - 4) || solid(y + r + 2, x - r) || solid(y + r + 2, x + r - 1)) return 0;
        o->y += speed;
        return 1;
    case 0x08:
        if (x > (u8)(wRoomEdgeX - r - 4) || solid(y - r, x + r + 2) || solid(y + r - 1, x + r + 2)) return 0;
        o->x += speed;
        return 1;
    default:
        if (x < (u8)(r + 4) || solid(y - r, x - r - 2) || solid(y + r - 1, x - r - 2)) return 0;
        o->x -= speed;
        return 1;
    }
}

static void turn(obj_t *o, u8 angle) {
    o->angle = angle;
    o->direction = angle >> 3;
}

static u8 towards_link(obj_t *o) {
    return way(o->yh, o->xh, w1Link.yh, w1Link.xh);
}

/* a hop of so many steps; 1 when it lands */
static u8 hop(obj_t *o, u16 speed) {
    o->z += o->speedZ;
    o->speedZ += 0x20;
    step(o, o->angle, speed);
    if (o->zh < 0) return 0;
    o->z = 0;
    o->speedZ = 0;
    return 1;
}

static void leap(obj_t *o, u8 angle, s16 up) {
    o->angle = angle;
    o->speedZ = up;
    o->z = 0;
    o->state = LEAPS;
}

/* ---- each kind ---- */

/* walks about; before it goes on, it may spit at who stands in line */
static void octorok(obj_t *o) {
    obj_t *p;
    u8 r;
    if (o->counter1) {
        o->counter1--;
        if (o->state == MOVES && !step(o, o->angle, 0x80)) o->counter1 = 0;
        return;
    }
    r = rnd();
    if (o->state == MOVES && (r & 3) == 0) {
        o->state = WAITS;
        o->counter1 = 16 + (r >> 3);
        if (!(r & 4) || (!near8(o->yh, w1Link.yh, 12) && !near8(o->xh, w1Link.xh, 12))) return;
        turn(o, towards_link(o));
        p = part_new(PART_ROCK, 0, o->yh, o->xh);
        if (!p) return;
        p->counter1 = 90;
        p->damage = -2;
        p->collisionType = 0x80;
        if (o->angle & 8) *(s16 *)&p->speed12 = o->angle == 8 ? 0x180 : -0x180;
        else *(s16 *)&p->speed = o->angle ? 0x180 : -0x180;
        return;
    }
    o->state = MOVES;
    r = rnd();
    turn(o, (r & 3) << 3);
    o->counter1 = 24 + (r >> 2);
}

/* flutters over everything, in eight directions, and rests */
static void keese(obj_t *o) {
    u8 r;
    if (!o->counter1) {
        r = rnd();
        if (o->state == MOVES && (r & 3) == 0) {
            o->state = WAITS;
            o->counter1 = 30 + (r >> 3);
            return;
        }
        o->state = MOVES;
        o->v30 = r & 7;
        o->counter1 = 12 + (r >> 3);
        return;
    }
    o->counter1--;
    if (o->state != MOVES) return;
    r = o->v30;
    if (r >= 1 && r <= 3) { if (o->xh < (u8)(wRoomEdgeX - 10)) o->x += 0xC0; else o->counter1 = 0; }
    if (r >= 5) { if (o->xh > 10) o->x -= 0xC0; else o->counter1 = 0; }
    if (r <= 1 || r == 7) { if (o->yh > 10) o->y -= 0xC0; else o->counter1 = 0; }
    if (r >= 3 && r <= 5) { if (o->yh < (u8)(wRoomEdgeY - 10)) o->y += 0xC0; else o->counter1 = 0; }
}

/* waits, then hops at Link; a gel does so more often */
static void zol(obj_t *o) {
    if (o->state == LEAPS) {
        if (hop(o, 0xC0)) {
            o->state = WAITS;
            o->counter1 = (o->id == E_GEL ? 20 : 44) + (rnd() & 31);
        }
        return;
    }
    if (o->counter1) {
        o->counter1--;
        return;
    }
    leap(o, (rnd() & 3) ? towards_link(o) : (rnd() & 3) << 3, -0x1A0);
}

/* crawls, and shoots forward when somebody is in line with it */
static void rope(obj_t *o) {
    u8 r, a;
    if (o->state == LEAPS) {
        if (o->counter1 && step(o, o->angle, 0x180)) {
            o->counter1--;
            return;
        }
        o->state = WAITS;
        o->counter1 = 40;
        return;
    }
    if (o->state == MOVES && (near8(o->yh, w1Link.yh, 7) || near8(o->xh, w1Link.xh, 7))) {
        a = towards_link(o);
        turn(o, a);
        o->state = LEAPS;
        o->counter1 = 70;
        return;
    }
    if (o->counter1) {
        o->counter1--;
        if (o->state == MOVES && !step(o, o->angle, 0x60)) o->counter1 = 0;
        return;
    }
    r = rnd();
    o->state = MOVES;
    turn(o, (r & 3) << 3);
    o->counter1 = 30 + (r >> 2);
}

/* walks, and jumps away from a swing close by */
static void stalfos(obj_t *o) {
    u8 r;
    if (o->state == LEAPS) {
        if (hop(o, 0x140)) {
            o->state = WAITS;
            o->counter1 = 24;
        }
        return;
    }
    if (o->counter2) o->counter2--;
    if (w1WeaponItem.enabled && !o->counter2 && near8(o->yh, w1Link.yh, 36) && near8(o->xh, w1Link.xh, 36)) {
        o->counter2 = 120;      /* not every time, or nobody could hit it */
        leap(o, towards_link(o) ^ 0x10, -0x200);
        return;
    }
    if (o->counter1) {
        o->counter1--;
        if (o->state == MOVES && !step(o, o->angle, 0x90)) o->counter1 = 0;
        return;
    }
    r = rnd();
    o->state = MOVES;
    turn(o, (r & 4) ? towards_link(o) : (r & 3) << 3);
    o->counter1 = 20 + (r >> 3);
}

/* lies in wait; rushes at who crosses its row or column, and crawls back */
static void blade(obj_t *o) {
    switch (o->state) {
    case WAITS:
        if (o->counter1) {
            o->counter1--;
        } else if (near8(o->yh, w1Link.yh, 12) || near8(o->xh, w1Link.xh, 12)) {
            o->angle = near8(o->yh, w1Link.yh, 12) ? (o->xh < w1Link.xh ? 0x08 : 0x18) : (o->yh < w1Link.yh ? 0x10 : 0x00);
            o->state = LEAPS;
            o->counter1 = 100;
        }
        break;
    case LEAPS:
        if (--o->counter1 && step(o, o->angle, 0x200)) break;
        o->state = RETURNS;
        o->angle ^= 0x10;
        break;
    default:
        if ((near8(o->yh, o->v34, 1) && near8(o->xh, o->v35, 1)) || !step(o, o->angle, 0x80)) {
            o->state = WAITS;
            o->counter1 = 30;
        }
        break;
    }
}

/* ---- the guardian ---- */

/* a thorn that flies so many pixels down and across in 64 steps */
static void thorn(obj_t *o, s16 dy, s16 dx) {
    obj_t *p = part_new(PART_FIRE, 0, o->yh + 6, o->xh);
    if (!p) return;
    p->counter1 = 120;
    p->damage = -2;
    p->collisionType = 0x80;
    *(s16 *)&p->speed = dy << 2;
    *(s16 *)&p->speed12 = dx << 2;
}

static void volley(obj_t *o) {
    s16 dy = (s16)w1Link.yh - o->yh, dx = (s16)w1Link.xh - o->xh;
    u16 far = (dy < 0 ? -dy : dy) + (dx < 0 ? -dx : dx);
    if (far < 24) {
        thorn(o, 72, 0);
        return;
    }
    /* the same pace wherever Link is */
    dy = dy * 80 / (s16)far;
    dx = dx * 80 / (s16)far;
    thorn(o, dy, dx);
    thorn(o, dy - (dx >> 1), dx + (dy >> 1));
    thorn(o, dy + (dx >> 1), dx - (dy >> 1));
}

/* to and fro along its row; a volley; now and then a charge, and back */
static void boss(obj_t *o) {
    u8 angry = o->health <= BOSS_HEALTH / 2;
    switch (o->state) {
    case MOVES:
        if (!step(o, o->angle, angry ? 0xA0 : 0x70)) o->angle ^= 0x10;
        if (--o->counter1) break;
        o->state = WAITS;
        o->counter1 = 40;
        break;
    case LEAPS:
        if (--o->counter1 && step(o, o->angle, angry ? 0x1C0 : 0x160)) break;
        o->state = RETURNS;
        o->counter1 = 160;
        break;
    case RETURNS:
        if (--o->counter1 && !near8(o->yh, o->v34, 2) && step(o, o->yh < o->v34 ? 0x10 : 0x00, 0x80)) break;
        o->state = MOVES;
        o->angle = (rnd() & 1) ? 0x08 : 0x18;
        o->counter1 = 60 + (rnd() & 63);
        break;
    default:
        o->counter1--;
        if (o->counter1 == 16) volley(o);
        if (o->counter1) break;
        if (near8(o->xh, w1Link.xh, 20) && w1Link.yh > o->yh) {
            o->state = LEAPS;
            o->angle = 0x10;
            o->counter1 = 80;
        } else {
            o->state = MOVES;
            o->angle = o->xh < w1Link.xh ? 0x08 : 0x18;
            o->counter1 = 40 + (rnd() & 31);
        }
        break;
    }
}

/* ---- all of them ---- */

static void touch(obj_t *o) {
    u8 a, r = o->radiusX + 5;
    if (w1Link.invincibility || w1Link.state != 1 || !near8(o->yh, w1Link.yh, r) || !near8(o->xh, w1Link.xh, r)) return;
    if (o->zh < -10 || (wLinkInAir && w1Link.zh < -6 && o->id != E_BOSS)) return;
    a = way(w1Link.yh, w1Link.xh, o->yh, o->xh);
    o->lastCollision = 0x80;
    if (wUsingShield && a >> 3 == w1Link.direction && o->id != E_BOSS && o->id != E_BLADE) {
        o->lastCollision = 0x81;
        o->knockAngle = a;
        o->knockCounter = 6;
    } else {
        link_hurt((u8)-o->damage, a ^ 0x10);
    }
}

static void update(obj_t *o) {
    if (o->invincibility) o->invincibility--;
    if (o->knockCounter) {
        o->knockCounter--;
        if (o->id == E_KEESE) return;
        step(o, o->knockAngle, 0x1FE);
        return;
    }
    if (o->health <= 0 && o->id != E_BLADE) {
        die(o);
        return;
    }
    o->animCounter++;
    switch (o->id) {
    case E_OCTOROK: octorok(o); break;
    case E_KEESE: keese(o); break;
    case E_ZOL:
    case E_GEL: zol(o); break;
    case E_ROPE: rope(o); break;
    case E_STALFOS: stalfos(o); break;
    case E_BLADE: blade(o); break;
    default: boss(o); break;
    }
    touch(o);
}

void enemies_update(void) BANKED {
    u8 i;
    for (i = 0; i != top_enemy; i++) {
        obj_t *o = ENEMY(i);
        if ((o->enabled & 3) == 1) update(o);
    }
}

static void hit(obj_t *o, u8 damage, u8 by, u8 from_y, u8 from_x) {
    if ((o->enabled & 3) != 1 || !(o->collisionType & 0x80) || o->invincibility || o->knockCounter) return;
    o->lastCollision = by;
    if (o->id == E_BLADE || o->zh < -10) return;
    o->health -= (s8)damage;
    if (o->health < 0) o->health = 0;
    o->invincibility = 0x18;
    if (o->id == E_BOSS) return;
    o->knockAngle = way(from_y, from_x, o->yh, o->xh);
    o->knockCounter = 8;
    if (o->state == LEAPS) {
        o->state = WAITS;
        o->counter1 = 20;
    }
    o->z = 0;
}

void sword_hits(u8 y, u8 x) BANKED {
    u8 i;
    for (i = 0; i != top_enemy; i++) {
        obj_t *o = ENEMY(i);
        u8 r = o->radiusX + 7;
        if (!o->enabled || !near8(o->yh, y, r) || !near8(o->xh, x, r)) continue;
        hit(o, wSwordLevel, 0x84, w1Link.yh, w1Link.xh);
    }
}

/* whatever is near a thing that burns or goes off */
u8 burst_hits(obj_t *by, u8 radius, u8 damage) BANKED {
    u8 i, near = 0;
    for (i = 0; i != top_enemy; i++) {
        obj_t *o = ENEMY(i);
        if (!o->enabled || !near8(o->yh, by->yh, radius) || !near8(o->xh, by->xh, radius)) continue;
        hit(o, damage, 0x83, by->yh, by->xh);
        near = 1;
    }
    return near;
}

/* ---- drawing ---- */

static s16 at_y, at_x;

static void place(obj_t *o) {
    u8 old = (o->enabled & 3) == 2;
    at_y = (old ? old_oy : scroll_oy) + 16 + o->yh + o->zh;
    at_x = (old ? old_ox : scroll_ox) + o->xh;
}

static void boss_draw(obj_t *o) {
    u8 a = (o->invincibility & 2) ? PAL_HURT : PAL_BURR;
    u8 jaw = o->state == WAITS && o->counter1 < 40 ? S_BOSS_OPEN : S_BOSS_LOW;
    a |= SBANK1;
    sprite16(at_y - 8, at_x - 8, S_BOSS, a);
    sprite16(at_y - 8, at_x + 8, S_BOSS, a | FLIP_X);
    sprite16(at_y + 8, at_x - 8, jaw, a);
    sprite16(at_y + 8, at_x + 8, jaw, a | FLIP_X);
}

static const u8 look[KINDS][2] = {
    {S_BURR, S_BURR2}, {S_KEESE, S_KEESE2}, {S_ZOL, S_ZOL2}, {S_ROPE, S_ROPE2},
    {S_STALFOS, S_STALFOS2}, {S_BLADE, S_BLADE}, {S_GEL, S_GEL}};
static const u8 colour[KINDS] = {PAL_BURR, PAL_BLUE, PAL_GREEN, PAL_RED, PAL_STEEL, PAL_STEEL, PAL_GREEN};

void enemies_draw(u8 front) BANKED {
    u8 i, t, a;
    for (i = 0; i != top_enemy; i++) {
        obj_t *o = ENEMY(i);
        if (!o->enabled || !o->visible || (o->yh > w1Link.yh) != front) continue;
        place(o);
        if (o->id == E_BOSS) {
            boss_draw(o);
            continue;
        }
        a = (o->invincibility & 2) ? PAL_HURT : colour[o->var03];
        t = look[o->var03][o->state != WAITS && (o->animCounter & 8)];
        if (o->zh) sprite8((s16)(at_y - o->zh) + 5, at_x, S_SHADOW, PAL_STEEL);
        if (o->id == E_GEL) {
            sprite8(at_y, at_x, t, a | SBANK1);
            continue;
        }
        if (o->direction == 3) a |= FLIP_X;
        sprite16(at_y, at_x, t, a | SBANK1);
    }
}
