/* The screen: palettes, the queue of VRAM writes, sprites. */
#include "game.h"

#define REG(a) (*(volatile u8 *)(a))

volatile u8 v_mode, v_stage, v_lyc2, v_lcdc2, v_ready, v_flag, v_pal_dirty, v_anim, v_anim_bank, v_anim_vbk;
volatile u16 v_anim_src, v_anim_dst, v_pal_bg, v_pal_obj, v_hero_src;
u8 bc_bank;
u16 bc_src, bc_dst, bc_len;
u8 vq_len;
u8 oam_at;
static u8 *vq_head;
#define vq VQ

void load(u8 bank, u16 from, u16 to, u16 length) {
    bc_bank = bank;
    bc_src = from;
    bc_dst = to;
    bc_len = length;
    bank_copy();
}

void lcd_off(void) {
    if (REG(0xFF40) & 0x80) {
        vq_close();
        wait_vbl();
        while (REG(0xFF44) < 145) ;
        REG(0xFF40) = 0x00;
    }
}

void lcd_on(void) {
    REG(0xFF40) = 0xCD;
}

void load_tiles(void) {
    load(set_bank, 0x5000, 0x9000, 0x800);
    load(set_bank, 0x5800, 0x8800, 0x800);
    REG(0xFF4F) = 1;
    load(set_bank, 0x6000, SECOND_DST, SECOND_TILES * 16);
    REG(0xFF4F) = 0;
    loaded_set = set_bank;
}

void video_init(void) {
    vq_len = 0;
    vq[0] = 0;
    REG(0xFF4F) = 0;
    load(GRAPHICS_BANK, 0x5000, 0x8000, 0x800);
    REG(0xFF4F) = 1;
    load(GRAPHICS_BANK, 0x4000, 0x9000, 0x800);
    load(GRAPHICS_BANK, 0x4800, 0x8800, 0x800);
    load(GRAPHICS_BANK, 0x5800, 0x8000, 0x800);
    REG(0xFF4F) = 0;
    set_fade(0);
    wGfxRegsFinal[0] = 0xC7;
    wGfxRegsFinal[1] = 0xF0;
    wGfxRegsFinal[2] = 0;
    wGfxRegsFinal[3] = 0xC7;
    wGfxRegsFinal[4] = 0xC7;
    wGfxRegsFinal[5] = 15;
    v_lcdc2 = 0xC7;
    v_lyc2 = 0xFF;
    oam_reset();
    oam_finish();
    /* colours straight away: the first picture must be right */
    {
        u8 i;
        REG(0xFF68) = 0x80;
        for (i = 0; i != 64; i++) REG(0xFF69) = peek(GRAPHICS_BANK, v_pal_bg + i);
        REG(0xFF6A) = 0x80;
        for (i = 0; i != 64; i++) REG(0xFF6B) = peek(GRAPHICS_BANK, v_pal_obj + i);
        v_pal_dirty = 0;
    }
    REG(0xFF45) = 15;
    REG(0xFF41) = 0x40;
    REG(0xFF0F) = 0;
    REG(0xFFFF) = 0x03;
}

/* 0 is bright, 4 the night: the interrupt takes the colours from the graphics bank */
void set_fade(u8 level) {
    u16 at = PALETTES + ((u16)level << 6);
    v_pal_obj = at + PALETTE_OBJ * PALETTES_SIZE;
    v_pal_bg = at + palette_group * PALETTES_SIZE;
    v_pal_dirty = 3;
}

void vq_begin(u8 flags, u16 address) {
    vq_head = vq + vq_len;
    vq_head[0] = flags;
    vq_head[1] = (u8)address;
    vq_head[2] = (u8)(address >> 8);
    vq_len += 3;
}

void vq_put(u8 value) {
    vq[vq_len] = value;
    vq_len++;
}

void vq_end(void) {
    vq_head[0] |= vq_len - 3 - (u8)(u16)vq_head;
}

void vq_send(u8 flags, u16 address, const u8 *from, u8 n) {
    u8 *to = vq + vq_len;
    vq_len += n + 3;
    *to++ = flags | n;
    *to++ = (u8)address;
    *to++ = (u8)(address >> 8);
    do *to++ = *from++; while (--n);
}

void vq_close(void) {
    vq[vq_len] = 0;
    vq_len = 0;
}

/* ---- sprites ---- */

void oam_reset(void) {
    oam_at = 0;
}

void oam_finish(void) {
    static u8 last;     /* what the frame before used */
    u8 i = oam_at;
    u8 end = last;
    last = i;
    while (i < end) {
        wOam[i] = 0;
        i += 4;
    }
}

void sprite(u8 y, u8 x, u8 tile, u8 attr) {
    u8 *o;
    if (oam_at >= 160) return;
    o = wOam + oam_at;
    o[0] = y;
    o[1] = x;
    o[2] = tile;
    o[3] = attr;
    oam_at += 4;
}

void sprite16(s16 y, s16 x, u8 tile, u8 attr) {
    u8 *o;
    u8 v;
    if ((u16)(y - 4) > 156 || (u16)(x + 8) > 176 || oam_at > 152) return;
    o = wOam + oam_at;
    oam_at += 8;
    v = (u8)y + 8;
    o[0] = v;
    o[4] = v;
    v = (u8)x;
    o[1] = v;
    o[5] = v + 8;
    if (attr & FLIP_X) {
        o[2] = tile + 2;
        o[6] = tile;
    } else {
        o[2] = tile;
        o[6] = tile + 2;
    }
    o[3] = attr;
    o[7] = attr;
}

void hero16(s16 y, s16 x, u8 drawing, u8 attr) {
    static u8 shown;    /* the drawing in video memory, and one more */
    if (shown != drawing + 1) {
        shown = drawing + 1;
        v_hero_src = HERO_AT + ((u16)drawing << 6);
    }
    sprite16(y, x, S_HERO, attr);
}

void sprite8(s16 y, s16 x, u8 tile, u8 attr) {
    if (y < 4 || y > 160 || x < -8 || x > 168) return;
    sprite((u8)y + 8, (u8)x + 4, tile, attr);
}
