"""The columns of the kernel's tables: one row a field, one column an agent, so that a field is contiguous.

Each group numbers its own table. What a law may read (`now`) is a group of its own.
"""

# body (BODY, N): what never changes
LENGTH, WIDTH, REACH, REAR_AXLE, ACCEL_MOST, CURVATURE_MOST, STEER_MOST, GAIT, LAMPED = range(9)
BODY = 9

# code (CODE, N) int64: what never changes, as whole numbers
LAW, MODE, PATH, STEP_FIRST, STEP_END, SEES, WALKS, CARRIER = range(8)
CODE = 8
RAIL, STEERED = 0, 1  # MODE: exactly on the path and its offset, or a bicycle that is steered along them
OUTSIDE = -1  # LAW: a planner gives the controls
NOBODY = -1  # CARRIER: not attached, else the agent that carries this one

# state (STATE, N)
(
    X, Y, Z, YAW, COS, SIN, SPEED, ACCEL, YAW_RATE, CURVATURE,
    S, OFFSET, TRAVEL, LAMPS, CRASHED, NEXT_STEP,
    WISH, WISH_WAS, WISH_TARGET, WISH_RATE, WISH_TRAVEL,
    SHIFT, SHIFT_RATE, SHIFT_ACCEL, SHIFT_CLOCK, SHIFT_TIME, SHIFT_FROM, SHIFT_TO,
    WANTED, DEMAND, MOVE_X, MOVE_Y, TURN, PRESENT, SWEEP_LOW, SWEEP_HIGH,
) = range(36)  # fmt: skip
STATE = 36

# path (M, PATH_COLUMNS): samples of all paths, one after the other
PX, PY, PCOS, PSIN, PHEADING, PZ, PCURVATURE, PCAP = range(8)
PATH_COLUMNS = 8

# stop (Q, 2): stop lines of all paths, s m along the path and the signal group
# script (K, SCRIPT_COLUMNS): steps of all programs
WHEN, VALUE, ENTITY, WHAT, TARGET, RATE = range(6)
SCRIPT_COLUMNS = 6

# now (N, NOW): what a law reads, SI units; infinity where there is nothing ahead
NOW_TIME, NOW_STEP = 0, 1  # s since the start; s, the length of the step
NOW_SPEED = 2  # m/s, own
NOW_WISH = 3  # m/s, the program's speed at the end of the step: what the driver wants
NOW_WISH_ACCEL = 4  # m/s2 that reaches it
NOW_CAP = 5  # m/s, speed limit and comfort in the curves ahead
NOW_GAP, NOW_LEAD_SPEED = 6, 7  # m to the nearest vehicle in the corridor; m/s along the path
NOW_CONFLICT = 8  # s until contact with anyone in or crossing the corridor, at constant speeds
NOW_STOP = 9  # m to a stop line that is closed
NOW_FRICTION = 10  # tyre-road
NOW = 11

VALUES = 12  # law values an agent
MEMORY = 4  # what a law remembers from step to step, from zero
