/* What the units of the game know of each other. */
#ifndef GAME_H
#define GAME_H

#include "ram.h"
#include "gen.h"

/* keys */
#define K_A 0x01
#define K_B 0x02
#define K_SELECT 0x04
#define K_START 0x08
#define K_RIGHT 0x10
#define K_LEFT 0x20
#define K_UP 0x40
#define K_DOWN 0x80

/* crt0 */
void wait_vbl(void);
u8 read_pad(void);
u8 rnd(void);
void bank_copy(void);
extern u8 bc_bank;
extern u16 bc_src, bc_dst, bc_len;

/* video.c: shadows the interrupts use, and the queue of VRAM writes */
extern volatile u8 v_mode, v_stage, v_lyc2, v_lcdc2, v_ready, v_flag, v_pal_dirty, v_anim, v_anim_bank, v_anim_dst;
extern volatile u16 v_anim_src;
extern u8 vq_len;
void video_init(void);
/* from a data bank; only within a step of the game, when no interrupt touches the banks */
extern u8 load_bank;
void load(u16 from, u16 to, u16 length);
void load_tiles(void);                  /* of the set in use, LCD off */
void lcd_off(void);
void lcd_on(void);
void vq_begin(u8 flags, u16 address);   /* then vq_put; vq_end closes */
void vq_put(u8 value);
void vq_end(void);
void vq_send(u8 flags, u16 address, const u8 *from, u8 n);
void vq_close(void);                    /* end of frame: terminate the queue */
void set_fade(u8 level);
extern u8 oam_at;
void oam_reset(void);
void oam_finish(void);
void sprite(u8 y, u8 x, u8 tile, u8 attr);
void sprite16(s16 y, s16 x, u8 tile, u8 attr);  /* centre, screen pixels */
void sprite8(s16 y, s16 x, u8 tile, u8 attr);
#define FLIP_X 0x20
#define FLIP_Y 0x40
#define SBANK1 0x08

/* room.c */
extern u8 tileset;                       /* 0 outside, 1 inside */
extern const u8 *mt_of;                 /* the record of each tile id of the set in use */
#define coll_of(t) mt_coll[mt_of[t]]
#define type_of(t) mt_type[mt_of[t]]
#define cut_to(t) mt_cut[mt_of[t]]      /* what a stroke leaves, or an opened door */
#define bomb_to(t) mt_bomb[mt_of[t]]
#define push_to(t) mt_push[mt_of[t]]
extern u8 room_cols, room_rows;
void room_setup(void);                  /* the rules of the room in CC49, CC4C */
void room_load_tables(void);
u8 *room_flags(void);
void room_spawn(void);
void room_draw_all(void);
void room_draw_cell(u8 pos);
void room_mark_visited(void);
u8 neighbour(u8 dir);                   /* is there a room that way? */
void room_set_flag(u8 dir);             /* a door of this room and the one behind it stay open */
void room_set_tile(u8 pos, u8 tile);
void scroll_begin(void);
void scroll_step(void);
void room_animate(void);
const u8 *room_thing(u8 kind, u8 pos);  /* what the room file placed there, or 0 */
void camera_snap(void);
void camera_update(void);
void warp_begin(const u8 *thing);
void warp_step(void);
extern s16 scroll_oy, scroll_ox;        /* where the new room stands on the screen */
extern s16 old_oy, old_ox;              /* and the old one */

/* link.c */
void link_init(u8 y, u8 x, u8 dir);
void link_update(void);
void link_draw(void);
void link_active_tile(void);
u8 solid_at(u8 y, u8 x);
void link_hurt(u8 quarters, u8 angle);
void link_dying(void);
void link_stop(void);                   /* puts away whatever is in use */
void link_die_begin(void);
u8 near8(u8 a, u8 b, u8 r);

/* objects.c */
void objects_update(void);
void objects_draw(u8 front);            /* 1: what stands before the hero, 0: the rest */
void objects_leave(void);               /* the room is being left */
void objects_drop_old(void);
void objects_clear(void);
void villager_new(u8 pos, u8 dir, u8 text);
void enemy_new(u8 pos, u8 index);
void part_new(u8 id, u8 subid, u8 y, u8 x);
void effect_new(u8 id, u8 y, u8 x);
void bush_drop(u8 y, u8 x);
void thing_new(const u8 *o);            /* items, buttons and shutters of a room */
void chest_open(const u8 *o);
u8 block_push(u8 pos, u8 angle);
void bomb_drop(u8 y, u8 x);
u8 cell_taken(u8 pos);
u8 npc_blocks(u8 angle);
void sword_hits(u8 y, u8 x);

/* hud.c */
void hud_init(void);
void hud_update(void);
void add_rupees(u8 n);
void add_health(u8 n);
void add_bombs(u8 bcd);
void give_item(u8 item);
extern const u8 icon_of[];

/* text.c, menu.c */
void text_open(u8 index);
void text_update(void);
void menu_open(void);
void menu_update(void);
void gameover_begin(void);
u8 gameover_update(void);

/* main.c */
void start_file(void);

#endif
