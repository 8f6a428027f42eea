; Start-up, interrupts and the few routines that must not be C.
; Everything here lies below 0400, in ROM bank 0, so it may switch banks.

	.module crt0
	.globl	_main
	.globl	_v_mode, _v_stage, _v_lyc2, _v_lcdc2, _v_ready, _v_flag
	.globl	_v_pal_dirty, _v_anim, _v_anim_src, _v_anim_bank, _v_anim_dst, _v_anim_vbk
	.globl	_wGfxRegsFinal
	.globl	_v_pal_bg, _v_pal_obj, _v_hero_src
	.globl	___sdcc_bcall_ehl
	.globl	_bc_bank, _bc_src, _bc_dst, _bc_len

	LCDC = 0x40
	STAT = 0x41
	SCY = 0x42
	SCX = 0x43
	LYC = 0x45
	WY = 0x4A
	WX = 0x4B
	KEY1 = 0x4D
	VBK = 0x4F
	HDMA1 = 0x51
	HDMA2 = 0x52
	HDMA3 = 0x53
	HDMA4 = 0x54
	HDMA5 = 0x55
	BCPS = 0x68
	BCPD = 0x69
	OCPS = 0x6A
	OCPD = 0x6B
	SVBK = 0x70
	BANK = 0xF2		; the ROM bank in use at 4000-7FFF, for whoever borrows another
	GFX_BANK = 2

	.area	_HEADER (ABS)
	.org	0x00
	ret
	.org	0x38
	ret
	.org	0x40
	jp	vblank
	.org	0x48
	jp	stat
	.org	0x50
	reti
	.org	0x58
	reti
	.org	0x60
	reti
	.org	0x100
	nop
	jp	start

	.org	0x150
start:
	di
	ld	sp, #0xFFFE		; not in the RAM that is about to be cleared
	; LCD off, in vblank
1$:	ldh	a, (0x44)
	cp	#144
	jr	c, 1$
	xor	a
	ldh	(LCDC), a
	; twice the speed: a room full of foes needs it
	ldh	(0xFF), a
	ldh	(0x0F), a
	ld	a, #0x30
	ldh	(0x00), a
	ld	a, #0x01
	ldh	(KEY1), a
	.db	0x10, 0x00		; stop
	; clear WRAM: C000-CFFF, then banks 7..1 of D000-DFFF
	ld	hl, #0xC000
	ld	bc, #0x0100
	call	zero
	ld	e, #7
2$:	ld	a, e
	ldh	(SVBK), a
	ld	hl, #0xD000
	ld	bc, #0x0100
	call	zero
	dec	e
	jr	nz, 2$
	; bank 1 of D000 is left selected: all objects live there
	ld	a, #1
	ldh	(SVBK), a
	ld	sp, #0xC480
	ld	hl, #0xFF80
	ld	bc, #0x0007
	call	zero
	; the OAM copy must run from high RAM
	ld	hl, #dma_code
	ld	c, #0x80
	ld	b, #(dma_end - dma_code)
3$:	ld	a, (hl+)
	ldh	(c), a
	inc	c
	dec	b
	jr	nz, 3$
	; both VRAM banks
	ld	a, #1
	ldh	(VBK), a
	ld	hl, #0x8000
	ld	bc, #0x0200
	call	zero
	xor	a
	ldh	(VBK), a
	ld	hl, #0x8000
	ld	bc, #0x0200
	call	zero
	ld	a, #1
	ldh	(BANK), a
	ld	(0x2000), a
	xor	a
	ld	(0x0000), a		; save RAM shut
	ld	(0x3000), a
	call	_main
4$:	halt
	nop
	jr	4$

; bc blocks of 16 bytes from hl
zero:	xor	a
	ld	(hl+), a
	ld	(hl+), a
	ld	(hl+), a
	ld	(hl+), a
	ld	(hl+), a
	ld	(hl+), a
	ld	(hl+), a
	ld	(hl+), a
	ld	(hl+), a
	ld	(hl+), a
	ld	(hl+), a
	ld	(hl+), a
	ld	(hl+), a
	ld	(hl+), a
	ld	(hl+), a
	ld	(hl+), a
	dec	bc
	ld	a, b
	or	a, c
	jr	nz, zero
	ret

dma_code:
	ld	a, #0xCB
	ldh	(0x46), a
	ld	a, #40
5$:	dec	a
	jr	nz, 5$
	ret
dma_end:

; ---- vertical blank ------------------------------------------------------
; v_mode 0: play, the status bar (rows 30,31 of map 9C00) then the room
; v_mode 1: one whole screen from map 9C00, no sprites
vblank:
	push	af
	push	bc
	push	de
	push	hl
	ld	a, (_v_mode)
	or	a
	jr	nz, 1$
	ld	a, #0xCD		; BG map 9C00, 8x16 sprites, no OBJ
	ldh	(LCDC), a
	ld	a, #240
	ldh	(SCY), a
	xor	a
	ldh	(SCX), a
	jr	2$
1$:	ld	a, #0xCD
	ldh	(LCDC), a
	xor	a
	ldh	(SCY), a
	ldh	(SCX), a
2$:	xor	a
	ld	(_v_stage), a
	ld	a, #15
	ldh	(LYC), a
	ld	a, (_wGfxRegsFinal+3)
	ldh	(WY), a
	ld	a, (_wGfxRegsFinal+4)
	ldh	(WX), a
	; a frame that is not finished is not shown
	ld	a, (_v_ready)
	or	a
	jp	z, 9$
	call	0xFF80
	; the queue of VRAM writes at C000: {len|flags, lo, hi, data..}, 0 ends
	; flags: 80 downwards, 40 VRAM bank 1
	ld	de, #0xC000
3$:	ld	a, (de)
	or	a
	jr	z, 7$
	inc	de
	ld	b, a
	rlca
	rlca
	and	#1
	ldh	(VBK), a
	ld	a, (de)
	inc	de
	ld	l, a
	ld	a, (de)
	inc	de
	ld	h, a
	bit	7, b
	ld	a, b
	jr	nz, 5$
	and	#0x3F
	ld	b, a
4$:	ld	a, (de)
	inc	de
	ld	(hl+), a
	dec	b
	jr	nz, 4$
	jr	3$
5$:	and	#0x3F
	ldh	(0xF1), a		; free high RAM
	ld	bc, #32
6$:	ld	a, (de)
	inc	de
	ld	(hl), a
	add	hl, bc
	ldh	a, (0xF1)
	dec	a
	ldh	(0xF1), a
	jr	nz, 6$
	jr	3$
7$:	xor	a
	ld	(0xC000), a
	ldh	(VBK), a
	; palettes, as faded as they shall be, from the graphics bank: one set a frame
	ld	a, #GFX_BANK
	ld	(0x2000), a
	ld	a, (_v_pal_dirty)
	bit	0, a
	jr	z, 8$
	res	0, a
	ld	(_v_pal_dirty), a
	ld	a, #0x80
	ldh	(BCPS), a
	ld	hl, #_v_pal_bg
	ld	a, (hl+)
	ld	h, (hl)
	ld	l, a
	ld	c, #BCPD
	call	pal64
	jr	10$
8$:	bit	1, a
	jr	z, 10$
	res	1, a
	ld	(_v_pal_dirty), a
	ld	a, #0x80
	ldh	(OCPS), a
	ld	hl, #_v_pal_obj
	ld	a, (hl+)
	ld	h, (hl)
	ld	l, a
	ld	c, #OCPD
	call	pal64
10$:	; the hero's drawing, into the first four tiles
	ld	a, (_v_hero_src+1)
	or	a
	jr	z, 12$
	ldh	(HDMA1), a
	ld	a, (_v_hero_src)
	ldh	(HDMA2), a
	ld	a, #0x80
	ldh	(HDMA3), a
	xor	a
	ldh	(HDMA4), a
	ld	(_v_hero_src+1), a
	ld	a, #3
	ldh	(HDMA5), a
12$:	; animated or new tiles: a general DMA from a graphics bank
	ld	a, (_v_anim)
	or	a
	jr	z, 11$
	ld	b, a
	xor	a
	ld	(_v_anim), a
	ld	a, (_v_anim_bank)
	ld	(0x2000), a
	ld	a, (_v_anim_src+1)
	ldh	(HDMA1), a
	ld	a, (_v_anim_src)
	ldh	(HDMA2), a
	ld	a, (_v_anim_dst+1)
	ldh	(HDMA3), a
	ld	a, (_v_anim_dst)
	ldh	(HDMA4), a
	ld	a, (_v_anim_vbk)
	ldh	(VBK), a
	ld	a, b
	dec	a
	ldh	(HDMA5), a
	xor	a
	ldh	(VBK), a
	ld	(_v_anim_vbk), a
11$:	ldh	a, (BANK)
	ld	(0x2000), a
	xor	a
	ld	(_v_ready), a
9$:	pop	hl
	pop	de
	pop	bc
	pop	af
	reti

pal64:	ld	b, #16
1$:	ld	a, (hl+)
	ldh	(c), a
	ld	a, (hl+)
	ldh	(c), a
	ld	a, (hl+)
	ldh	(c), a
	ld	a, (hl+)
	ldh	(c), a
	dec	b
	jr	nz, 1$
	ret

; ---- the line where the bar ends, and where a text box on top ends --------
stat:
	push	af
1$:	ldh	a, (STAT)
	and	#3
	jr	nz, 1$
	ld	a, (_v_stage)
	or	a
	jr	nz, 2$
	; line 15 also starts the next step of the game, once its last one is shown:
	; so a step never straddles the end of a frame, where observers look
	ld	a, (_v_ready)
	or	a
	jr	nz, 3$
	inc	a
	ld	(_v_flag), a
3$:	ld	a, (_v_mode)
	or	a
	jr	nz, 4$
	ld	a, (_wGfxRegsFinal)
	ldh	(LCDC), a
	ld	a, (_wGfxRegsFinal+1)
	ldh	(SCY), a
	ld	a, (_wGfxRegsFinal+2)
	ldh	(SCX), a
	ld	a, #1
	ld	(_v_stage), a
	ld	a, (_v_lyc2)
	ldh	(LYC), a
	pop	af
	reti
2$:	ld	a, (_v_lcdc2)
	ldh	(LCDC), a
4$:	ld	a, #0xFF
	ldh	(LYC), a
	pop	af
	reti

; ---- called from C -------------------------------------------------------
_wait_vbl::
	xor	a
	ld	(_v_flag), a
	inc	a
	ld	(_v_ready), a
1$:
	halt			; SLEEP
	nop			; SLEEP
	ld	a, (_v_flag)
	or	a
	jr	z, 1$
	ret

_read_pad::			; returns A: A 01 B 02 Select 04 Start 08 R 10 L 20 U 40 D 80
	ld	a, #0x20
	ldh	(0x00), a
	ldh	a, (0x00)
	ldh	a, (0x00)
	cpl
	and	#0x0F
	swap	a
	ld	b, a
	ld	a, #0x10
	ldh	(0x00), a
	ldh	a, (0x00)
	ldh	a, (0x00)
	ldh	a, (0x00)
	ldh	a, (0x00)
	cpl
	and	#0x0F
	or	a, b
	ld	b, a
	ld	a, #0x30
	ldh	(0x00), a
	ld	a, b
	ret

; the game's only source of chance: x = 5x + 3619h, kept in FF94 (high), FF95
_rnd::
	push	de
	ldh	a, (0x94)
	ld	h, a
	ldh	a, (0x95)
	ld	l, a
	ld	d, h
	ld	e, l
	add	hl, hl
	add	hl, hl
	add	hl, de
	ld	de, #0x3619
	add	hl, de
	ld	a, l
	ldh	(0x95), a
	ld	a, h
	ldh	(0x94), a
	pop	de
	ret

; bc_len bytes from bc_src of ROM bank bc_bank to bc_dst
_bank_copy::
	ldh	a, (BANK)
	push	af
	ld	a, (_bc_bank)
	ldh	(BANK), a
	ld	(0x2000), a
	ld	hl, #_bc_src
	ld	a, (hl+)
	ld	e, a
	ld	d, (hl)
	ld	hl, #_bc_len
	ld	a, (hl+)
	ld	c, a
	ld	b, (hl)
	ld	hl, #_bc_dst
	ld	a, (hl+)
	ld	h, (hl)
	ld	l, a
1$:	ld	a, (de)
	inc	de
	ld	(hl+), a
	dec	bc
	ld	a, b
	or	a, c
	jr	nz, 1$
	pop	af
	ldh	(BANK), a
	ld	(0x2000), a
	ret

; the byte at DE of bank A
_peek::
	ld	b, a
	ldh	a, (BANK)
	push	af
	ld	a, b
	ldh	(BANK), a
	ld	(0x2000), a
	ld	a, (de)
	ld	b, a
	pop	af
	ldh	(BANK), a
	ld	(0x2000), a
	ld	a, b
	ret

; a call from one bank of code into another: bank in E, routine in HL;
; the compiler leaves the arguments above four bytes of the stack
___sdcc_bcall_ehl::
	ldh	a, (BANK)
	push	af
	ld	a, e
	ldh	(BANK), a
	ld	(0x2000), a
	call	1$
	ld	e, a
	pop	af
	ldh	(BANK), a
	ld	(0x2000), a
	ld	a, e
	ret
1$:	jp	(hl)

	.area	_CODE
	.area	_HOME
	.area	_GSINIT
	.area	_GSFINAL
	.area	_INITIALIZER
	.area	_DATA
	.area	_INITIALIZED
	.area	_BSS
