/* SPDX-License-Identifier: GPL-2.0 */
	.section .rodata
	.balign 8
	.global l1_image, l1_image_end
l1_image:
	.incbin "l1.bin"
l1_image_end:
	.section .note.GNU-stack, "", %progbits
