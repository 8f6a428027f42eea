/* Whole screens of text, a row at a time: for the units of bank 5. */
#ifndef SCREEN_H
#define SCREEN_H

#include "game.h"

extern u8 line[20], pals[20];
void frame_row(u8 r);                   /* an empty row of the frame */
void say(u8 column, const char *s);
void number(u8 column, u16 bcd, u8 digits);
void icon(u8 column, u8 item, u8 low);  /* upper or lower half of a picture */
void rule(void);
#define FLIP_ROWS 0x40                  /* in pals: the tile stands on its head */
void mark(u8 column, u8 tile);          /* a small picture */

/* pouch.c: the second page of the satchel */
void pouch_row(u8 r);
u8 pouch_keys(void);                    /* 1: a key was of use */

void send_row(u8 r);

#endif
