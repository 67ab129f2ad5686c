"""What a planner's process may take."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """The limits of one planner's process; each default is assumed, wide for a planner and narrow for a runaway."""

    step_s: float = 1.0  # for an answer to one `act`
    start_s: float = 60.0  # to start, and for each `reset`; a reference driver compiles on its first start
    memory_bytes: int = 4 << 30  # of addresses a process, and of memory held by all its processes; 0 is no limit
    print_bytes: int = 1 << 20  # to standard error within one call
    answer_bytes: int = 1 << 20  # of one message
    processes: int = 8  # beside the planner itself, at a time
