# SPDX-License-Identifier: GPL-2.0-only
"""A machine as it is with a GICv2: what guests do is done by the registers that it has."""

from harness import Stream, Streams
from vgic import Parameters
from vgic.accesses import (
    ACCESSES,
    ROUTE,
    SGI,
    SGI_LIST,
    SGI_OTHERS,
    SGIR,
    SGIR_OTHERS,
    TARGETS,
    Access,
)
from vgic.data import ACCESS, V2, Exit, Instruction, is_lpi
from vgic.hardware import PLAIN


def with_gicv2(streams: Streams, parameters: Parameters) -> Parameters:
    """Return a machine with a GICv2 in place of its GICv3, whose LPIs are left out.

    Args:
        streams: from where it is drawn which more vCPUs an interrupt may go to.
        parameters: the machine.
    """
    stream = streams.stream("param:gicv2")
    lpis = {irq.intid for irq in parameters.irqs if is_lpi(irq.intid)}
    guests = tuple(
        [
            guest._replace(
                instructions=tuple(
                    [
                        each if each.access is None else _accessing(stream, each.access)
                        for each in guest.instructions
                        if each.access is None or _has(each.access)
                    ]
                )
            )
            for guest in parameters.guests
        ]
    )
    return parameters._replace(
        irqs=tuple([irq for irq in parameters.irqs if irq.intid not in lpis]),
        guests=guests,
        devices=tuple(
            [
                tuple([pulse for pulse in device if pulse.intid not in lpis])
                for device in parameters.devices
            ]
        ),
        hardware=PLAIN,
        gic=V2,
    )


def _has(access: Exit) -> bool:
    return access.kind in (SGI, SGI_LIST, SGI_OTHERS, ROUTE) or ACCESSES[access.kind].is_of(V2)


def _accessing(stream: Stream, access: Exit) -> Instruction:
    kind, intid, value = access.kind, access.intid, access.value
    if kind == SGI:
        return Instruction(ACCESS, Access(SGIR, intid, 1 << value))
    if kind == SGI_LIST:
        return Instruction(ACCESS, Access(SGIR, intid, value))
    if kind == SGI_OTHERS:
        return Instruction(ACCESS, Access(SGIR_OTHERS, intid))
    if kind == ROUTE:
        more = stream.choose((0, 0, 1 << value + 1, 0xFE << value & 0xFF))
        return Instruction(ACCESS, Access(TARGETS, intid, (1 << value | more) & 0xFF))
    return Instruction(ACCESS, access)
