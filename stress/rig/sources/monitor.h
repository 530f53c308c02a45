/* SPDX-License-Identifier: GPL-2.0-only */
/* The monitor's parts, and what each has for the others. */
#ifndef MONITOR_H
#define MONITOR_H

#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>
#include <linux/kvm.h>
#include "proto.h"

/* plays.c: a play, as it was read; its words are those of the file */
struct words {
	const u32 *at;
	u32 nr;
};

struct play {
	u32 id, nr_vcpus, nr_irqs, nr_devices, rounds, flags, seed;
	const u32 *irqs;			/* three words each */
	struct words program[VCPUS_MAX];
	struct words pulses[DEVICES_MAX];	/* three words each */
};

void plays_open(const char *path);
int plays_are_alone(void);			/* nothing of one is left when the next begins */
int plays_next(struct play *play);		/* false if there is none left */

/* vm.c: a virtual machine that plays it */
struct vcpu {
	u32 id;
	int fd, stats;
	long exits_at;				/* "exits" in the statistics file, or -1 */
	u64 exits_before, runs;
	struct kvm_run *run;
	struct area *area;
};

struct device {
	u32 id, nr_log;
	u32 log[PULSES_MAX];
	sem_t go;
};

struct passed {
	u32 intid;
	int trigger, heard;			/* events: raise its line; the guest has ended it */
	int raised;				/* and no end was heard of since */
};

struct vm {
	const struct play *play;
	int fd, gic;
	struct vcpu vcpu[VCPUS_MAX];
	struct device device[DEVICES_MAX];
	u32 round, nr_passed;
	struct passed passed[NR_IRQS];
	pthread_mutex_t passing;		/* guards who is raised */
	pthread_t listener;
	int unheard_of;				/* an event: the listener is to end */
	volatile int stop, over;		/* something is wrong; all rounds are played */
	int hung;				/* nothing has happened for a long time */
	volatile u32 progress;			/* changes while something goes on */
	char trouble[160];			/* what the kernel refused */
	pthread_mutex_t lock;
	pthread_cond_t met;
	u32 arrived, meetings, forced;
};

void vm_open(void);				/* once, before all others */
struct vm *vm_create(const struct play *play);
void vm_destroy(struct vm *vm);			/* some time later */
void vm_await_destroyed(void);
u64 vcpu_exits(struct vcpu *vcpu);
extern struct shared *shared;			/* as the monitor sees it */

/* irqs.c: the machine's interrupts, as user space sees and sets them */
void gic_create(struct vm *vm);		/* before its vCPUs */
void gic_init(struct vm *vm);			/* after them */
void gic_reset(struct vm *vm);
void gic_line(struct vm *vm, u32 vcpu, u32 intid, int level);
void gic_final(struct vm *vm, u32 *words);	/* one for each irq of the play */

/* passed.c: devices that are passed through, whose lines are kept up until the guest's end */
void passed_open(struct vm *vm);		/* after the GIC */
void passed_close(struct vm *vm);
void passed_reset(struct vm *vm);		/* before the GIC */
int passed_line(struct vm *vm, u32 intid, int level);	/* false: it is no such device's */

/* slow.c: the maintenance interrupt of the emulated host */
const char *slow_open(void);			/* why it cannot be masked, NULL if it can */
void slow_mask(int masked);

/* round.c: the phases of a round */
int round_phase(struct vm *vm, struct vcpu *vcpu, enum phase phase);	/* false: it is over */
void round_reset(struct vm *vm);
void round_report(struct vm *vm, int whole);

/* main.c */
void play_all(void) __attribute__((noreturn));

/* workers.c: threads, one for each vCPU and device, each pinned to a CPU */
int cpus_online(void);
void workers_start(void);			/* the first of them plays all */
void workers_watch(void) __attribute__((noreturn));
void workers_play(struct vm *vm);
void workers_broken(struct vm *vm, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* vcpu.c, device.c: what they do in all rounds of a play */
void vcpu_play(struct vm *vm, struct vcpu *vcpu);
void device_play(struct vm *vm, struct device *device);

/* console.c: lines, kept until they are flushed */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_words(const u32 *words, u32 nr, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void say_kernel_log(void);
int console_is_due(void);
void console_flush(int drain);
void fatal(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
u64 microseconds(void);
void power_off(void) __attribute__((noreturn));

#endif
