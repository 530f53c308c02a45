// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices that are passed through, as a host has them: each behind a resampling irqfd.
 *
 * An event raises the line, and the kernel lowers it when it finds that the guest has ended the
 * interrupt; it says so by another event.  Until then nothing raises the line again, as a host has
 * masked the device's own interrupt; then it is raised at once if the device has asked for more.  A
 * thread listens for ends, on the CPU where the rest of the system is.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "gic.h"
#include "monitor.h"

static int new_event(void)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (fd < 0)
		fatal("no event: %s", strerror(errno));
	return fd;
}

static void tell(int event)
{
	u64 once = 1;

	if (write(event, &once, sizeof(once)) != sizeof(once))
		fatal("an event cannot be told: %s", strerror(errno));
}

static int is_told(int event)
{
	u64 times;

	return read(event, &times, sizeof(times)) == sizeof(times);
}

static void raise_line(struct passed *passed)
{
	passed->raised = 1;
	tell(passed->trigger);
}

/* Hear of an end if there was one, and raise the line if its device asks for more. */
static void hear(struct vm *vm, struct passed *passed)
{
	pthread_mutex_lock(&vm->passing);
	if (is_told(passed->heard))
		passed->raised = 0;
	if (!passed->raised && shared->asks[passed->intid])
		raise_line(passed);
	pthread_mutex_unlock(&vm->passing);
}

static void *listen_for_ends(void *argument)
{
	struct vm *vm = argument;
	struct pollfd events[NR_IRQS + 1] = { { .fd = vm->unheard_of, .events = POLLIN } };
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	sched_setaffinity(0, sizeof(set), &set);
	for (u32 i = 0; i < vm->nr_passed; i++)
		events[i + 1] = (struct pollfd){ .fd = vm->passed[i].heard, .events = POLLIN };
	while (poll(events, vm->nr_passed + 1, -1) > 0 && !events[0].revents)
		for (u32 i = 0; i < vm->nr_passed; i++)
			if (events[i + 1].revents)
				hear(vm, &vm->passed[i]);
	return NULL;
}

void passed_open(struct vm *vm)
{
	const struct play *play = vm->play;

	pthread_mutex_init(&vm->passing, NULL);
	for (u32 i = 0; i < play->nr_irqs; i++) {
		u32 intid = play->irqs[i * 3] & 0xffff;
		struct passed *passed = &vm->passed[vm->nr_passed];
		struct kvm_irqfd irqfd = { .flags = KVM_IRQFD_FLAG_RESAMPLE };

		if (!(play->irqs[i * 3] & IRQ_RESAMPLED) || vm->nr_passed == NR_IRQS)
			continue;
		vm->nr_passed++;
		passed->intid = intid;
		passed->trigger = irqfd.fd = new_event();
		passed->heard = irqfd.resamplefd = new_event();
		irqfd.gsi = intid - FIRST_SPI;	/* as they are routed if nobody says otherwise */
		if (ioctl(vm->fd, KVM_IRQFD, &irqfd))
			workers_broken(vm, "there is no resampling irqfd for INTID %u: %s", intid,
				       strerror(errno));
	}
	if (!vm->nr_passed)
		return;
	vm->unheard_of = new_event();
	if (pthread_create(&vm->listener, NULL, listen_for_ends, vm))
		fatal("no thread: %s", strerror(errno));
}

void passed_close(struct vm *vm)
{
	if (!vm->nr_passed)
		return;
	tell(vm->unheard_of);
	pthread_join(vm->listener, NULL);
	close(vm->unheard_of);
	for (u32 i = 0; i < vm->nr_passed; i++) {
		close(vm->passed[i].trigger);
		close(vm->passed[i].heard);
	}
}

/* Forget the ends of a round that is over; while all vCPUs are out nothing more is ended. */
void passed_reset(struct vm *vm)
{
	pthread_mutex_lock(&vm->passing);
	for (u32 i = 0; i < vm->nr_passed; i++) {
		is_told(vm->passed[i].heard);
		vm->passed[i].raised = 0;
	}
	pthread_mutex_unlock(&vm->passing);
}

int passed_line(struct vm *vm, u32 intid, int level)
{
	for (u32 i = 0; i < vm->nr_passed; i++) {
		struct passed *passed = &vm->passed[i];

		if (passed->intid != intid)
			continue;
		if (level)
			shared->asks[intid] = 1;
		hear(vm, passed);	/* the thread that listens may be late */
		return 1;
	}
	return 0;
}
