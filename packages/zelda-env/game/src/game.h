/* What the units of the game know of each other. A unit lies in bank 0, which
 * always shows, or says `#pragma bank`; what others call in it is BANKED. */
#ifndef GAME_H
#define GAME_H

#include "ram.h"
#include "gen.h"

#define BANKED __banked

/* keys */
#define K_A 0x01
#define K_B 0x02
#define K_SELECT 0x04
#define K_START 0x08
#define K_RIGHT 0x10
#define K_LEFT 0x20
#define K_UP 0x40
#define K_DOWN 0x80

/* treasures */
#define T_SHIELD 0x01
#define T_BOMBS 0x03
#define T_SWORD 0x05
#define T_BOOMERANG 0x06
#define T_ROD 0x07
#define T_SLINGSHOT 0x13
#define T_BRACELET 0x16
#define T_FEATHER 0x17
#define T_SATCHEL 0x19
#define T_EMBER 0x20
#define T_SCENT 0x21
#define T_RING_BOX 0x2C
#define T_RING 0x2D
#define T_FLIPPERS 0x2E
#define T_GASHA 0x34
#define T_ORE 0x37
#define T_ESSENCE 0x40
#define T_GNARLED_KEY 0x42
#define T_JEWEL 0x4C        /* and the three after it */

#define RING_NONE 0xFF
#define RING_THORN 0x07     /* the sword hurts twice as much */
#define RING_BARK 0x08      /* Link is hurt half as much */

/* crt0 */
void wait_vbl(void);
u8 read_pad(void);
u8 rnd(void);
void bank_copy(void);
u8 peek(u8 bank, u16 at);
extern u8 bc_bank;
extern u16 bc_src, bc_dst, bc_len;

/* whoever shows another bank of ROM puts the old one back; only bank 0 may */
#define BANK(n) (hBank = (n), *(volatile u8 *)0x2000 = hBank)

/* video.c: shadows the interrupts use, and the queue of VRAM writes */
extern volatile u8 v_mode, v_stage, v_lyc2, v_lcdc2, v_ready, v_flag, v_pal_dirty, v_anim, v_anim_bank, v_anim_vbk;
extern volatile u16 v_anim_src, v_anim_dst, v_pal_bg, v_pal_obj, v_hero_src;
#define VQ ((u8 *)0xC000)
extern u8 vq_len;
void video_init(void);
void load(u8 bank, u16 from, u16 to, u16 length);
#define SECOND_TILES (256 - SCREEN_END)    /* of a set, in the other bank of video memory */
#define SECOND_DST (0x8000 + SCREEN_END * 16)   /* numbers from 128 on lie at 8800 */
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
void hero16(s16 y, s16 x, u8 drawing, u8 attr); /* a drawing of the hero's: one of them a frame */
#define FLIP_X 0x20
#define FLIP_Y 0x40
#define SBANK1 0x08

/* body.c: who is where, and what stops him */
u8 near8(u8 a, u8 b, u8 r);
u8 way(u8 y1, u8 x1, u8 y2, u8 x2);     /* of the four angles, from the first to the second */
u8 solid_at(u8 y, u8 x);
u8 npc_blocks(u8 angle);                /* would a step this way press Link into a person? */
void wipe(obj_t *o);
u8 owns(u8 treasure);

/* room.c */
#define PALETTE_INSIDE 4
#define PALETTE_DUNGEON 5
#define PALETTE_OBJ 6
extern u8 inside;                       /* 0 outside, 1 inside */
extern u8 set_bank, loaded_set;         /* the set of ground tiles: wanted, and in video memory */
extern u8 palette_group;
extern u8 anim_steps, anim_tiles;
extern u16 anim_stride;
u8 tile_info(u8 page, u8 tile);
#define coll_of(t) tile_info(PAGE_COLL, t)
#define type_of(t) tile_info(PAGE_TYPE, t)
#define cut_to(t) tile_info(PAGE_CUT, t)      /* what a stroke leaves, or an opened door */
#define bomb_to(t) tile_info(PAGE_BOMB, t)
#define push_to(t) tile_info(PAGE_PUSH, t)
#define lift_to(t) tile_info(PAGE_LIFT, t)    /* what is left where it was lifted */
#define HOLE 0x01
#define WATER 0x07      /* types of ground */
extern u8 room_cols, room_rows;
extern u8 room_things[];                /* six bytes each, a zero ends them */
extern u8 arriving;                     /* 1: the season stays, whatever the region's is */
void room_setup(void);                  /* the rules of the room in CC49, CC4C */
void room_set(void);                    /* the tiles it needs, by its region and season */
void room_load_tables(void);
u8 *room_flags(void);
void room_spawn(void);
void room_mark_visited(void);
u8 neighbour(u8 dir);                   /* is there a room that way? sets next_room */
extern u8 next_room;
u8 next_fades(void);                    /* does the way there lead into other tiles? */
void room_set_flag(u8 dir);             /* a door of this room and the one behind it stay open */
const u8 *room_thing(u8 kind, u8 pos);  /* what the room file placed there, or 0 */
void toggle_step(void);

/* picture.c */
void room_draw_all(void);
void room_draw_cell(u8 pos);
void room_set_tile(u8 pos, u8 tile);
void draw_tile_row(u8 row);
void draw_tile_column(u8 column);
void room_animate(void);

/* scroll.c */
void scroll_begin(void);
void scroll_step(void);
void camera_snap(void);
void camera_use(void);
void camera_update(void);
extern s16 scroll_oy, scroll_ox;        /* where the new room stands on the screen */
extern s16 old_oy, old_ox;              /* and the old one */

/* warp.c */
void warp_begin(const u8 *thing);
void warp_asked(void);                  /* whoever wrote CC63-CC67 wants to be there */
void cross_begin(void);                 /* into another region, over the edge */
void warp_step(void);
void season_begin(u8 season);
extern u8 season_phase;
void season_step(void);
void respawn_here(void);

/* link.c */
void link_init(u8 y, u8 x, u8 dir) BANKED;
void link_update(void) BANKED;
void link_draw(void) BANKED;
void link_active_tile(void) BANKED;
void link_set_down(void) BANKED;        /* where he stands no warp takes him until he has left it */
void link_hurt(u8 quarters, u8 angle) BANKED;
void link_dying(void) BANKED;
void link_stop(void) BANKED;            /* puts away whatever is in use */

/* link.c, for those beside it */
#define NO_CELL 0xFF                    /* outside of the room */
u8 cell_ahead(u8 direction);

/* item.c, beside link.c */
void item_use(u8 item);
void sword_update(void);
void sword_end(void);
void item_draw(s16 y, s16 x);
u8 swing_phase(void);
void jump_update(void);

/* lift.c and swim.c, beside link.c */
#define GRABBING 0x41
#define LIFTING 0xC2
#define HOLDING 0x83
#define is_bush(t) (!inside && (t) >= 0xC4)
void grab_start(void);
u8 grab_update(void);
void throw_carried(void);
void drop_carried(void);                /* what he carries falls and breaks */
void let_go(void) BANKED;               /* and this without a trace */
void carried_update(void) BANKED;
void carried_draw(u8 front) BANKED;
#define SWIMMING 0x01
#define DIVING 0x80
void swim_look(void);
void swim_update(void);
void swim_draw(s16 y, s16 x, u8 attr);
void dive(void);

/* objects.c */
#define SHOP_ITEM 0x47
#define KEY_SPRITE 0x17     /* and 18: a key at the door it opened */
#define PUSHED_BLOCK 0x14
#define DOOR 0x1E
#define TREASURE 0x60
#define ESSENCE 0x7F
#define PART_DROP 0x01
#define PART_PUFF 0x02
#define PART_ORB 0x03
#define PART_BUTTON 0x09
#define PART_ROCK 0x18
#define PART_FIRE 0x1C
#define FIRST_ITEM 7        /* bombs, seeds and the boomerang lie in D700-DB00 */
#define DROP_GASHA 0x10     /* a drop of our own; the others have the documented numbers */
#define LAST_ITEM 11
extern u8 top_inter, top_enemy, top_part;
void objects_update(void) BANKED;
void objects_draw(u8 front) BANKED;     /* 1: what stands before the hero, 0: the rest */
void objects_leave(void) BANKED;        /* the room is being left */
void objects_drop_old(void) BANKED;
void objects_clear(void) BANKED;
obj_t *part_new(u8 id, u8 subid, u8 y, u8 x) BANKED;
void effect_new(u8 id, u8 y, u8 x) BANKED;
void drop(u8 y, u8 x, u8 chance) BANKED;
void thing_new(const u8 *o) BANKED;     /* whatever a room file places */
void chest_open(const u8 *o) BANKED;
void hand_over(u8 item, u8 flag) BANKED;    /* Link gets an item and holds it up */
u8 block_push(u8 pos, u8 angle) BANKED;
void bomb_drop(u8 y, u8 x) BANKED;
void ember_drop(u8 y, u8 x) BANKED;
void scent_drop(u8 y, u8 x) BANKED;
void ore_drop(u8 y, u8 x) BANKED;
extern u8 lure_y, lure_x;               /* where the scent seed lies, while CCF0 is not 0 */
u8 cell_taken(u8 pos) BANKED;
u8 orbs_hit(u8 y, u8 x) BANKED;         /* 1: one was turned */

/* missile.c, beside objects.c */
#define SEED_FLIES 2                    /* state of a seed that was shot; 1 is a flame */
void boomerang_throw(void) BANKED;
void boomerang_update(obj_t *o);
void seed_shoot(void) BANKED;
void seed_fly(obj_t *o);
obj_t *laid_new(u8 id, u8 y, u8 x, u8 time);
void laid_end(obj_t *o);
void ember_burn(obj_t *o);
u8 one_less(u8 bcd) BANKED;

/* enemy.c */
#define E_BLADE 0x0E
#define E_OCTOROK 0x09
#define E_ROPE 0x10
#define E_STALFOS 0x31
#define E_KEESE 0x32
#define E_ZOL 0x34
#define E_GEL 0x43
#define E_BOSS 0x78
void enemy_new(u8 kind, u8 y, u8 x, u8 index) BANKED;
void boss_new(u8 pos) BANKED;
void boss_wakes(obj_t *o);              /* after its entrance; beside enemy.c only */
void enemies_update(void) BANKED;
void enemies_draw(u8 front) BANKED;
void sword_hits(u8 y, u8 x) BANKED;
u8 burst_hits(obj_t *by, u8 radius, u8 damage) BANKED;    /* 1: somebody is there */
u8 stun_hits(obj_t *by) BANKED;

/* gasha.c, beside enemy.c */
void kill_count(void);
u8 gasha_tile(u8 spot) BANKED;          /* what soft soil looks like now */
u8 gasha_touch(u8 pos) BANKED;          /* A before a cell: 1 if it is soft soil */
void gasha_plant(void) BANKED;
void gasha_mature(u8 by) BANKED;

/* visitor.c */
void visitor_come(void) BANKED;         /* if it is time */
void visitor_gone(void) BANKED;
void visitor_update(void) BANKED;
void visitor_draw(void) BANKED;

/* scene.c */
#define SCENE_CREDITS 0x0A              /* as they are called in C2EF and CC04 */
#define SCENE_GUARDIAN 0x0E
void scene_ask(u8 scene) BANKED;
void scene_begin(void) BANKED;
void scene_update(void) BANKED;

/* hud.c */
void hud_init(void) BANKED;
void hud_update(void) BANKED;
void add_rupees(u8 n) BANKED;
void add_ore(u8 n) BANKED;
u8 pay(u16 price) BANKED;
u8 pay_ore(u16 price) BANKED;
void add_health(u8 n) BANKED;
void add_bombs(u8 bcd) BANKED;
#define SEED_KINDS 5
#define SEEDS (&wNumEmberSeeds)          /* ember, scent, pegasus, gale, mystery: one after the other */
void add_seeds(u8 kind, u8 bcd) BANKED;
void give_item(u8 item) BANKED;
u8 is_full(u8 item) BANKED;             /* would the item be of no use now? */
extern const u8 icon_of[];

/* text.c */
void text_open(u8 index) BANKED;
void text_update(void) BANKED;
extern obj_t *for_sale;                 /* what the question of a shop is about */

/* ring.c */
void ring_found(u8 id) BANKED;          /* and nobody has told yet what it is */
void ring_known(u8 id) BANKED;
void ring_box(u8 level) BANKED;
u8 ring_places(void) BANKED;            /* that the box has */
u8 ring_item(u8 id) BANKED;             /* the item that is this ring, known; FF: none */

/* jewel.c */
#define ORE_LUMP 0xE0                   /* inside: a stroke breaks it */
#define SOCKET 0xE3                     /* inside: empty, or with its jewel */
#define SOCKET_SET 0xE4
#define ALL_JEWELS 0x0F
void jewel_fit(const u8 *socket) BANKED;

/* menu.c, save.c, credits.c */
void menu_open(u8 type) BANKED;
void menu_update(void) BANKED;
void gameover_begin(void) BANKED;
u8 gameover_update(void) BANKED;
void save_file(void) BANKED;
u8 load_file(void) BANKED;
void credits_begin(void) BANKED;
void credits_update(void) BANKED;

/* main.c */
extern u8 quit;                         /* save and quit was chosen: power-on again */

#endif
