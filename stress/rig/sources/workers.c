// SPDX-License-Identifier: GPL-2.0-only
/*
 * The threads that play: one for each vCPU, one for each device, each pinned to a CPU of its own.
 *
 * CPUs that the kernel was told to isolate come first, CPU 0 comes last: the rest of the system is
 * there.  The thread of vCPU 0 is the one that goes from play to play, too, so that a play with one
 * vCPU waits for no other thread.  Another one watches: no clock judges anything, but when nothing
 * has happened for a long time, the play is given up so that the others are played.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "monitor.h"

#define WORKERS		(VCPUS_MAX + DEVICES_MAX)
#define SILENCE_S	30
#define CPUS_MAX	64

struct worker {
	pthread_t thread;
	sem_t go;
};

static struct worker workers[WORKERS];
static struct vm *playing;			/* under the lock, but for those who play it */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sem_t done;
static int cpus[CPUS_MAX], nr_cpus;

/* Not sysconf(): where some CPUs are isolated, some C libraries count the others only. */
int cpus_online(void)
{
	static int online;
	int from, to;
	FILE *file;

	if (online)
		return online;
	file = fopen("/sys/devices/system/cpu/online", "r");
	online = file && fscanf(file, "%d-%d", &from, &to) == 2 ? to + 1 : 1;
	if (file)
		fclose(file);
	return online;
}

static void add_cpus(int from, int to)
{
	for (int cpu = from; cpu <= to && nr_cpus < CPUS_MAX; cpu++) {
		int known = cpu >= cpus_online();

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

	if (!place) {
		worker->thread = pthread_self();	/* its maker may not know it yet */
		play_all();
	}
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
	for (u32 place = WORKERS; place--;) {	/* the first one last: it needs the others */
		sem_init(&workers[place].go, 0, 0);
		if (pthread_create(&workers[place].thread, NULL, work, &workers[place]))
			fatal("no thread: %s", strerror(errno));
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

static void set_playing(struct vm *vm)
{
	pthread_mutex_lock(&lock);
	playing = vm;
	pthread_mutex_unlock(&lock);
}

void workers_play(struct vm *vm)
{
	u32 place = 0, others = 0;

	set_playing(vm);
	for (u32 i = 0; i < WORKERS; i++)
		if (takes_part(vm->play, i))
			pin(&workers[i], place++);
	for (u32 i = 1; i < WORKERS; i++)
		if (takes_part(vm->play, i)) {
			others++;
			sem_post(&workers[i].go);
		}
	vcpu_play(vm, &vm->vcpu[0]);
	while (others--)
		sem_wait(&done);
	set_playing(NULL);
}

/* Look once whether the play goes on, or ends if it has been stopped. */
static void watch_once(void)
{
	static u32 watched, progress, silence;
	static int stopped;

	if (!playing)
		return;
	if (playing->play->id != watched || playing->progress != progress ||
	    playing->stop != stopped)
		silence = 0;
	watched = playing->play->id;
	progress = playing->progress;
	stopped = playing->stop;
	if (++silence > SILENCE_S && stopped)
		fatal("play %u does not let go of its vCPUs", playing->play->id);
	if (silence > SILENCE_S)
		playing->hung = 1;
	if (silence > SILENCE_S || stopped)
		stop(playing);
}

void workers_watch(void)
{
	for (;;) {
		sleep(1);
		pthread_mutex_lock(&lock);
		watch_once();
		pthread_mutex_unlock(&lock);
	}
}
