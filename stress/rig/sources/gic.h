/* SPDX-License-Identifier: GPL-2.0-only */
/* The GIC's registers by the architecture's names, as offsets in their frames. */
#ifndef GIC_H
#define GIC_H

#define GICD_CTLR		0x0000UL
#define GICD_IGROUPR		0x0080UL
#define GICD_ISENABLER		0x0100UL
#define GICD_ICENABLER		0x0180UL
#define GICD_ISPENDR		0x0200UL
#define GICD_ICPENDR		0x0280UL
#define GICD_ISACTIVER		0x0300UL
#define GICD_ICACTIVER		0x0380UL
#define GICD_IPRIORITYR		0x0400UL
#define GICD_ICFGR		0x0c00UL
#define GICD_IROUTER		0x6000UL

#define GICD_CTLR_ARE		0x10U
#define GICD_CTLR_GROUP1	0x02U
#define SGI1R_IRM		(1UL << 40)

#define SPURIOUS		1023U
#define FIRST_PPI		16U
#define FIRST_SPI		32U

#endif
