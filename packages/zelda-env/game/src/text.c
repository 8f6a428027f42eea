/* The text box: rows 0-4 of map 9C00, shown through the window. */
#pragma bank 5
#include "game.h"

#define MAP 0x9C00
#define BOX_ROWS 5
#define NONE 0xFF

/* the record of a text */
enum { R_KIND, R_ID_LOW, R_ID_HIGH, R_YES, R_NO, R_DEED, R_ITEM, R_FLAG, R_NEXT, R_COST, R_POOR, R_TEXT };
enum { DEED_HEAL = 1, DEED_GIVE = 2, DEED_APPRAISE = 4, DEED_TAKES_ORE = 8, DEED_PLANT = 0x40 };
/* kinds of conditions */
enum { C_OWNS, C_FLAG, C_SEASON, C_ESSENCE, C_BOSS_KEY, C_RAW_RING };

obj_t *for_sale;
static u8 bank;
static u16 record, at;
static u8 phase, row, col, wait, blink;

enum { OPENING, WRITING, PAGE_END, CLEARING, ASK, ALL_END };
static u8 option;
static u8 bought;       /* the item that changes hands when the text is closed, 0 or its number + 1 */
static u8 digit;        /* of the number being written */

static u8 in_record(u8 field) {
    return peek(bank, record + field);
}

static void find(u8 index) {
    u16 entry = TEXTS_AT + index + index + index;
    bank = peek(TEXTS_BANK, entry);
    record = peek(TEXTS_BANK, entry + 1) | (u16)peek(TEXTS_BANK, entry + 2) << 8;
}

static u8 holds(u8 kind, u8 value) {
    u8 r;
    switch (kind & 0x7F) {
    case C_OWNS: r = owns(value); break;
    case C_FLAG: r = *room_flags() & value; break;
    case C_SEASON: r = wRoomStateModifier == value; break;
    case C_ESSENCE: r = wEssencesObtained & value; break;
    case C_RAW_RING: r = wUnappraisedRings[0] != RING_NONE; break;
    default: r = wDungeonIndex < 12 && (wDungeonBossKeys[wDungeonIndex >> 3] & (u8)(1 << (wDungeonIndex & 7))); break;
    }
    return (kind & 0x80) ? !r : r;
}

/* the text itself, after the conditions of who speaks: the last that holds wins */
static void choose(u8 index) {
    u8 n, i;
    find(index);
    if (in_record(R_KIND) == 0) return;
    index = in_record(1);
    n = in_record(2);
    for (i = 3; n; n--, i += 3)
        if (holds(in_record(i), in_record(i + 1))) index = in_record(i + 2);
    find(index);
}

static void take(void) {
    at = record + R_TEXT;
    wTextIndexL = in_record(R_ID_LOW);
    wTextIndexH = in_record(R_ID_HIGH) + 4;
    wTextIndexH_backup = wTextIndexH;
    if (in_record(R_COST)) wTextNumberSubstitution = in_record(R_COST);
}

void text_open(u8 index) BANKED {
    let_go();
    choose(index);
    take();
    wTextIsActive = 1;
    wTextDisplayMode = 0;
    wSelectedTextOption = 0xFF;
    wTextboxPosition = (s16)w1Link.yh + scroll_oy > 72 ? 0 : 2;   /* never over Link: top or bottom */
    phase = OPENING;
    row = 0;
    bought = 0;
    digit = 0;
}

static void blank_row(u8 r) {
    u8 i;
    u16 a = MAP + ((u16)r << 5);
    u8 left = (u8)(UI_BOX + 3), mid = (u8)(UI_BOX + 4), right = (u8)(UI_BOX + 5);
    if (r == 0) { left = UI_BOX; mid = (u8)(UI_BOX + 1); right = (u8)(UI_BOX + 2); }
    if (r == BOX_ROWS - 1) { left = (u8)(UI_BOX + 6); mid = (u8)(UI_BOX + 7); right = (u8)(UI_BOX + 8); }
    vq_begin(0, a);
    vq_put(left);
    for (i = 0; i != 18; i++) vq_put(mid);
    vq_put(right);
    vq_end();
    vq_begin(0x40, a);
    for (i = 0; i != 20; i++) vq_put(0x88 | BGP_TEXT);
    vq_end();
}

static void show(void) {
    wGfxRegsFinal[4] = 7;
    wGfxRegsFinal[0] = 0xE7;
    wGfxRegsFinal[3] = wTextboxPosition == 0 ? 20 : 100;
    v_lyc2 = (u8)(wGfxRegsFinal[3] - 1 + BOX_ROWS * 8);
    v_lcdc2 = (u8)0xC7;
}

static void hide(void) {
    wGfxRegsFinal[0] = 0xC7;
    wGfxRegsFinal[3] = 0xC7;
    wGfxRegsFinal[4] = 0xC7;
    v_lyc2 = 0xFF;
}

static void put(u8 r, u8 c, u8 tile) {
    vq_begin(0, MAP + ((u16)r << 5) + c);
    vq_put(tile);
    vq_end();
}

/* the price of what was asked for: told apart by what can be done about it */
static u8 trade(void) {
    obj_t *o = for_sale;
    wShopHaveEnoughRupees = wNumRupees >= wTextNumberSubstitution;
    if (is_full(o->v34)) return TEXT_SHOP_FULL;
    if (!pay(wTextNumberSubstitution)) return TEXT_SHOP_POOR;
    bought = o->v34 + 1;
    return TEXT_SHOP_YES;
}

/* a question may have a price, which a yes pays; 0: one cannot */
static u8 paid(void) {
    u8 cost = in_record(R_COST);
    if (!cost || option) return 1;
    return (in_record(R_DEED) & DEED_TAKES_ORE) ? pay_ore(cost) : pay(cost);
}

static void answer(void) {
    u8 asked = in_record(R_YES);
    u8 next = in_record(R_YES + option);
    wTextDisplayMode = 0;
    wSelectedTextOption = option;
    if (for_sale && asked == TEXT_SHOP_YES && option == 0) next = trade();
    else if (!paid()) next = in_record(R_POOR);
    choose(next);
    take();
    phase = CLEARING;
    row = 1;
}

/* what a text does when it is closed */
static void close(void) {
    u8 deed = in_record(R_DEED), next = in_record(R_NEXT), item = 0xFF, flag = in_record(R_FLAG);
    if (next != NONE) {
        *room_flags() |= flag;
        if (deed & DEED_HEAL) add_health(wLinkMaxHealth);
        choose(next);
        take();
        phase = CLEARING;
        row = 1;
        return;
    }
    hide();
    wTextIsActive = 0;
    if (deed & DEED_HEAL) add_health(wLinkMaxHealth);
    if (deed & DEED_PLANT) gasha_plant();
    if (bought) {
        item = bought - 1;
        flag = for_sale->v35;
    } else if (deed & DEED_GIVE) {
        item = in_record(R_ITEM);
        if (item_id[item] < 0x28 && owns(item_id[item]) && is_full(item)) item = 0xFF;
    } else if (deed & DEED_APPRAISE) {
        item = ring_item(wUnappraisedRings[0]);
    }
    for_sale = 0;
    bought = 0;
    if (item != 0xFF) hand_over(item, flag);
    else *room_flags() |= flag;
}

/* the next of the three digits of CBA8, without leading zeros; 0 when there is none left */
static u8 next_digit(void) {
    u16 v = wTextNumberSubstitution;
    u8 d;
    for (;;) {
        if (digit == 3) {
            digit = 0;
            return 0;
        }
        d = digit == 0 ? (u8)(v >> 8) & 15 : digit == 1 ? (u8)v >> 4 : (u8)v & 15;
        digit++;
        if (d || digit == 3 || (digit == 2 && v >= 0x100)) return 0x10 + d;
    }
}

static void write(void) {
    u8 c = peek(bank, at), t;
    if (c == '\n') { at++; row = 3; col = 1; c = peek(bank, at); }
    if (c == 0x0C) { at++; phase = PAGE_END; blink = 0; return; }
    if (c == 0) {
        blink = 0;
        phase = ALL_END;
        if (in_record(R_YES) != NONE) {
            phase = ASK;
            option = 0;
            wTextDisplayMode = 1;
        }
        return;
    }
    if (c == '#') {
        t = next_digit();
        if (!t) { at++; return; }
        put(row, col, t);
        col++;
        return;
    }
    put(row, col, c - 0x20);
    at++;
    col++;
}

void text_update(void) BANKED {
    u8 pressed = wKeysJustPressed & (K_A | K_B);
    if (wTextIsActive == 0xFF) phase = ALL_END, pressed = 1;
    switch (phase) {
    case OPENING:
        blank_row(row);
        if (++row == BOX_ROWS) {
            show();
            phase = WRITING;
            row = 1;
            col = 1;
            wait = 4;
        }
        break;
    case WRITING:
        if (pressed) wait = 0;
        if (wait) { wait--; break; }
        wait = (wKeysPressed & (K_A | K_B)) ? 0 : 1;
        write();
        break;
    case PAGE_END:
        if ((blink & 15) == 0) put(4, 18, (blink & 16) ? (u8)(UI_BOX + 7) : UI_MORE);
        blink++;
        if (pressed) {
            phase = CLEARING;
            row = 1;
        }
        break;
    case CLEARING:
        blank_row(row);
        if (row == 1) row = 3;
        else if (row == 3) row = 4;
        else { phase = WRITING; row = 1; col = 1; wait = 2; }
        break;
    case ASK:
        /* the mark before the answer; A takes it, B the second */
        if (wKeysJustPressed & (K_LEFT | K_RIGHT | K_UP | K_DOWN)) {
            option ^= 1;
            blink = 0;
        }
        if (blink == 0) {
            put(3, 2, option ? 0 : UI_CURSOR);
            put(3, 10, option ? UI_CURSOR : 0);
            blink = 1;
        }
        if (pressed) {
            if (wKeysJustPressed & K_B) option = 1;
            answer();
        }
        break;
    default:
        if ((blink & 15) == 0) put(4, 18, (blink & 16) ? (u8)(UI_BOX + 7) : UI_END);
        blink++;
        if (pressed) close();
        break;
    }
}
