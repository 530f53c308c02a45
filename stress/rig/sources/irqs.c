// SPDX-License-Identifier: GPL-2.0-only
/*
 * A machine's interrupts, as user space sees and sets them: through the registers of the GIC that
 * the kernel emulates, and the lines of devices.
 *
 * Registers can be accessed while no vCPU runs.  So a round begins, whatever the one before has
 * done, with everything as the play has it, and ends with a look at what is pending and active.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include "gic.h"
#include "monitor.h"

#define WORDS		(NR_IRQS / 32)
#define LINES		(VGIC_LEVEL_INFO_LINE_LEVEL << KVM_DEV_ARM_VGIC_LINE_LEVEL_INFO_SHIFT)

/* A bit for each interrupt: of each vCPU's private ones, and, with vCPU 0's, of the shared ones. */
struct bits {
	u32 of[VCPUS_MAX][WORDS];
};

static int attribute(struct vm *vm, int request, u32 group, u64 number, void *value)
{
	struct kvm_device_attr attr = { .group = group, .attr = number, .addr = (u64)value };

	return ioctl(vm->gic, request, &attr);
}

static void set_up(struct vm *vm, u32 group, u64 number, void *value)
{
	if (attribute(vm, KVM_SET_DEVICE_ATTR, group, number, value))
		fatal("the GIC cannot be set up, group %u: %s", group, strerror(errno));
}

/* Access a register that has a bit for each of 32 interrupts; group LEVEL_INFO has no offset. */
static void access(struct vm *vm, int request, u32 group, u64 offset, u32 vcpu, u32 intid,
		   u32 *value)
{
	u64 number = offset;

	if (intid < FIRST_SPI && group == KVM_DEV_ARM_VGIC_GRP_DIST_REGS) {
		group = KVM_DEV_ARM_VGIC_GRP_REDIST_REGS;
		number += GICR_SGI;
	}
	if (attribute(vm, request, group, (u64)vcpu << 32 | number, value))
		workers_broken(vm, "register %lx of INTID %u cannot be accessed: %s", offset, intid,
			       strerror(errno));
}

static void write_bits(struct vm *vm, u64 offset, const struct bits *bits)
{
	for (u32 word = 0; word < WORDS; word++)
		for (u32 vcpu = 0; vcpu < (word ? 1 : vm->play->nr_vcpus); vcpu++) {
			u32 value = bits ? bits->of[vcpu][word] : ~0U;

			access(vm, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS,
			       offset + word * 4, vcpu, word * 32, &value);
		}
}

static void access_lines(struct vm *vm, int request, struct bits *bits)
{
	for (u32 word = 0; word < WORDS; word++)
		for (u32 vcpu = 0; vcpu < (word ? 1 : vm->play->nr_vcpus); vcpu++)
			access(vm, request, KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, LINES | word * 32,
			       vcpu, word * 32, &bits->of[vcpu][word]);
}

static u32 intid_of(const struct play *play, u32 irq)
{
	return play->irqs[irq * 3] & 0xffff;
}

void gic_create(struct vm *vm)
{
	struct kvm_create_device device = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };

	if (ioctl(vm->fd, KVM_CREATE_DEVICE, &device))
		fatal("there is no GICv3 for guests: %s", strerror(errno));
	vm->gic = device.fd;
}

/* What is set once, when all vCPUs are there: where registers are, triggers. */
void gic_init(struct vm *vm)
{
	u64 distributor = GICD_BASE, redistributors = GICR_BASE;
	u32 nr_irqs = NR_IRQS, config[NR_IRQS / 16] = { 0 };

	set_up(vm, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &nr_irqs);
	set_up(vm, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, &distributor);
	set_up(vm, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST, &redistributors);
	set_up(vm, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
	for (u32 i = 0; i < vm->play->nr_irqs; i++) {
		u32 intid = intid_of(vm->play, i);

		if (!(vm->play->irqs[i * 3] & IRQ_LEVEL))
			config[intid / 16] |= 2U << intid % 16 * 2;
	}
	for (u32 word = FIRST_SPI / 16; word < NR_IRQS / 16; word++)
		set_up(vm, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, GICD_ICFGR + word * 4, &config[word]);
}

/* Bring all interrupts to their beginning: the play's are enabled, nothing is pending or active. */
void gic_reset(struct vm *vm)
{
	const struct play *play = vm->play;
	u32 priorities[VCPUS_MAX][NR_IRQS / 4] = { 0 };
	u32 control = GICD_CTLR_ARE | GICD_CTLR_GROUP1;
	struct bits enabled = { 0 }, none = { 0 }, group;

	memset(&group, 0xff, sizeof(group));
	write_bits(vm, GICD_ICENABLER, NULL);
	access_lines(vm, KVM_SET_DEVICE_ATTR, &none);
	/* of user space's write a bit that is not set makes its interrupt not pending */
	write_bits(vm, GICD_ISPENDR, &none);
	write_bits(vm, GICD_ICACTIVER, NULL);
	for (u32 i = 0; i < play->nr_irqs; i++) {
		u32 intid = intid_of(play, i), target = play->irqs[i * 3 + 2];
		u32 vcpu = intid < FIRST_SPI ? target : 0;

		enabled.of[vcpu][intid / 32] |= 1U << intid % 32;
		if (play->irqs[i * 3] & IRQ_GROUP_0)
			group.of[vcpu][intid / 32] &= ~(1U << intid % 32);
		priorities[vcpu][intid / 4] |= (play->irqs[i * 3 + 1] & 0xff) << intid % 4 * 8;
		if (intid >= FIRST_SPI)
			access(vm, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS,
			       GICD_IROUTER + intid * 8, 0, intid, &target);
	}
	for (u32 word = 0; word < NR_IRQS / 4; word++)
		for (u32 vcpu = 0; vcpu < (word * 4 < FIRST_SPI ? play->nr_vcpus : 1); vcpu++)
			if (enabled.of[vcpu][word / 8] >> word % 8 * 4 & 0xf)
				access(vm, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS,
				       GICD_IPRIORITYR + word * 4, vcpu, word * 4,
				       &priorities[vcpu][word]);
	write_bits(vm, GICD_IGROUPR, &group);
	access(vm, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, GICD_CTLR, 0, FIRST_SPI,
	       &control);
	write_bits(vm, GICD_ISENABLER, &enabled);
}

static void read_bits(struct vm *vm, u64 offset, struct bits *bits)
{
	for (u32 word = 0; word < WORDS; word++)
		for (u32 vcpu = 0; vcpu < (word ? 1 : vm->play->nr_vcpus); vcpu++)
			access(vm, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS,
			       offset + word * 4, vcpu, word * 32, &bits->of[vcpu][word]);
}

/* What a guest would read.  User space reads what software has made pending and lines apart. */
void gic_final(struct vm *vm, u32 *words)
{
	const struct play *play = vm->play;
	struct bits pending = { 0 }, active = { 0 }, lines = { 0 };

	read_bits(vm, GICD_ISPENDR, &pending);
	read_bits(vm, GICD_ISACTIVER, &active);
	access_lines(vm, KVM_GET_DEVICE_ATTR, &lines);
	for (u32 i = 0; i < play->nr_irqs; i++) {
		u32 intid = intid_of(play, i), vcpu = intid < FIRST_SPI ? play->irqs[i * 3 + 2] : 0;
		u32 bit = 1U << intid % 32, word = intid / 32;
		u32 is_pending = !!((pending.of[vcpu][word] | lines.of[vcpu][word]) & bit);

		words[i] = WORD(OP_FINAL, intid, 0) | is_pending << 18 |
			   !!(active.of[vcpu][word] & bit) << 19 | vcpu << 20;
	}
}

/* A device drives its line; that of a private interrupt is one of a vCPU. */
void gic_line(struct vm *vm, u32 vcpu, u32 intid, int level)
{
	struct kvm_irq_level line = {
		.irq = KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | intid, .level = level,
	};

	if (passed_line(vm, intid, level))
		return;
	if (intid < FIRST_SPI)
		line.irq = KVM_ARM_IRQ_TYPE_PPI << KVM_ARM_IRQ_TYPE_SHIFT |
			   vcpu << KVM_ARM_IRQ_VCPU_SHIFT | intid;
	if (ioctl(vm->fd, KVM_IRQ_LINE, &line))
		workers_broken(vm, "the line of INTID %u cannot be driven: %s", intid,
			       strerror(errno));
}
