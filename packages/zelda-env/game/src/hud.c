/* The bar on top: rows 30 and 31 of BG map 9C00; and what is gained and spent. */
#pragma bank 5
#include "game.h"

#define ROW0 (0x9C00 + 30 * 32)
#define ROW1 (0x9C00 + 31 * 32)

/* the picture of each item that can be worn */
const u8 icon_of[32] = {
    UI_NOTHING, UI_SHIELD, UI_NOTHING, UI_BOMBS, UI_NOTHING, UI_SWORD, UI_BOOMERANG, UI_ROD,
    UI_NOTHING, UI_NOTHING, UI_NOTHING, UI_NOTHING, UI_NOTHING, UI_NOTHING, UI_NOTHING, UI_NOTHING,
    UI_NOTHING, UI_NOTHING, UI_NOTHING, UI_SLINGSHOT, UI_NOTHING, UI_NOTHING, UI_BRACELET, UI_FEATHER,
    UI_NOTHING, UI_SATCHEL, UI_NOTHING, UI_NOTHING, UI_NOTHING, UI_NOTHING, UI_NOTHING, UI_NOTHING};

static u8 drawn_keys;
static u8 drawn_hearts, drawn_max, drawn_a, drawn_b, drawn_kind, drawn_seeds;
static u16 drawn_rupees;

static u16 bcd_plus1(u16 v) {
    if (v >= 0x0999) return 0x0999;
    v++;
    if ((v & 0x000F) == 0x000A) v += 6;
    if ((v & 0x00F0) == 0x00A0) v += 0x60;
    return v;
}

static u16 bcd_minus1(u16 v) {
    if (!v) return 0;
    v--;
    if ((v & 0x000F) == 0x000F) v -= 6;
    if ((v & 0x00F0) == 0x00F0) v -= 0x60;
    return v;
}

void add_rupees(u8 n) BANKED {
    do {
        wNumRupees = bcd_plus1(wNumRupees);
        wTotalRupeesCollected = bcd_plus1(wTotalRupeesCollected);
    } while (--n);
    wStatusBarNeedsRefresh |= 0x04;
}

void add_ore(u8 n) BANKED {
    wObtainedTreasureFlags[T_ORE >> 3] |= (u8)(1 << (T_ORE & 7));
    do wNumOreChunks = bcd_plus1(wNumOreChunks); while (--n);
}

static u16 bcd_less(u16 v, u16 less) {
    while (less) {
        less = bcd_minus1(less);
        v = bcd_minus1(v);
    }
    return v;
}

/* 1: it was paid */
u8 pay(u16 price) BANKED {
    if (wNumRupees < price) return 0;
    wNumRupees = bcd_less(wNumRupees, price);
    wStatusBarNeedsRefresh |= 0x04;
    return 1;
}

u8 pay_ore(u16 price) BANKED {
    if (wNumOreChunks < price) return 0;
    wNumOreChunks = bcd_less(wNumOreChunks, price);
    return 1;
}

static u8 bcd_sum(u8 a, u8 b, u8 most) {
    u8 low = (a & 0x0F) + (b & 0x0F), high = (a >> 4) + (b >> 4);
    if (low > 9) { low -= 10; high++; }
    if (high > 9) return most;
    low |= high << 4;
    return low > most ? most : low;
}

void add_bombs(u8 bcd) BANKED {
    wNumBombs = bcd_sum(wNumBombs, bcd, wMaxBombs);
}

/* a satchel holds 20, 50 or 99 */
static u8 most_seeds(void) {
    return wSeedSatchelLevel < 2 ? 0x20 : wSeedSatchelLevel == 2 ? 0x50 : 0x99;
}

void add_seeds(u8 kind, u8 bcd) BANKED {
    SEEDS[kind] = bcd_sum(SEEDS[kind], bcd, most_seeds());
}

/* a first item of its kind goes to B, to A, or into the satchel */
static void pocket(u8 id) {
    u8 i;
    if (wInventoryA == id || wInventoryB == id) return;
    for (i = 0; i != 16; i++)
        if (wInventoryStorage[i] == id) return;
    if (!wInventoryB) { wInventoryB = id; return; }
    if (!wInventoryA) { wInventoryA = id; return; }
    for (i = 0; i != 16; i++) {
        if (wInventoryStorage[i]) continue;
        wInventoryStorage[i] = id;
        return;
    }
}

void give_item(u8 item) BANKED {
    u8 id = item_id[item], n = item_param[item], d = wDungeonIndex;
    u8 bit = (u8)(1 << (d & 7)), byte = d >> 3;
    wObtainedTreasureFlags[id >> 3] |= (u8)(1 << (id & 7));
    if (id < 0x20) pocket(id);
    switch (id) {
    case T_SHIELD: if (wShieldLevel < n) wShieldLevel = n; break;
    case T_BOMBS: add_bombs(n); break;
    case T_SWORD: if (wSwordLevel < n) wSwordLevel = n; break;
    case T_ROD: wObtainedSeasons |= n; break;
    case T_BOOMERANG: wBoomerangLevel = n; break;
    case T_SLINGSHOT: wSlingshotLevel = n; break;
    case T_FEATHER: wFeatherLevel = n; break;
    case T_SATCHEL:
        wSeedSatchelLevel = n;
        wObtainedTreasureFlags[T_EMBER >> 3] |= (u8)(1 << (T_EMBER & 7));
        add_seeds(0, 0x20);
        break;
    case T_GASHA: wNumGashaSeeds = bcd_sum(wNumGashaSeeds, n, 0x99); break;
    case T_EMBER:
    case T_SCENT: add_seeds(id - T_EMBER, n); break;
    case T_RING_BOX: ring_box(n); break;
    case T_RING:
        if (n & 0x80) ring_found(n & 0x3F);
        else ring_known(n);
        break;
    case T_ORE: add_ore(n); break;
    case 0x28: add_rupees(n); break;
    case 0x29: add_health(n); break;
    case 0x2B:
        if (++wNumHeartPieces != 4) break;
        wNumHeartPieces = 0;
        /* fall through: four pieces are a container */
    case 0x2A:
        if (wLinkMaxHealth < 0x40) wLinkMaxHealth += 4;
        wLinkHealth = wLinkMaxHealth;
        break;
    case 0x30: if (d < 12) wDungeonSmallKeys[d]++; break;
    case 0x31: if (d < 12) wDungeonBossKeys[byte] |= bit; break;
    case 0x32: if (d < 12) wDungeonCompasses[byte] |= bit; break;
    case 0x33: if (d < 12) wDungeonMaps[byte] |= bit; break;
    case T_ESSENCE: wEssencesObtained |= n; break;
    }
}

u8 is_full(u8 item) BANKED {
    switch (item_id[item]) {
    case T_BOMBS: return owns(T_BOMBS) && wNumBombs >= wMaxBombs;
    case T_GASHA: return wNumGashaSeeds == 0x99;
    case T_EMBER:
    case T_SCENT: return !owns(T_SATCHEL) || SEEDS[item_id[item] - T_EMBER] >= most_seeds();
    case T_ROD: return owns(T_ROD) && (wObtainedSeasons & item_param[item]) == item_param[item];
    case 0x28:
    case 0x2A:
    case 0x2B:
    case T_RING:
    case T_ORE: return 0;
    case 0x29: return wLinkHealth >= wLinkMaxHealth;
    default: return owns(item_id[item]) != 0;
    }
}

void add_health(u8 n) BANKED {
    u8 h = wLinkHealth + n;
    if (h > wLinkMaxHealth) h = wLinkMaxHealth;
    wLinkHealth = h;
    wStatusBarNeedsRefresh |= 0x02;
}

static void draw_hearts(void) {
    u8 i, h = wDisplayedHearts, t;
    u8 full = wLinkMaxHealth >> 2;
    for (i = 0; i != 16; i++) {
        if ((i & 7) == 0) {
            if (i) vq_end();
            vq_begin(0, (i ? ROW1 : ROW0) + 12);
        }
        if (i >= full) t = UI_BLANK;
        else if (h >= 4) { t = UI_HEARTS + 4; h -= 4; }
        else { t = UI_HEARTS + h; h = 0; }
        vq_put(t);
    }
    vq_end();
}

static void draw_rupees(void) {
    u16 v = wDisplayedRupees;
    vq_begin(0, ROW1 + 8);
    vq_put(UI_DIGITS + ((u8)(v >> 8) & 15));
    vq_put(UI_DIGITS + ((u8)v >> 4));
    vq_put(UI_DIGITS + ((u8)v & 15));
    vq_end();
}

/* of the satchel the kind of seeds that comes out of it, and how many there are */
static void draw_seeds(u16 at) {
    u8 n = SEEDS[wSatchelSelectedSeeds];
    vq_begin(0, at); vq_put(UI_SEEDS + wSatchelSelectedSeeds); vq_put(UI_BLANK); vq_end();
    vq_begin(0, at + 32); vq_put(UI_DIGITS + (n >> 4)); vq_put(UI_DIGITS + (n & 15)); vq_end();
}

static void draw_item(u16 at, u8 item) {
    u8 t = icon_of[item & 31];
    u8 p = BGP_UI;
    if (item == T_SATCHEL) {
        draw_seeds(at);
    } else {
        vq_begin(0, at); vq_put(t); vq_put(t + 1); vq_end();
        vq_begin(0, at + 32); vq_put(t + 2); vq_put(t + 3); vq_end();
    }
    vq_begin(0x40, at); vq_put(0x88 | p); vq_put(0x88 | p); vq_end();
    vq_begin(0x40, at + 32); vq_put(0x88 | p); vq_put(0x88 | p); vq_end();
}

/* with the LCD off */
void hud_init(void) BANKED {
    u8 i;
    u8 *p = (u8 *)ROW0;
    static const u8 top[20] = {
        UI_BOX_B, UI_NOTHING, UI_NOTHING, UI_BOX_END, UI_BOX_A, UI_NOTHING, UI_NOTHING, UI_BOX_END, UI_BLANK, UI_RUPEE,
        UI_BLANK, UI_BLANK, UI_BLANK, UI_BLANK, UI_BLANK, UI_BLANK, UI_BLANK, UI_BLANK, UI_BLANK, UI_BLANK};
    static const u8 bottom[20] = {
        UI_BOX_B + 1, UI_NOTHING, UI_NOTHING, UI_BOX_END + 1, UI_BOX_A + 1, UI_NOTHING, UI_NOTHING, UI_BOX_END + 1, UI_DIGITS, UI_DIGITS,
        UI_DIGITS, UI_BLANK, UI_BLANK, UI_BLANK, UI_BLANK, UI_BLANK, UI_BLANK, UI_BLANK, UI_BLANK, UI_BLANK};
    for (i = 0; i != 32; i++) {
        p[i] = i < 20 ? top[i] : UI_BLANK;
        p[i + 32] = i < 20 ? bottom[i] : UI_BLANK;
    }
    *(volatile u8 *)0xFF4F = 1;
    for (i = 0; i != 64; i++) p[i] = 0x88 | BGP_UI;
    *(volatile u8 *)0xFF4F = 0;
    drawn_hearts = drawn_max = drawn_a = drawn_b = 0xFF;
    drawn_rupees = 0xFFFF;
    drawn_keys = 0;
    wDisplayedHearts = wLinkHealth;
    wDisplayedRupees = wNumRupees;
}

/* the small keys, while in a dungeon */
static void draw_keys(u8 k) {
    vq_begin(0, ROW0 + 10);
    vq_put(k ? UI_KEY : UI_BLANK);
    vq_put(k ? UI_DIGITS + (k & 15) : UI_BLANK);
    vq_end();
}

/* at most one group of tiles a frame */
void hud_update(void) BANKED {
    u8 keys = 0;
    if (wDungeonIndex < 12) keys = 0x80 | (wDungeonSmallKeys[wDungeonIndex] & 15);
    if (wFrameCounter & 1) {
        if (wDisplayedHearts < wLinkHealth) wDisplayedHearts++;
        else if (wDisplayedHearts > wLinkHealth) wDisplayedHearts--;
        if (wDisplayedRupees < wNumRupees) wDisplayedRupees = bcd_plus1(wDisplayedRupees);
        else if (wDisplayedRupees > wNumRupees) wDisplayedRupees = bcd_minus1(wDisplayedRupees);
    }
    wStatusBarNeedsRefresh = 0;
    if (drawn_hearts != wDisplayedHearts || drawn_max != wLinkMaxHealth) {
        drawn_hearts = wDisplayedHearts;
        drawn_max = wLinkMaxHealth;
        draw_hearts();
    } else if (drawn_rupees != wDisplayedRupees) {
        drawn_rupees = wDisplayedRupees;
        draw_rupees();
    } else if (drawn_a != wInventoryA) {
        drawn_a = wInventoryA;
        wAItemTreasure = drawn_a;
        draw_item(ROW0 + 5, drawn_a);
    } else if (drawn_b != wInventoryB) {
        drawn_b = wInventoryB;
        wBItemTreasure = drawn_b;
        draw_item(ROW0 + 1, drawn_b);
    } else if (drawn_kind != wSatchelSelectedSeeds || drawn_seeds != SEEDS[wSatchelSelectedSeeds]) {
        drawn_kind = wSatchelSelectedSeeds;
        drawn_seeds = SEEDS[drawn_kind];
        if (drawn_a == T_SATCHEL) draw_item(ROW0 + 5, drawn_a);
        if (drawn_b == T_SATCHEL) draw_item(ROW0 + 1, drawn_b);
    } else if (drawn_keys != keys) {
        drawn_keys = keys;
        draw_keys(keys);
    }
}
