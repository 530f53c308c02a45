// SPDX-License-Identifier: GPL-2.0-only
/*
 * Virtual machines: a new one for each play, so that nothing of one play is left for the next.
 *
 * All have the same memory, one after the other.  What is closed takes the kernel a while, most of
 * it spent waiting, so other threads do that while the next play goes on; not while a play with
 * more than one thread does, whose guests would be made to exit by it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "monitor.h"

#define DESTROYERS	4
#define DESTROYING_MAX	16

#define CORE(field) \
	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(regs.field))
#define MASKED_EL1H	0x3c5UL

extern const char __start_guest_code[], __stop_guest_code[];
void guest_main(struct area *area);

struct shared *shared;
static char *ram;
static int kvm, run_size, leaving[2];
static sem_t destroyed;

static void *destroyer(void *nothing)
{
	int null = open("/dev/null", O_RDWR);
	struct vm *vm;

	while (read(leaving[0], &vm, sizeof(vm)) == sizeof(vm)) {
		passed_close(vm);
		for (u32 i = 0; i < vm->play->nr_vcpus; i++) {
			munmap(vm->vcpu[i].run, run_size);
			close(vm->vcpu[i].stats);
			close(vm->vcpu[i].fd);
		}
		close(vm->gic);
		/* its number is free only when it is gone: the kernel names a directory by it */
		dup2(null, vm->fd);
		close(vm->fd);
		free((void *)vm->play);
		free(vm);
		sem_post(&destroyed);
	}
	return nothing;
}

void vm_destroy(struct vm *vm)
{
	sem_wait(&destroyed);
	if (write(leaving[1], &vm, sizeof(vm)) != sizeof(vm))
		fatal("a virtual machine cannot be given away: %s", strerror(errno));
}

void vm_await_destroyed(void)
{
	for (int i = 0; i < DESTROYING_MAX; i++)
		sem_wait(&destroyed);
	for (int i = 0; i < DESTROYING_MAX; i++)
		sem_post(&destroyed);
}

void vm_open(void)
{
	size_t code = __stop_guest_code - __start_guest_code;
	pthread_t thread;

	kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm < 0)
		fatal("/dev/kvm cannot be opened (%s): "
		      "the kernel needs CONFIG_KVM, and must have begun at EL2", strerror(errno));
	/* never used: while there is a machine, the kernel keeps virtualization on */
	if (ioctl(kvm, KVM_CREATE_VM, 0) < 0)
		fatal("no virtual machine can be made: %s", strerror(errno));
	run_size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	ram = mmap(NULL, RAM_SIZE * 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (ram == MAP_FAILED || code > CODE_SIZE || !SHARED_FITS || !AREA_FITS)
		fatal("the guest finds no room: %zu bytes of code", code);
	ram = (char *)(((u64)ram + RAM_SIZE - 1) & -RAM_SIZE);
	madvise(ram, RAM_SIZE, MADV_HUGEPAGE);	/* one page, so one fault of the guest */
	memset(ram, 0, RAM_SIZE);
	mlock(ram, RAM_SIZE);
	memcpy(ram, __start_guest_code, code);
	__builtin___clear_cache(ram, ram + code);
	shared = (struct shared *)(ram + (SHARED_BASE - RAM_BASE));
	sem_init(&destroyed, 0, DESTROYING_MAX);
	if (pipe(leaving))
		fatal("no pipe: %s", strerror(errno));
	for (int i = 0; i < DESTROYERS; i++)
		if (pthread_create(&thread, NULL, destroyer, NULL))
			fatal("no thread: %s", strerror(errno));
}

static void set_register(struct vcpu *vcpu, u64 id, u64 value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (u64)&value };

	if (ioctl(vcpu->fd, KVM_SET_ONE_REG, &reg))
		fatal("a register of a vCPU cannot be set: %s", strerror(errno));
}

/* Find where the statistics file of a vCPU has its number of exits. */
static void find_exits(struct vcpu *vcpu)
{
	struct kvm_stats_header header;
	union {
		struct kvm_stats_desc desc;
		char bytes[512];	/* its name is behind it */
	} each;

	vcpu->exits_at = -1;
	vcpu->stats = ioctl(vcpu->fd, KVM_GET_STATS_FD, NULL);
	if (vcpu->stats < 0 || pread(vcpu->stats, &header, sizeof(header), 0) != sizeof(header) ||
	    sizeof(each.desc) + header.name_size > sizeof(each))
		return;
	for (u32 i = 0; i < header.num_desc; i++) {
		size_t size = sizeof(each.desc) + header.name_size;

		if (pread(vcpu->stats, each.bytes, size, header.desc_offset + i * size) < 0)
			return;
		if (!strcmp(each.bytes + sizeof(each.desc), "exits"))
			vcpu->exits_at = header.data_offset + each.desc.offset;
	}
}

u64 vcpu_exits(struct vcpu *vcpu)
{
	u64 exits = 0;

	if (vcpu->exits_at < 0 || pread(vcpu->stats, &exits, sizeof(exits), vcpu->exits_at) < 0)
		return 0;
	return exits;
}

static void create_vcpu(struct vm *vm, u32 id, struct kvm_vcpu_init *init)
{
	const struct words *program = &vm->play->program[id];
	struct vcpu *vcpu = &vm->vcpu[id];
	u64 area = AREA_BASE + id * AREA_SIZE;

	vcpu->id = id;
	vcpu->fd = ioctl(vm->fd, KVM_CREATE_VCPU, id);
	if (vcpu->fd < 0 || ioctl(vcpu->fd, KVM_ARM_VCPU_INIT, init))
		fatal("vCPU %u cannot be made: %s", id, strerror(errno));
	vcpu->run = mmap(NULL, run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED)
		fatal("vCPU %u cannot be mapped: %s", id, strerror(errno));
	vcpu->area = (struct area *)(ram + (area - RAM_BASE));
	vcpu->area->vcpu = id;
	memcpy(vcpu->area->program, program->at, program->nr * 4);
	vcpu->area->program[program->nr] = OP_STOP;
	set_register(vcpu, CORE(pc), RAM_BASE + ((const char *)guest_main - __start_guest_code));
	set_register(vcpu, CORE(regs[0]), area);
	set_register(vcpu, KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE |
		     KVM_REG_ARM_CORE_REG(sp_el1), area + AREA_SIZE);
	set_register(vcpu, CORE(pstate), MASKED_EL1H);
	find_exits(vcpu);
}

struct vm *vm_create(const struct play *play)
{
	struct kvm_userspace_memory_region memory = {
		.guest_phys_addr = RAM_BASE, .memory_size = RAM_SIZE, .userspace_addr = (u64)ram,
	};
	struct vm *vm = calloc(1, sizeof(*vm));
	struct play *copy = malloc(sizeof(*copy));
	struct kvm_vcpu_init init;

	if (!vm || !copy)
		fatal("no memory");
	*copy = *play;
	vm->play = copy;
	vm->fd = ioctl(kvm, KVM_CREATE_VM, 0);
	if (vm->fd < 0 || ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &memory) ||
	    ioctl(vm->fd, KVM_ARM_PREFERRED_TARGET, &init))
		fatal("no virtual machine can be made: %s", strerror(errno));
	gic_create(vm);
	for (u32 i = 0; i < play->nr_vcpus; i++)
		create_vcpu(vm, i, &init);
	gic_init(vm);
	passed_open(vm);
	pthread_mutex_init(&vm->lock, NULL);
	pthread_cond_init(&vm->met, NULL);
	for (u32 i = 0; i < play->nr_devices; i++) {
		vm->device[i].id = i;
		sem_init(&vm->device[i].go, 0, 0);
	}
	return vm;
}
