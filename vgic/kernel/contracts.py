# SPDX-License-Identifier: GPL-2.0-only
"""What is promised about locks and local interrupts: the contract of each kernel function.

A caller goes on with the locks and the interrupts that it had before the call, so a function
returns with the context in which it was called. The one that does not says so here. A function
that returns otherwise is wrong at that moment, however long it takes until somebody takes the lock
that was left behind, or waits for an interrupt that does not come.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Contract:
    """The contract of one kernel function or decision.

    Attributes:
        held: the locks that it is called with, as paths from its parameters.
        drops: those of them that it returns without.
        restores: the parameter that says whether local interrupts are off when it returns; "" if
            they are as they were.
    """

    held: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    restores: str = ""


_NOTHING = Contract()
_IRQ = Contract(held=("irq.irq_lock",))
_LISTS = Contract(held=("vcpu.vgic_cpu.ap_list_lock",))
_BOTH = Contract(held=("vcpu.vgic_cpu.ap_list_lock", "irq.irq_lock"))

CONTRACTS = {
    "vgic_target_oracle": _IRQ,
    "vgic_validate_injection": _IRQ,
    "kvm_vgic_inject_irq": _NOTHING,
    "vgic_queue_irq_unlock": Contract(
        held=("irq.irq_lock",), drops=("irq.irq_lock",), restores="irqs_were_off"
    ),
    "kvm_make_request": _NOTHING,
    "kvm_vcpu_kick": _NOTHING,
    "kvm_make_all_cpus_request": _NOTHING,
    "kvm_arm_halt_guest": _NOTHING,
    "kvm_arm_resume_guest": _NOTHING,
    "kvm_vcpu_sleep": _NOTHING,
    "kvm_vcpu_wake_up": _NOTHING,
    "summarize_ap_list": _LISTS,
    "vgic_irq_cmp": _LISTS,
    "vgic_sort_ap_list": _LISTS,
    "vgic_flush_lr_state": _LISTS,
    "kvm_vgic_flush_hwstate": _NOTHING,
    "vgic_v3_compute_lr": _IRQ,
    "vgic_v3_populate_lr": _IRQ,
    "vgic_v3_clear_lr": _LISTS,
    "vgic_v3_configure_hcr": _NOTHING,
    "vgic_v3_restore_state": _NOTHING,
    "vgic_v3_save_state": _NOTHING,
    "vgic_irq_needs_resampling": _IRQ,
    "vgic_get_phys_line_level": _IRQ,
    "vgic_irq_set_phys_active": _IRQ,
    "vgic_v3_deactivate_phys": _NOTHING,
    "vgic_irq_handle_resampling": _IRQ,
    "vgic_v3_fold_lr": _NOTHING,
    "vgic_v3_fold_lr_state": _NOTHING,
    "vgic_prune_ap_list": _NOTHING,
    "kvm_vgic_sync_hwstate": _NOTHING,
    "kvm_vgic_process_async_update": _NOTHING,
    "vgic_get_irq": _NOTHING,
    "vgic_get_irq_ref": _NOTHING,
    "vgic_put_irq": _NOTHING,
    "vgic_put_irq_norelease": _NOTHING,
    "vgic_release_lpi_locked": _NOTHING,
    "vgic_release_deleted_lpis": _NOTHING,
    "vgic_its_inject_msi": _NOTHING,
    "vgic_its_trigger_msi": _NOTHING,
    "vgic_its_cmd_handle_movi": _NOTHING,
    "vgic_its_cmd_handle_discard": _NOTHING,
    "vgic_its_destroy": _NOTHING,
    "vgic_flush_pending_lpis": _NOTHING,
    "vgic_mmio_write_v3r_ctlr": _NOTHING,
    "kvm_vgic_vcpu_init": _NOTHING,
    "kvm_vgic_vcpu_destroy": _NOTHING,
    "kvm_vm_release": _NOTHING,
    "kvm_irqfd_release": _NOTHING,
    "kvm_put_kvm": _NOTHING,
    "kvm_vgic_destroy": _NOTHING,
    "wait_for_irqfds": _NOTHING,
    "vgic_mmio_write_senable": _NOTHING,
    "vgic_mmio_write_cenable": _NOTHING,
    "vgic_mmio_write_spending": _NOTHING,
    "vgic_mmio_write_cpending": _NOTHING,
    "vgic_mmio_write_priority": _NOTHING,
    "vgic_mmio_write_group": _NOTHING,
    "vgic_mmio_write_config": _NOTHING,
    "vgic_mmio_write_v3_misc": _NOTHING,
    "vgic_kick_vcpus": _NOTHING,
    "vgic_mmio_read_pending": _NOTHING,
    "vgic_mmio_read_active": _NOTHING,
    "vgic_mmio_write_sactive": _NOTHING,
    "vgic_mmio_write_cactive": _NOTHING,
    "vgic_mmio_change_active": _NOTHING,
    "vgic_mmio_write_irouter": _NOTHING,
    "vgic_v3_dispatch_sgi": _NOTHING,
    "kvm_arch_vcpu_ioctl_run": _NOTHING,
    "enter_guest_mode": _NOTHING,
    "kvm_vcpu_exit_request": _NOTHING,
    "exit_guest_mode": _NOTHING,
    "flush": _NOTHING,
    "sync": _NOTHING,
    "halt": _NOTHING,
    "resume": _NOTHING,
    "check_vcpu_requests": _NOTHING,
    "handle_exit": _NOTHING,
    "xfer_to_guest_mode_handle_work": _NOTHING,
    "vcpu_load": _NOTHING,
    "vcpu_put": _NOTHING,
    "kvm_vgic_put": _NOTHING,
    "run_guest": _NOTHING,
    "vgic_v3_write_dir": _NOTHING,
    "vgic_v3_deactivate": _NOTHING,
    "kvm_vcpu_wfi": _NOTHING,
    "kvm_vcpu_block": _NOTHING,
    "kvm_vcpu_check_block": _NOTHING,
    "kvm_arch_vcpu_runnable": _NOTHING,
    "kvm_vgic_vcpu_pending_irq": _NOTHING,
    "still_to_queue": _BOTH,
    "add_to_ap_list": _NOTHING,
    "is_first_in_flight": _IRQ,
    "announce_pending": _NOTHING,
    "announce_to_all": _NOTHING,
    "has_something": _NOTHING,
    "has_pending_below": _NOTHING,
    "save_vmcr": _NOTHING,
    "add_to_pause": _NOTHING,
    "needs_halt": _NOTHING,
    "summarize_irq": _LISTS,
    "sets_aside_disabled": _NOTHING,
    "needs_sort": _LISTS,
    "load_irq": _LISTS,
    "remember_last_lr": _LISTS,
    "split_ap_list": _LISTS,
    "overflow_counts": _NOTHING,
    "save_eoicount": _NOTHING,
    "traps_dir": _NOTHING,
    "fold_irq": _IRQ,
    "hear_of_end": _NOTHING,
    "was_deactivated": _NOTHING,
    "hears_of_end": _NOTHING,
    "kvm_notify_acked_irq": _NOTHING,
    "deactivate_unless_loaded": _NOTHING,
    "deactivation_target": _IRQ,
    "deactivate_loaded": _NOTHING,
    "samples_again": _IRQ,
    "is_over_in_software": _IRQ,
    "keeps_device_out": _IRQ,
    "lets_device_come": _IRQ,
    "sample_enabled": _IRQ,
    "physical_is_known": _IRQ,
    "fold_pending": _IRQ,
    "eoicount_to_account": _NOTHING,
    "eoicount_candidates": _NOTHING,
    "eoicount_walk": _NOTHING,
    "account_eoi": _NOTHING,
    "latch_was_taken": _IRQ,
    "sample_keys": _LISTS,
    "sort_key": _IRQ,
    "handler_priority": _IRQ,
    "takes_lr": _IRQ,
    "prune_irq": _LISTS,
    "prune_target": _IRQ,
    "migrate_irq": _NOTHING,
    "migration_lock_order": _NOTHING,
    "still_to_migrate": _BOTH,
    "announce_migration": _NOTHING,
    "replug_overflow": _LISTS,
    "leaves_guest_mode_before_sync": _NOTHING,
    "put_listed": _NOTHING,
    "halts_for_lpis": _NOTHING,
    "clears_flushed_latch": _NOTHING,
    "holds_while_moving": _NOTHING,
    "keeps_lpi_active": _NOTHING,
}
"""The contracts by name. One that is called with nothing in particular says nothing of locks."""
