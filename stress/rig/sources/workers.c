// SPDX-License-Identifier: GPL-2.0-only
/*
 * The threads that play: one for each vCPU, one for each device, each pinned to a CPU of its own.
 *
 * CPUs that the kernel was told to isolate come first, CPU 0 comes last: the rest of the system is
 * there.  No clock judges anything; when nothing has happened for a long time, the play is given up
 * so that the others are played.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "monitor.h"

#define WORKERS		(VCPUS_MAX + DEVICES_MAX)
#define SILENCE_S	30
#define LEAVING_S	30
#define CPUS_MAX	64

struct worker {
	pthread_t thread;
	sem_t go;
};

static struct worker workers[WORKERS];
static struct vm *volatile playing;
static sem_t done;
static int cpus[CPUS_MAX], nr_cpus;

static void add_cpus(int from, int to)
{
	for (int cpu = from; cpu <= to && nr_cpus < CPUS_MAX; cpu++) {
		int known = cpu >= sysconf(_SC_NPROCESSORS_ONLN);

		for (int i = 0; i < nr_cpus; i++)
			known |= cpus[i] == cpu;
		if (!known)
			cpus[nr_cpus++] = cpu;
	}
}

/* Put the CPUs in the order in which threads have them. */
static void order_cpus(void)
{
	FILE *file = fopen("/sys/devices/system/cpu/isolated", "r");
	int from, to;

	while (file && fscanf(file, "%d", &from) == 1) {
		if (fscanf(file, "-%d", &to) != 1)
			to = from;
		add_cpus(from, to);
		fgetc(file);	/* the comma */
	}
	if (file)
		fclose(file);
	add_cpus(1, CPUS_MAX - 1);
	add_cpus(0, 0);
}

static void on_signal(int signal)
{
	(void)signal;	/* it makes KVM_RUN return */
}

static void *work(void *argument)
{
	struct worker *worker = argument;
	u32 place = worker - workers;

	for (;;) {
		sem_wait(&worker->go);
		if (place < VCPUS_MAX)
			vcpu_play(playing, &playing->vcpu[place]);
		else
			device_play(playing, &playing->device[place - VCPUS_MAX]);
		sem_post(&done);
	}
	return NULL;
}

static void start(struct worker *worker)
{
	if (pthread_create(&worker->thread, NULL, work, worker))
		fatal("no thread: %s", strerror(errno));
}

/* vCPUs have the first CPUs; devices what is left of a machine that is as large as its play. */
static void pin(struct worker *worker, u32 place)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpus[place % nr_cpus], &set);
	pthread_setaffinity_np(worker->thread, sizeof(set), &set);
}

void workers_start(void)
{
	/* all else that it interrupts goes on: a semaphore must not seem to be posted */
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	order_cpus();
	sigaction(SIGUSR1, &action, NULL);
	sem_init(&done, 0, 0);
	for (u32 i = 0; i < WORKERS; i++) {
		sem_init(&workers[i].go, 0, 0);
		start(&workers[i]);
	}
}

static int takes_part(const struct play *play, u32 place)
{
	return place < VCPUS_MAX ? place < play->nr_vcpus : place - VCPUS_MAX < play->nr_devices;
}

/* Get everybody out of the guest and out of all waiting. */
static void stop(struct vm *vm)
{
	vm->stop = 1;
	for (u32 i = 0; i < vm->play->nr_vcpus; i++)
		vm->vcpu[i].run->immediate_exit = 1;
	for (u32 i = 0; i < vm->play->nr_devices; i++)
		sem_post(&vm->device[i].go);
	for (u32 place = 0; place < VCPUS_MAX; place++)
		if (takes_part(vm->play, place))
			pthread_kill(workers[place].thread, SIGUSR1);
	pthread_cond_broadcast(&vm->met);
}

void workers_broken(struct vm *vm, const char *format, ...)
{
	va_list arguments;

	if (!__sync_bool_compare_and_swap(&vm->stop, 0, 1))
		return;
	va_start(arguments, format);
	vsnprintf(vm->trouble, sizeof(vm->trouble), format, arguments);
	va_end(arguments);
}

/* Wait for a worker, for so many seconds without progress; false if there was none. */
static int one_is_done(struct vm *vm, int seconds)
{
	u32 progress = vm->progress;
	struct timespec until;

	for (int silence = 0; silence < seconds; silence++) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec++;
		while (sem_timedwait(&done, &until)) {
			if (errno == ETIMEDOUT)
				goto silent;
		}
		return 1;
silent:
		if (vm->progress != progress)
			silence = 0;
		progress = vm->progress;
		if (vm->stop)
			stop(vm);
	}
	return 0;
}

int workers_play(struct vm *vm)
{
	u32 nr = vm->play->nr_vcpus + vm->play->nr_devices, left = nr, place = 0;
	int hung = 0;

	playing = vm;
	for (u32 i = 0; i < WORKERS; i++)
		if (takes_part(vm->play, i)) {
			pin(&workers[i], place++);
			sem_post(&workers[i].go);
		}
	for (; left; left--)
		while (!one_is_done(vm, vm->stop ? LEAVING_S : SILENCE_S)) {
			if (hung)
				fatal("play %u does not let go of its vCPUs", vm->play->id);
			hung = 1;
			stop(vm);
		}
	return !hung;
}
