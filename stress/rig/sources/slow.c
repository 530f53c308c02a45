// SPDX-License-Identifier: GPL-2.0-only
/*
 * A slow maintenance interrupt.
 *
 * The emulator takes the host's maintenance interrupt before the guest's next instruction.  Masked
 * in the host's own redistributors, behind the kernel's back, it never comes, and the next exit is
 * one that the program asks for: as late as can be.  There is no such thing on hardware, where it
 * is late by itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "gic.h"
#include "monitor.h"

#define HOST_GICR	0x080a0000UL	/* the emulated machine's redistributors */
#define MAINTENANCE	25U		/* and their interrupt */

static volatile char *redistributors;
static long nr_cpus;

static volatile u32 *word(long cpu, u64 offset)
{
	return (volatile u32 *)(redistributors + cpu * GICR_STRIDE + GICR_SGI + offset);
}

const char *slow_open(void)
{
	int fd = open("/dev/mem", O_RDWR | O_SYNC);
	void *mapped;

	if (fd < 0)
		return "/dev/mem cannot be opened: the kernel needs CONFIG_DEVMEM";
	nr_cpus = cpus_online();
	mapped = mmap(NULL, nr_cpus * GICR_STRIDE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		      HOST_GICR);
	close(fd);
	if (mapped == MAP_FAILED)
		return "/dev/mem cannot be mapped: the kernel needs iomem=relaxed";
	redistributors = mapped;
	for (long cpu = 0; cpu < nr_cpus; cpu++)
		if (!(*word(cpu, GICD_ISENABLER) & 1U << MAINTENANCE)) {
			redistributors = NULL;
			return "the maintenance interrupt is not where the emulator has it";
		}
	return NULL;
}

void slow_mask(int masked)
{
	for (long cpu = 0; redistributors && cpu < nr_cpus; cpu++)
		*word(cpu, masked ? GICD_ICENABLER : GICD_ISENABLER) = 1U << MAINTENANCE;
}
