/* People, things, parts and short effects; the foes are in enemy.c. */
#pragma bank 3
#include "game.h"

/* how many slots to look at: rooms hold few things, the highest used slot is kept */
u8 top_inter, top_enemy, top_part;

void objects_clear(void) BANKED {
    u8 i;
    for (i = 0; i != 16; i++) {
        INTERACTION(i)->enabled = 0;
        ENEMY(i)->enabled = 0;
        PART(i)->enabled = 0;
    }
    for (i = FIRST_ITEM; i <= LAST_ITEM; i++) SLOT(i, 0)->enabled = 0;
    wScentSeedActive = 0;
    w1ReservedItemC.enabled = 0;
    top_inter = top_enemy = top_part = 0;
    visitor_gone();
}

void objects_leave(void) BANKED {
    u8 i;
    for (i = 0; i != 16; i++) {
        obj_t *o = INTERACTION(i);
        if (o->enabled) o->enabled = 2;
        o = ENEMY(i);
        if (o->enabled) o->enabled = (o->enabled & 0xFC) | 2;
        o = PART(i);
        if (o->enabled) o->enabled = 2;
    }
    for (i = FIRST_ITEM; i <= LAST_ITEM; i++) SLOT(i, 0)->enabled = 0;
    visitor_gone();
    wScentSeedActive = 0;
    w1ReservedItemC.enabled = 0;
}

void objects_drop_old(void) BANKED {
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

/* reacts to A: the list holds slot and field of each */
static void sensitive(obj_t *o) {
    u8 i;
    for (i = 0; i != 32; i += 2) {
        if (wAButtonSensitiveObjectList[i]) continue;
        wAButtonSensitiveObjectList[i] = (u8)((u16)o >> 8);
        wAButtonSensitiveObjectList[i + 1] = 0x71;
        return;
    }
}

static void insensitive(obj_t *o) {
    u8 i;
    for (i = 0; wAButtonSensitiveObjectList[i] != (u8)((u16)o >> 8); i += 2)
        if (i == 30) return;
    for (; i < 30; i++) wAButtonSensitiveObjectList[i] = wAButtonSensitiveObjectList[i + 2];
    wAButtonSensitiveObjectList[30] = wAButtonSensitiveObjectList[31] = 0;
}

void effect_new(u8 id, u8 y, u8 x) BANKED {
    obj_t *o = new_interaction(id, y, x);
    if (o) o->counter1 = 20;
}

obj_t *part_new(u8 id, u8 subid, u8 y, u8 x) BANKED {
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
        return o;
    }
    return 0;
}

/* what lies under a bush or is left by an enemy: nothing that one could not use */
void drop(u8 y, u8 x, u8 chance) BANKED {
    u8 r = rnd(), what;
    if ((r & 15) >= chance) return;
    r = rnd();
    if (r < 4) {
        part_new(PART_DROP, DROP_GASHA, y, x);
        return;
    }
    r &= 15;
    what = r < 6 ? 1 : r < 11 ? 2 : r == 15 ? 3 : 0;
    if (!what) {
        if ((r & 1) && owns(T_BOMBS)) what = 4;
        else if (!(r & 1) && owns(T_SATCHEL)) what = (r & 2) && owns(T_SCENT) ? 6 : 5;
        else what = 2;
    }
    part_new(PART_DROP, what, y, x);
}

#define DROP_ORE 0x0C       /* one piece, 0D ten, 0E fifty */
#define IS_ORE(drop) ((u8)((drop) - DROP_ORE) < 3)
static const u8 ore_worth[3] = {1, 10, 50};
static const u8 ore_pal[3] = {PAL_BLUE, PAL_RED, PAL_GREEN};

/* a lump of ore always leaves some: one piece, now and then ten, seldom fifty */
void ore_drop(u8 y, u8 x) BANKED {
    u8 r = rnd() & 15;
    part_new(PART_DROP, r < 11 ? DROP_ORE : r < 15 ? DROP_ORE + 1 : DROP_ORE + 2, y, x);
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

static void gone(obj_t *o) {
    o->enabled = 0;
    o->visible = 0;
    o->collisionType = 0;
}

/* what foes spit: it flies until it meets a wall, the shield or Link; y and x of each step are in speedY, speedX */
static void shot_update(obj_t *o) {
    o->y += (s16)(o->speed | (u16)o->speed11 << 8);
    o->x += (s16)(o->speed12 | (u16)o->speed13 << 8);
    if (!--o->counter1 || o->yh >= wRoomEdgeY || o->xh >= wRoomEdgeX || o->yh < 4 || o->xh < 4 ||
        wRoomCollisions[(o->yh & 0xF0) | (o->xh >> 4)] == 0x0F) {
        gone(o);
        return;
    }
    if (w1Link.state != 1 || !near8(o->yh, w1Link.yh, 9) || !near8(o->xh, w1Link.xh, 9)) return;
    if (wLinkInAir && w1Link.zh < -6) return;
    if (!(wUsingShield && way(w1Link.yh, w1Link.xh, o->yh, o->xh) >> 3 == w1Link.direction))
        link_hurt((u8)-o->damage, way(o->yh, o->xh, w1Link.yh, w1Link.xh));
    gone(o);
}

static void part_update(obj_t *o) {
    if (o->id == PART_BUTTON) {
        button_update(o);
        return;
    }
    if (o->id == PART_ORB) {
        if (o->counter1) o->counter1--;
        return;
    }
    if (o->id >= PART_ROCK) {
        shot_update(o);
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
        else if (o->subid == DROP_GASHA) give_item(I_GASHA);
        else if (o->subid == 5 || o->subid == 6) add_seeds(o->subid - 5, 0x05);
        else if (IS_ORE(o->subid)) add_ore(ore_worth[o->subid - DROP_ORE]);
        else add_rupees(5);
    }
}

/* ---- what a room file places ---- */

static void villager_new(const u8 *t, u8 y, u8 x) {
    obj_t *o = new_interaction(t[5], y, x);
    if (!o) return;
    o->state = 1;
    o->direction = t[2] & 3;
    o->radiusY = o->radiusX = 6;
    o->collisionType = 0x80;
    o->v34 = t[3];
    o->v35 = t[4];
    o->v36 = t[2] >> 4;
    o->v37 = 1;
    sensitive(o);
}

static void treasure_new(const u8 *t, u8 y, u8 x) {
    obj_t *o;
    if (*room_flags() & t[3]) return;
    o = new_interaction(item_id[t[2]] == T_ESSENCE ? ESSENCE : TREASURE, y, x);
    if (!o) return;
    o->state = t[4] ? 4 : 1;
    o->visible = t[4] ? 0 : 0x80;
    o->subid = item_id[t[2]];
    o->var03 = item_param[t[2]];
    o->v34 = t[2];
    o->v35 = t[3];
    o->radiusY = o->radiusX = 6;
}

static void shop_new(const u8 *t, u8 y, u8 x) {
    obj_t *o;
    wInShop = 0x02;
    if (*room_flags() & t[3]) return;
    o = new_interaction(SHOP_ITEM, y, x);
    if (!o) return;
    o->state = 1;
    o->subid = item_id[t[2]];
    o->v34 = t[2];
    o->v35 = t[3];
    o->v38 = t[4];
    o->v39 = t[5];
    o->radiusY = o->radiusX = 6;
    sensitive(o);
}

static void door_new(const u8 *t, u8 y, u8 x) {
    obj_t *o = new_interaction(DOOR, y, x);
    if (!o) return;
    o->state = 1;
    o->subid = t[3] & 3;
    o->var03 = t[2];
    o->v30 = t[1];
    o->v34 = t[3];
    o->v35 = t[4];
    o->visible = 0;
}

void thing_new(const u8 *t) BANKED {
    obj_t *o;
    u8 y = (t[1] & 0xF0) + 8, x = (u8)(t[1] << 4) + 8;
    switch (t[0]) {
    case THING_VILLAGER: villager_new(t, y, x); break;
    case THING_ITEM: treasure_new(t, y, x); break;
    case THING_SHUTTER: door_new(t, y, x); break;
    case THING_SHOP: shop_new(t, y, x); break;
    case THING_BOSS: boss_new(t[1]); break;
    case THING_BUTTON:
    case THING_ORB:
        o = part_new(t[0] == THING_BUTTON ? PART_BUTTON : PART_ORB, t[2], y, x);
        if (!o) break;
        o->v30 = t[1];
        o->var03 = t[3];
        o->counter1 = 0;
        if (t[0] == THING_BUTTON) o->visible = 0;
        else o->radiusY = o->radiusX = 6;
        break;
    }
}

/* opens when its button is down, or when nobody is left to fight */
static void door_update(obj_t *o) {
    u8 pos = o->v30;
    u8 open = o->v35 == 0 ? (wActiveTriggers & o->var03) != 0 : o->v35 == 1 ? wNumEnemies == 0 :
              o->v35 == 2 ? wNumTorchesLit >= o->var03 : wInsertedJewels == ALL_JEWELS;
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

static void held(obj_t *o) {
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
    held(o);
}

void hand_over(u8 item, u8 flag) BANKED {
    obj_t *o = new_interaction(TREASURE, w1Link.yh - 15, w1Link.xh);
    if (!o) {
        give_item(item);
        *room_flags() |= flag;
        return;
    }
    o->subid = item_id[item];
    o->var03 = item_param[item];
    o->v34 = item;
    o->v35 = flag;
    treasure_hold(o);
}

void chest_open(const u8 *t) BANKED {
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
    case 4:
        /* not before the last enemy is gone */
        if (wNumEnemies) break;
        o->state = 1;
        o->visible = 0x80;
        effect_new(5, o->yh, o->xh);
        break;
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
        if (o->subid == T_ESSENCE) scene_ask(SCENE_CREDITS);
        break;
    }
}

/* ---- the block being pushed, in D140 ---- */

u8 cell_taken(u8 pos) BANKED {
    u8 i;
    u8 y = (pos & 0xF0) + 8, x = (u8)(pos << 4) + 8;
    for (i = 1; i < top_inter; i++) {
        obj_t *o = INTERACTION(i);
        if ((o->enabled & 3) == 1 && (o->v37 || o->id == TREASURE || o->id == ESSENCE || i == 1) &&
            near8(o->yh, y, 13) && near8(o->xh, x, 13)) return 1;
    }
    for (i = 0; i != top_enemy; i++) {
        obj_t *o = ENEMY(i);
        if ((o->enabled & 3) == 1 && near8(o->yh, y, 14) && near8(o->xh, x, 14)) return 1;
    }
    return 0;
}

u8 block_push(u8 pos, u8 angle) BANKED {
    static const u8 step[4] = {0xF0, 0x01, 0x10, 0xFF};
    u8 to = pos + step[angle >> 3];
    obj_t *o = INTERACTION(1);
    if (o->enabled) return 0;
    if ((to & 15) >= room_cols || (to >> 4) >= room_rows) return 0;
    if (wRoomCollisions[to] || room_thing(THING_WARP, to) || cell_taken(to)) return 0;
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
    if (near8(y, w1Link.yh, w1Link.yh < y ? 16 : 12) && near8(x, w1Link.xh, 13)) return;
    o->enabled = 0;
    o->visible = 0;
    room_set_tile(o->v30, 0x1D);
}

/* ---- bombs and embers, in D700-DB00 ---- */

obj_t *laid_new(u8 id, u8 y, u8 x, u8 time) {
    u8 i;
    for (i = FIRST_ITEM; i <= LAST_ITEM; i++) {
        obj_t *o = SLOT(i, 0);
        if (o->enabled) continue;
        wipe(o);
        o->enabled = 1;
        o->id = id;
        o->state = 1;
        o->counter1 = time;
        o->yh = y;
        o->xh = x;
        o->visible = 0x80;
        return o;
    }
    return 0;
}

u8 one_less(u8 bcd) BANKED {
    bcd--;
    return (bcd & 0x0F) == 0x0F ? bcd - 6 : bcd;
}

void bomb_drop(u8 y, u8 x) BANKED {
    if (wNumBombs && laid_new(T_BOMBS, y, x, 100)) wNumBombs = one_less(wNumBombs);
}

void ember_burn(obj_t *o) {
    o->state = 1;
    o->counter1 = 48;
    o->collisionType = 0x80;
}

void ember_drop(u8 y, u8 x) BANKED {
    obj_t *o;
    if (!wNumEmberSeeds) return;
    o = laid_new(T_EMBER, y, x, 0);
    if (!o) return;
    ember_burn(o);
    wNumEmberSeeds = one_less(wNumEmberSeeds);
}

/* foes come to it; one at a time */
u8 lure_y, lure_x;

void scent_drop(u8 y, u8 x) BANKED {
    if (!wNumScentSeeds || wScentSeedActive || !laid_new(T_SCENT, y, x, 240)) return;
    wNumScentSeeds = one_less(wNumScentSeeds);
    wScentSeedActive = 1;
    lure_y = y;
    lure_x = x;
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

void laid_end(obj_t *o) {
    o->enabled = 0;
    o->visible = 0;
    o->collisionType = 0;
}

static void bomb_update(obj_t *o) {
    o->counter1--;
    if (o->state == 1) {
        if (o->counter1) return;
        o->state = 2;
        o->counter1 = 24;
        o->collisionType = 0x83;
        o->radiusY = o->radiusX = 18;
        o->damage = -4;
        bomb_cells(o);
        orbs_hit(o->yh, o->xh);
    }
    if (o->counter1 > 14) {
        burst_hits(o, 22, 4);
        if (near8(w1Link.yh, o->yh, 18) && near8(w1Link.xh, o->xh, 18))
            link_hurt(4, way(o->yh, o->xh, w1Link.yh, w1Link.xh));
    }
    if (!o->counter1) laid_end(o);
}

static void scent_update(obj_t *o) {
    if (--o->counter1) return;
    wScentSeedActive = 0;
    laid_end(o);
}

/* a flame: it burns for a while, and a torch that it touches burns for as long as one stays */
static void ember_update(obj_t *o) {
    u8 pos;
    if (o->state == SEED_FLIES) {
        seed_fly(o);
        return;
    }
    if (!--o->counter1) {
        laid_end(o);
        return;
    }
    burst_hits(o, 12, 2);
    if (o->counter1 != 40 || o->yh >= wRoomEdgeY || o->xh >= wRoomEdgeX) return;
    orbs_hit(o->yh, o->xh);
    pos = (o->yh & 0xF0) | (o->xh >> 4);
    if (inside && wRoomLayout[pos] == 0x08) {
        room_set_tile(pos, 0x09);
        wNumTorchesLit++;
    }
}

/* ---- orbs: one turn at a time ---- */

u8 orbs_hit(u8 y, u8 x) BANKED {
    u8 i;
    if (wLastToggleBlocksState != wToggleBlocksState) return 0;
    for (i = 0; i != top_part; i++) {
        obj_t *o = PART(i);
        if (o->enabled != 1 || o->id != PART_ORB || o->counter1) continue;
        if (!near8(o->yh, y, 12) || !near8(o->xh, x, 12)) continue;
        wToggleBlocksState ^= o->subid;
        o->counter1 = 24;
        o->lastCollision = 0x84;
        return 1;
    }
    return 0;
}

/* A before it asks the question; text.c does the trade, then the thing may be gone */
static void shop_update(obj_t *o) {
    if (o->v35 && (*room_flags() & o->v35)) {
        insensitive(o);
        o->enabled = 0;
        o->visible = 0;
        return;
    }
    if (!o->pressedA) return;
    o->pressedA = 0;
    for_sale = o;
    wTextNumberSubstitution = o->v38 | (u16)o->v39 << 8;
    text_open(TEXT_SHOP_ASK);
}

void objects_update(void) BANKED {
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
    for (i = FIRST_ITEM; i <= LAST_ITEM; i++) {
        o = SLOT(i, 0);
        if (!o->enabled) continue;
        if (o->id == T_BOMBS) bomb_update(o);
        else if (o->id == T_BOOMERANG) boomerang_update(o);
        else if (o->id == T_SCENT) scent_update(o);
        else ember_update(o);
    }
    if (w1ReservedItemC.enabled) carried_update();
    o = INTERACTION(1);
    if (o->enabled) block_update(o);
    if (top_enemy) enemies_update();
    if (w1Companion.enabled) visitor_update();
    for (i = 0; i != top_part; i++) {
        o = PART(i);
        if ((o->enabled & 3) == 1) part_update(o);
    }
    for (i = 2; i < top_inter; i++) {
        o = INTERACTION(i);
        if ((o->enabled & 3) != 1) continue;
        if (o->v37) {
            o->animCounter++;
            /* turns to somebody close by */
            if (near8(o->yh, w1Link.yh, 28) && near8(o->xh, w1Link.xh, 28))
                o->direction = way(o->yh, o->xh, w1Link.yh, w1Link.xh) >> 3;
            if (o->pressedA) {
                o->pressedA = 0;
                text_open(o->v34);
                o->textL = wTextIndexL;
                o->textH = wTextIndexH - 4;
            }
        } else if (o->id == SHOP_ITEM) {
            shop_update(o);
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

void objects_draw(u8 front) BANKED {
    u8 i, t, a;
    obj_t *o;
    if (front && w1Companion.enabled) visitor_draw();
    if (w1ReservedItemC.enabled) carried_draw(front);
    for (i = front ? LAST_ITEM + 1 : FIRST_ITEM; i <= LAST_ITEM; i++) {
        o = SLOT(i, 0);
        if (!o->enabled) continue;
        place(o);
        if (o->id == T_BOOMERANG) {
            /* an angle that turns by a quarter */
            t = o->animCounter >> 2 & 3;
            sprite8(off_y, off_x, S_BOOMERANG, PAL_HERO | (t & 2 ? FLIP_Y : 0) | (t == 1 || t == 2 ? FLIP_X : 0));
        } else if (o->id == T_EMBER && o->state == SEED_FLIES) {
            sprite8(off_y, off_x, S_EMBERSEED, PAL_RED);
        } else if (o->id == T_EMBER) {
            sprite8(off_y, off_x, (o->counter1 & 4) ? S_EMBER : S_EMBER2, PAL_RED);
        } else if (o->id == T_SCENT) {
            sprite8(off_y - ((o->counter1 & 16) ? 1 : 0), off_x, S_EMBERSEED, PAL_GREEN);
        } else if (o->state == 2) {
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
        if (o->id == PART_ORB) {
            sprite16(off_y, off_x, S_ORB, ((wToggleBlocksState & o->subid) ? PAL_RED : PAL_BLUE));
        } else if (o->id >= PART_ROCK) {
            sprite8(off_y, off_x, o->id == PART_ROCK ? S_SEED : (o->counter1 & 4) ? S_EMBER : S_EMBER2,
                    o->id == PART_ROCK ? PAL_BURR : PAL_RED);
        } else if (o->id == PART_PUFF) {
            t = o->counter1 > 13 ? S_PUFF : o->counter1 > 6 ? S_PUFF2 : S_PUFF3;
            sprite16(off_y, off_x, t, PAL_STEEL | SBANK1);
        } else if (o->subid == 1) sprite8(off_y, off_x, S_HEART, PAL_RED | SBANK1);
        else if (o->subid == 4) sprite8(off_y, off_x, S_BOMB, PAL_BLUE | SBANK1);
        else if (o->subid == DROP_GASHA) sprite8(off_y, off_x, S_SLUMBER, PAL_HERO);
        else if (o->subid == 5 || o->subid == 6) sprite8(off_y, off_x, S_EMBERSEED, o->subid == 5 ? PAL_RED : PAL_GREEN);
        else if (IS_ORE(o->subid)) sprite8(off_y, off_x, S_SEED, ore_pal[o->subid - DROP_ORE]);
        else sprite8(off_y, off_x, S_RUPEE, (o->subid == 2 ? PAL_GREEN : PAL_BLUE) | SBANK1);
    }
    if (top_enemy) enemies_draw(front);
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
        if (o->v37) {
            a = o->v36 | look_bank[o->v35];
            if (o->direction == 0) t = look_up[o->v35];
            else if (o->direction == 2) t = look_down[o->v35];
            else { t = look_right[o->v35]; if (o->direction == 3) a |= FLIP_X; }
            sprite16(off_y + ((o->animCounter & 0x20) && !(o->animCounter & 0x1C) ? 1 : 0), off_x, t, a);
        } else if (o->id == TREASURE || o->id == ESSENCE || o->id == SHOP_ITEM) {
            a = item_pal[o->v34] | item_bank[o->v34];
            if (item_wide[o->v34]) sprite16(off_y, off_x, item_tile[o->v34], a);
            else sprite8(off_y, off_x, item_tile[o->v34], a);
        } else if (o->id >= KEY_SPRITE) {
            sprite8(off_y - 8, off_x, S_KEY, PAL_HERO | SBANK1);
        } else if (o->id == 5) {
            sprite16(off_y, off_x, o->counter1 > 13 ? S_PUFF : o->counter1 > 6 ? S_PUFF2 : S_PUFF3, PAL_STEEL | SBANK1);
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
