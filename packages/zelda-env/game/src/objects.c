/* Villagers (interactions), enemies, parts and short effects. */
#include "game.h"

#define ENEMY_BURR 0x09
#define PART_DROP 0x01
#define PART_PUFF 0x02
#define PART_BUTTON 0x09
#define PERSON 0x24
#define KEY_SPRITE 0x17     /* and 18: a key at the door it opened */
#define PUSHED_BLOCK 0x14
#define DOOR 0x1E
#define TREASURE 0x60
#define ESSENCE 0x7F
#define BOMB 0x03
#define BOMB_FIRST 7        /* bombs lie in D700-DB00 */
#define BOMB_LAST 11

/* how many slots to look at: rooms hold few things, the highest used slot is kept */
static u8 top_inter, top_enemy, top_part;

static void wipe(obj_t *o) {
    u8 *p = (u8 *)o;
    u8 i;
    for (i = 0; i != 64; i++) p[i] = 0;
}

void objects_clear(void) {
    u8 i;
    for (i = 0; i != 16; i++) {
        INTERACTION(i)->enabled = 0;
        ENEMY(i)->enabled = 0;
        PART(i)->enabled = 0;
    }
    for (i = BOMB_FIRST; i <= BOMB_LAST; i++) SLOT(i, 0)->enabled = 0;
    top_inter = top_enemy = top_part = 0;
}

void objects_leave(void) {
    u8 i;
    for (i = 0; i != 16; i++) {
        obj_t *o = INTERACTION(i);
        if (o->enabled) o->enabled = 2;
        o = ENEMY(i);
        if (o->enabled) o->enabled = (o->enabled & 0xFC) | 2;
        o = PART(i);
        if (o->enabled) o->enabled = 2;
    }
    for (i = BOMB_FIRST; i <= BOMB_LAST; i++) SLOT(i, 0)->enabled = 0;
}

void objects_drop_old(void) {
    u8 i;
    top_inter = top_enemy = top_part = 0;
    for (i = 0; i != 16; i++) {
        obj_t *o = INTERACTION(i);
        if ((o->enabled & 3) == 2) { o->enabled = 0; o->visible = 0; }
        if (o->enabled) top_inter = i + 1;
        o = ENEMY(i);
        if ((o->enabled & 3) == 2) { o->enabled = 0; o->visible = 0; o->collisionType = 0; }
        if (o->enabled) top_enemy = i + 1;
        o = PART(i);
        if ((o->enabled & 3) == 2) { o->enabled = 0; o->visible = 0; }
        if (o->enabled) top_part = i + 1;
    }
}

static obj_t *new_interaction(u8 id, u8 y, u8 x) {
    u8 i;
    for (i = 2; i != 16; i++) {
        obj_t *o = INTERACTION(i);
        if (o->enabled) continue;
        wipe(o);
        o->enabled = 1;
        o->id = id;
        o->yh = y;
        o->xh = x;
        o->visible = 0x80;
        if (top_inter <= i) top_inter = i + 1;
        return o;
    }
    return 0;
}

void villager_new(u8 pos, u8 dir, u8 text) {
    obj_t *o = new_interaction(PERSON, (pos & 0xF0) + 8, (u8)(pos << 4) + 8);
    u8 i;
    u8 hi;
    if (!o) return;
    o->state = 1;
    o->direction = dir;
    o->radiusY = o->radiusX = 6;
    o->collisionType = 0x80;
    o->v34 = text;
    o->textL = (u8)text_id[text];
    o->textH = (u8)(text_id[text] >> 8);
    hi = (u8)((u16)o >> 8);
    for (i = 0; i != 32; i += 2) {
        if (wAButtonSensitiveObjectList[i]) continue;
        wAButtonSensitiveObjectList[i] = hi;
        wAButtonSensitiveObjectList[i + 1] = 0x71;
        return;
    }
}

void effect_new(u8 id, u8 y, u8 x) {
    obj_t *o = new_interaction(id, y, x);
    if (o) o->counter1 = 20;
}

void enemy_new(u8 pos, u8 index) {
    u8 i;
    for (i = 0; i != 16; i++) {
        obj_t *o = ENEMY(i);
        if (o->enabled) continue;
        wipe(o);
        o->enabled = 1 | (index << 4);
        o->id = ENEMY_BURR;
        o->state = 8;
        o->yh = (pos & 0xF0) + 8;
        o->xh = (u8)(pos << 4) + 8;
        o->angle = 0x10;
        o->direction = 2;
        o->counter1 = 20 + (rnd() & 31);
        o->visible = 0x80;
        o->collisionType = 0x80 | ENEMY_BURR;
        o->radiusY = o->radiusX = 6;
        o->damage = -2;
        o->health = 2;
        o->v30 = index;
        wNumEnemies++;
        if (top_enemy <= i) top_enemy = i + 1;
        return;
    }
}

void part_new(u8 id, u8 subid, u8 y, u8 x) {
    u8 i;
    for (i = 0; i != 16; i++) {
        obj_t *o = PART(i);
        if (o->enabled) continue;
        wipe(o);
        o->enabled = 1;
        o->id = id;
        o->subid = subid;
        o->state = 1;
        o->yh = y;
        o->xh = x;
        o->visible = 0x80;
        o->radiusY = o->radiusX = 4;
        if (id == PART_DROP) {
            o->collisionType = 0x80;
            o->counter1 = 240;
            o->counter2 = 16;      /* cannot be taken while it hops up */
        } else {
            o->counter1 = 20;
        }
        if (top_part <= i) top_part = i + 1;
        return;
    }
}

/* what lies under a bush or is left by an enemy */
static void drop(u8 y, u8 x, u8 chance) {
    u8 r = rnd();
    if ((r & 15) >= chance) return;
    r = rnd() & 15;
    part_new(PART_DROP, r < 6 ? 1 : r < 14 ? 2 : r == 15 && (wObtainedTreasureFlags[0] & 0x08) ? 4 : 3, y, x);
}

void bush_drop(u8 y, u8 x) {
    drop(y, x, 6);
}

/* would a step this way press Link into a person? */
u8 npc_blocks(u8 angle) {
    u8 i;
    u8 y = w1Link.yh, x = w1Link.xh;
    for (i = 0; i != 34; i += 2) {
        obj_t *o;
        if (i == 32) {
            o = INTERACTION(1);
            if (!o->enabled) return 0;
        } else {
            u8 hi = wAButtonSensitiveObjectList[i];
            if (!hi) { i = 30; continue; }
            o = (obj_t *)(((u16)hi << 8) + 0x40);
        }
        if (!near8(o->yh, y, 13) || !near8(o->xh, x, 12)) continue;
        switch (angle) {
        case 0x00: if (o->yh < y && near8(o->xh, x, 11)) return 1; break;
        case 0x10: if (o->yh > y && near8(o->xh, x, 11)) return 1; break;
        case 0x08: if (o->xh > x && near8(o->yh, y, 12)) return 1; break;
        default: if (o->xh < x && near8(o->yh, y, 12)) return 1; break;
        }
    }
    return 0;
}

/* which way lies (y2,x2) from (y1,x1), of the four */
static u8 way(u8 y1, u8 x1, u8 y2, u8 x2) {
    u8 dy = y1 > y2 ? y1 - y2 : y2 - y1;
    u8 dx = x1 > x2 ? x1 - x2 : x2 - x1;
    if (dy > dx) return y2 < y1 ? 0x00 : 0x10;
    return x2 < x1 ? 0x18 : 0x08;
}

/* ---- enemies ---- */

static u8 enemy_solid(u8 y, u8 x) {
    u8 v;
    if (y >= wRoomEdgeY || x >= wRoomEdgeX) return 1;
    v = wRoomCollisions[(y & 0xF0) | (x >> 4)];
    if (v == 0) return 0;
    if (v >= 0x10) return 1;
    return solid_at(y, x);
}

/* 1: it went; 0: something is in the way */
static u8 enemy_step(obj_t *o, u8 angle, u8 speed) {
    u8 y = o->yh, x = o->xh;
    switch (angle) {
    case 0x00:
        if (y < 10 || enemy_solid(y - 8, x - 6) || enemy_solid(y - 8, x + 5)) return 0;
        o->y -= speed;
        return 1;
    case 0x10:
        if (y > (u8)(wRoomEdgeY - 10) || enemy_solid(y + 8, x - 6) || enemy_solid(y + 8, x + 5)) return 0;
        o->y += speed;
        return 1;
    case 0x08:
        if (x > (u8)(wRoomEdgeX - 10) || enemy_solid(y - 6, x + 8) || enemy_solid(y + 5, x + 8)) return 0;
        o->x += speed;
        return 1;
    default:
        if (x < 10 || enemy_solid(y - 6, x - 8) || enemy_solid(y + 5, x - 8)) return 0;
        o->x -= speed;
        return 1;
    }
}

static void enemy_die(obj_t *o) {
    u8 i;
    u8 bit = (u8)(1 << ((o->enabled >> 4) & 7));
    part_new(PART_PUFF, 0, o->yh, o->xh);
    o->enabled = 0;
    o->visible = 0;
    o->collisionType = 0;
    if (wTotalEnemiesKilled < 1000) wTotalEnemiesKilled++;
    for (i = 0; i != 16; i += 2)
        if (wEnemiesKilledList[i] == wActiveRoom) wEnemiesKilledList[i + 1] |= bit;
}

static void enemy_update(obj_t *o) {
    if (o->invincibility) o->invincibility--;
    if (o->knockCounter) {
        o->knockCounter--;
        enemy_step(o, o->knockAngle, 0xFF);
        enemy_step(o, o->knockAngle, 0xFF);
        return;
    }
    if (o->health <= 0) {
        enemy_die(o);
        return;
    }
    o->animCounter++;
    if (o->counter1 == 0) {
        u8 r = rnd();
        if (o->state == 9 && (r & 3) == 0) {
            o->state = 8;
            o->counter1 = 16 + (r >> 3);
        } else {
            o->state = 9;
            r = rnd();
            o->angle = (r & 3) << 3;
            o->direction = r & 3;
            o->counter1 = 24 + (r >> 2);
        }
    } else {
        o->counter1--;
        if (o->state == 9) {
            o->speed = 0x14;
            if (!enemy_step(o, o->angle, 0x80)) o->counter1 = 0;
        }
    }
    if (w1Link.invincibility == 0 && w1Link.state == 1 &&
        near8(o->yh, w1Link.yh, 11) && near8(o->xh, w1Link.xh, 11)) {
        u8 a = way(w1Link.yh, w1Link.xh, o->yh, o->xh);
        o->lastCollision = 0x80;
        if (wLinkInAir && w1Link.zh < -6) {
            /* well above it */
        } else if (wUsingShield && a >> 3 == w1Link.direction) {
            o->lastCollision = 0x81;
            o->knockAngle = a;
            o->knockCounter = 6;
        } else link_hurt((u8)-o->damage, way(o->yh, o->xh, w1Link.yh, w1Link.xh));
    }
}

void sword_hits(u8 y, u8 x) {
    u8 i;
    for (i = 0; i != top_enemy; i++) {
        obj_t *o = ENEMY(i);
        if ((o->enabled & 3) != 1 || !(o->collisionType & 0x80)) continue;
        if (o->invincibility || o->knockCounter) continue;
        if (!near8(o->yh, y, 13) || !near8(o->xh, x, 13)) continue;
        o->health -= (s8)wSwordLevel;
        if (o->health < 0) o->health = 0;
        o->lastCollision = 0x84;
        o->invincibility = 0x18;
        o->knockAngle = way(w1Link.yh, w1Link.xh, o->yh, o->xh);
        o->knockCounter = 8;
    }
}

/* ---- parts ---- */

static void button_update(obj_t *o) {
    u8 pos = o->v30, t = wRoomLayout[pos];
    u8 down = t == 0x1D || (w1Link.state == 1 && !wLinkInAir && wActiveTilePos == pos);
    if (down) {
        if (t == 0x0C) room_set_tile(pos, 0x0D);
        wActiveTriggers |= o->subid;
        o->state = 2;
    } else if (o->var03 && o->state == 2) {
        if (t == 0x0D) room_set_tile(pos, 0x0C);
        wActiveTriggers &= ~o->subid;
        o->state = 1;
    }
}

static void part_update(obj_t *o) {
    if (o->id == PART_BUTTON) {
        button_update(o);
        return;
    }
    if (o->id == PART_PUFF) {
        if (--o->counter1 == 0) {
            u8 y = o->yh, x = o->xh;
            o->enabled = 0;
            o->visible = 0;
            if (wNumEnemies) wNumEnemies--;
            drop(y, x, 8);
        }
        return;
    }
    if (o->counter2) {
        o->counter2--;
        /* a hop of eight pixels */
        o->zh = o->counter2 > 8 ? (s8)(o->counter2 - 16) : -(s8)o->counter2;
        return;
    }
    o->zh = 0;
    if (wFrameCounter & 1) {
        if (--o->counter1 == 0) {
            o->enabled = 0;
            o->visible = 0;
            o->collisionType = 0;
            return;
        }
    }
    o->visible = (o->counter1 < 40 && (wFrameCounter & 2)) ? 0 : 0x80;
    if (w1Link.state == 1 && near8(o->yh, w1Link.yh, 12) && near8(o->xh, w1Link.xh, 11)) {
        o->enabled = 0;
        o->visible = 0;
        o->collisionType = 0;
        if (o->subid == 1) add_health(4);
        else if (o->subid == 2) add_rupees(1);
        else if (o->subid == 4) add_bombs(0x04);
        else add_rupees(5);
    }
}

/* ---- what a room file places: items, buttons, shutters ---- */

void thing_new(const u8 *t) {
    obj_t *o;
    u8 y = (t[1] & 0xF0) + 8, x = (u8)(t[1] << 4) + 8;
    if (t[0] == 7) {
        part_new(PART_BUTTON, t[2], y, x);
        for (o = PART(15); o >= PART(0); o = (obj_t *)((u16)o - 0x100))
            if (o->enabled == 1 && o->id == PART_BUTTON && o->yh == y && o->xh == x) {
                o->v30 = t[1];
                o->var03 = t[3];
                o->counter1 = 0;
                o->visible = 0;
                return;
            }
        return;
    }
    if (t[0] == 6 && (*room_flags() & t[3])) return;
    o = new_interaction(t[0] == 8 ? DOOR : item_id[t[2]] == 0x40 ? ESSENCE : TREASURE, y, x);
    if (!o) return;
    o->state = 1;
    if (t[0] == 8) {
        o->subid = t[3] & 3;
        o->var03 = t[2];
        o->v30 = t[1];
        o->v34 = t[3];
        o->visible = 0;
    } else {
        o->subid = item_id[t[2]];
        o->var03 = item_param[t[2]];
        o->v34 = t[2];
        o->v35 = t[3];
        o->radiusY = o->radiusX = 6;
    }
}

/* opens when its button is down, or when nobody is left to fight */
static void door_update(obj_t *o) {
    u8 pos = o->v30;
    u8 open = o->var03 ? (wActiveTriggers & o->var03) != 0 : wNumEnemies == 0;
    if (open) {
        if (wRoomLayout[pos] == o->v34) {
            room_set_tile(pos, cut_to(o->v34));
            o->state = 2;
        }
    } else if (wRoomLayout[pos] != o->v34) {
        if (near8(o->yh, w1Link.yh, 24) && near8(o->xh, w1Link.xh, 24)) return;
        room_set_tile(pos, o->v34);
        o->state = 1;
    }
}

/* ---- treasures: 1 lies there, 2 rises from its chest, 3 is held up ---- */

static void treasure_hold(obj_t *o) {
    give_item(o->v34);
    *room_flags() |= o->v35;
    if (item_text[o->v34] == 0xFF) {
        o->enabled = 0;
        o->visible = 0;
        wDisabledObjects = 0;
        wDisableLinkCollisionsAndMenu = 0;
        return;
    }
    o->state = 3;
    o->zh = 0;
    o->yh = w1Link.yh - 15;
    o->xh = w1Link.xh;
    link_stop();
    w1Link.state = 4;
    w1Link.direction = 2;
    wDisabledObjects = 0x81;
    wDisableLinkCollisionsAndMenu = 1;
    text_open(item_text[o->v34]);
}

void chest_open(const u8 *t) {
    obj_t *o = new_interaction(TREASURE, (t[1] & 0xF0) + 4, (u8)(t[1] << 4) + 8);
    if (!o) return;
    o->state = 2;
    o->subid = item_id[t[2]];
    o->var03 = item_param[t[2]];
    o->v34 = t[2];
    o->v35 = t[3];
    o->counter1 = 32;
    wLastChestPos = t[1];
    wDisabledObjects = 0x81;
    wDisableLinkCollisionsAndMenu = 1;
    room_set_tile(t[1], 0xF0);
    *room_flags() |= t[3];
}

static void treasure_update(obj_t *o) {
    switch (o->state) {
    case 1:
        o->animCounter++;
        if (o->id == ESSENCE) o->zh = (o->animCounter & 16) ? -3 : -4;
        if (w1Link.state == 1 && !wDisabledObjects && !w1Link.knockCounter && wLinkHealth &&
            near8(o->yh, w1Link.yh, 12) && near8(o->xh, w1Link.xh, 12))
            treasure_hold(o);
        break;
    case 2:
        if (o->counter1 & 1) o->zh--;
        if (--o->counter1 == 0) treasure_hold(o);
        break;
    default:
        /* the text is closed */
        o->enabled = 0;
        o->visible = 0;
        w1Link.state = 1;
        wDisabledObjects = 0;
        wDisableLinkCollisionsAndMenu = 0;
        break;
    }
}

/* ---- the block being pushed, in D140 ---- */

u8 cell_taken(u8 pos) {
    u8 i;
    u8 y = (pos & 0xF0) + 8, x = (u8)(pos << 4) + 8;
    for (i = 1; i < top_inter; i++) {
        obj_t *o = INTERACTION(i);
        if ((o->enabled & 3) == 1 && (o->id == PERSON || o->id == TREASURE || o->id == ESSENCE || i == 1) &&
            near8(o->yh, y, 13) && near8(o->xh, x, 13)) return 1;
    }
    for (i = 0; i != top_enemy; i++) {
        obj_t *o = ENEMY(i);
        if ((o->enabled & 3) == 1 && near8(o->yh, y, 14) && near8(o->xh, x, 14)) return 1;
    }
    return 0;
}

u8 block_push(u8 pos, u8 angle) {
    static const u8 step[4] = {0xF0, 0x01, 0x10, 0xFF};
    u8 to = pos + step[angle >> 3];
    obj_t *o = INTERACTION(1);
    if (o->enabled) return 0;
    if ((to & 15) >= room_cols || (to >> 4) >= room_rows) return 0;
    if (wRoomCollisions[to] || room_thing(4, to) || cell_taken(to)) return 0;
    wipe(o);
    o->enabled = 1;
    o->id = PUSHED_BLOCK;
    o->state = 1;
    o->angle = angle;
    o->direction = angle >> 3;
    o->counter1 = 32;
    o->yh = (pos & 0xF0) + 8;
    o->xh = (u8)(pos << 4) + 8;
    o->speed = 0x14;
    o->visible = 0x80;
    o->radiusY = o->radiusX = 8;
    o->v30 = to;
    o->v34 = wRoomLayout[pos];
    wBlockPushAngle = angle | 0x80;
    room_set_tile(pos, push_to(wRoomLayout[pos]));
    return 1;
}

static void block_update(obj_t *o) {
    u8 y, x;
    if (o->counter1 > 1 || o->state == 1) {
        switch (o->direction) {
        case 0: o->y -= 0x80; break;
        case 1: o->x += 0x80; break;
        case 2: o->y += 0x80; break;
        default: o->x -= 0x80; break;
        }
        if (--o->counter1) return;
        o->state = 2;
        o->counter1 = 1;
    }
    /* nobody may be walled in */
    y = (o->v30 & 0xF0) + 8;
    x = (u8)(o->v30 << 4) + 8;
    if (near8(y, w1Link.yh, 11) && near8(x, w1Link.xh, 12)) return;
    o->enabled = 0;
    o->visible = 0;
    room_set_tile(o->v30, 0x1D);
}

/* ---- bombs ---- */

void bomb_drop(u8 y, u8 x) {
    u8 i;
    obj_t *o;
    if (!wNumBombs) return;
    for (i = BOMB_FIRST; i <= BOMB_LAST; i++) {
        o = SLOT(i, 0);
        if (o->enabled) continue;
        wipe(o);
        o->enabled = 1;
        o->id = BOMB;
        o->state = 1;
        o->counter1 = 100;
        o->yh = y;
        o->xh = x;
        o->visible = 0x80;
        wNumBombs--;
        if ((wNumBombs & 0x0F) == 0x0F) wNumBombs -= 6;
        return;
    }
}

static void bomb_cells(obj_t *o) {
    static const s8 at[3] = {-14, 0, 14};
    u8 i, j, y, x, pos, t;
    for (i = 0; i != 3; i++) {
        for (j = 0; j != 3; j++) {
            y = o->yh + at[i];
            x = o->xh + at[j];
            if (y >= wRoomEdgeY || x >= wRoomEdgeX) continue;
            pos = (y & 0xF0) | (x >> 4);
            t = bomb_to(wRoomLayout[pos]);
            if (t) room_set_tile(pos, t);
        }
    }
}

static void bomb_update(obj_t *o) {
    u8 i;
    o->counter1--;
    if (o->state == 1) {
        if (o->counter1) return;
        o->state = 2;
        o->counter1 = 24;
        o->collisionType = 0x83;
        o->radiusY = o->radiusX = 18;
        o->damage = -4;
        bomb_cells(o);
    }
    if (o->counter1 > 14) {
        for (i = 0; i != top_enemy; i++) {
            obj_t *e = ENEMY(i);
            if ((e->enabled & 3) != 1 || e->invincibility) continue;
            if (!near8(e->yh, o->yh, 22) || !near8(e->xh, o->xh, 22)) continue;
            e->health -= 4;
            if (e->health < 0) e->health = 0;
            e->invincibility = 0x18;
            e->lastCollision = 0x83;
            e->knockAngle = way(o->yh, o->xh, e->yh, e->xh);
            e->knockCounter = 8;
        }
        if (near8(w1Link.yh, o->yh, 18) && near8(w1Link.xh, o->xh, 18))
            link_hurt(4, way(o->yh, o->xh, w1Link.yh, w1Link.xh));
    }
    if (!o->counter1) {
        o->enabled = 0;
        o->visible = 0;
        o->collisionType = 0;
    }
}

void objects_update(void) {
    u8 i;
    obj_t *o;
    if (wDisabledObjects & 0x81) {
        /* all but the thing that is being given stands still */
        for (i = 2; i < top_inter; i++) {
            o = INTERACTION(i);
            if ((o->enabled & 3) == 1 && o->id >= TREASURE && o->state != 1) treasure_update(o);
        }
        return;
    }
    for (i = BOMB_FIRST; i <= BOMB_LAST; i++) {
        o = SLOT(i, 0);
        if (o->enabled) bomb_update(o);
    }
    o = INTERACTION(1);
    if (o->enabled) block_update(o);
    for (i = 0; i != top_enemy; i++) {
        o = ENEMY(i);
        if ((o->enabled & 3) == 1) enemy_update(o);
    }
    for (i = 0; i != top_part; i++) {
        o = PART(i);
        if ((o->enabled & 3) == 1) part_update(o);
    }
    for (i = 2; i < top_inter; i++) {
        o = INTERACTION(i);
        if ((o->enabled & 3) != 1) continue;
        if (o->id == PERSON) {
            o->animCounter++;
            /* turns to somebody close by */
            if (near8(o->yh, w1Link.yh, 28) && near8(o->xh, w1Link.xh, 28))
                o->direction = way(o->yh, o->xh, w1Link.yh, w1Link.xh) >> 3;
            if (o->pressedA) {
                o->pressedA = 0;
                text_open(o->v34);
            }
        } else if (o->id == TREASURE || o->id == ESSENCE) {
            treasure_update(o);
        } else if (o->id == DOOR) {
            door_update(o);
        } else if (--o->counter1 == 0) {
            o->enabled = 0;
            o->visible = 0;
        }
    }
}

/* ---- drawing ---- */

static s16 off_y, off_x;

static void place(obj_t *o) {
    const u8 *p = &o->yh;       /* then xf, xh, zf, zh */
    u8 z = p[4];
    if ((o->enabled & 3) == 2) {
        off_y = old_oy + 16;
        off_x = old_ox;
    } else {
        off_y = scroll_oy + 16;
        off_x = scroll_ox;
    }
    off_y += *p;
    off_x += p[2];
    if (z) off_y += (s8)z;
}

void objects_draw(u8 front) {
    u8 i, t, a;
    obj_t *o;
    for (i = front ? BOMB_LAST + 1 : BOMB_FIRST; i <= BOMB_LAST; i++) {
        o = SLOT(i, 0);
        if (!o->enabled) continue;
        place(o);
        if (o->state == 2) {
            t = o->counter1 > 8 ? S_PUFF2 : S_PUFF3;
            sprite16(off_y - 8, off_x - 8, t, PAL_RED | SBANK1);
            sprite16(off_y + 8, off_x - 8, t, PAL_RED | SBANK1);
            sprite16(off_y - 8, off_x + 8, t, PAL_RED | SBANK1);
            sprite16(off_y + 8, off_x + 8, t, PAL_RED | SBANK1);
        } else {
            sprite8(off_y, off_x, S_BOMB, (o->counter1 < 40 && (o->counter1 & 4) ? PAL_RED : PAL_BLUE) | SBANK1);
        }
    }
    for (i = front ? top_part : 0; i != top_part; i++) {
        o = PART(i);
        if (!o->enabled || !o->visible) continue;
        place(o);
        if (o->id == PART_PUFF) {
            t = o->counter1 > 13 ? S_PUFF : o->counter1 > 6 ? S_PUFF2 : S_PUFF3;
            sprite16(off_y, off_x, t, PAL_STEEL | SBANK1);
        } else if (o->subid == 1) sprite8(off_y, off_x, S_HEART, PAL_RED | SBANK1);
        else if (o->subid == 4) sprite8(off_y, off_x, S_BOMB, PAL_BLUE | SBANK1);
        else sprite8(off_y, off_x, S_RUPEE, (o->subid == 2 ? PAL_GREEN : PAL_BLUE) | SBANK1);
    }
    for (i = 0; i != top_enemy; i++) {
        o = ENEMY(i);
        if (!o->enabled || !o->visible || (o->yh > w1Link.yh) != front) continue;
        place(o);
        a = PAL_BURR;
        if (o->invincibility & 2) a = PAL_HURT;
        t = S_BURR;
        if (o->state == 9 && (o->animCounter & 8)) t = S_BURR2;
        if (o->direction == 3) a |= FLIP_X;
        sprite16(off_y, off_x, t, a | SBANK1);
    }
    o = INTERACTION(1);
    if (o->enabled && (o->yh > w1Link.yh) == front) {
        place(o);
        sprite16(off_y, off_x, S_BLOCK, PAL_STEEL | SBANK1);
    }
    for (i = 2; i < top_inter; i++) {
        o = INTERACTION(i);
        if (!o->enabled || !o->visible) continue;
        if ((o->yh > w1Link.yh) != front) continue;
        place(o);
        if (o->id == PERSON) {
            a = PAL_VILLAGER | SBANK1;
            if (o->direction == 0) t = S_ELDER_UP;
            else if (o->direction == 2) t = S_ELDER_DOWN;
            else { t = S_ELDER_RIGHT; if (o->direction == 3) a |= FLIP_X; }
            sprite16(off_y + ((o->animCounter & 0x20) && !(o->animCounter & 0x1C) ? 1 : 0), off_x, t, a);
        } else if (o->id == TREASURE || o->id == ESSENCE) {
            if (item_wide[o->v34]) sprite16(off_y, off_x, item_tile[o->v34], item_pal[o->v34] | SBANK1);
            else sprite8(off_y, off_x, item_tile[o->v34], item_pal[o->v34] | SBANK1);
        } else if (o->id >= KEY_SPRITE) {
            sprite8(off_y - 8, off_x, S_KEY, PAL_HERO | SBANK1);
        } else if (o->id == 3) {
            sprite16(off_y, off_x, o->counter1 > 10 ? S_SPLASH : S_SPLASH2, PAL_BLUE | SBANK1);
        } else {
            u8 k = 20 - o->counter1;
            sprite8(off_y - 3 - (k >> 1), off_x - 3 - (k >> 1), S_LEAF, PAL_GREEN | SBANK1);
            sprite8(off_y - 2 + (k >> 2), off_x + 4 + (k >> 1), S_LEAF, PAL_GREEN | SBANK1 | FLIP_X);
            sprite8(off_y + 5 - (k >> 2), off_x - 1 - (k >> 2), S_LEAF, PAL_GREEN | SBANK1 | FLIP_Y);
            sprite8(off_y - 5 - (k >> 1), off_x + 3 + (k >> 2), S_LEAF, PAL_GREEN | SBANK1 | FLIP_X | FLIP_Y);
        }
    }
}
