"""The columns of the kernel's tables: one row a field, one column an agent, so that a field is contiguous.

Each group numbers its own table. What a law may read (`now`) is a group of its own.
"""

# body (BODY, N): what never changes
LENGTH, WIDTH, REACH, REAR_AXLE, ACCEL_MOST, CURVATURE_MOST, STEER_MOST, GAIT, LAMPED = range(9)
JOINT_X, JOINT_Y = 9, 10  # of who is carried: its hitch or hinge in the carrier's frame
WINDAGE = 11  # 1/m: lateral acceleration by wind over the square of its speed
CROSS_OWN, CROSS_SUBJECT = 12, 13  # m: s where an adversary's path crosses the subject's, on each; infinity: nowhere
BODY = 14

# code (CODE, N) int64: what never changes, as whole numbers
LAW, MODE, PATH, STEP_FIRST, STEP_END, SEES, WALKS, CARRIER = range(8)
ROOT = 8  # who moves the whole: the carrier, or itself
REPLAY_FIRST, REPLAY_END = 9, 10  # rows of its recorded states
SEEKS, ROOM_FIRST, ROOM_END = 11, 12, 13  # looks for the subject; rows of the room it may use
CODE = 14
# MODE: exactly on the path and its offset; a bicycle that is steered along them; recorded states; a trailer; a door;
# a bicycle that is steered along lanes of its choice
RAIL, STEERED, REPLAYED, TOWED, HINGED, LANES = range(6)
OUTSIDE = -1  # LAW: a planner gives the controls
NOBODY = -1  # CARRIER: not attached, else the agent that carries this one

# state (STATE, N)
(
    X, Y, Z, YAW, COS, SIN, SPEED, ACCEL, YAW_RATE, CURVATURE,
    S, OFFSET, TRAVEL, LAMPS, CRASHED, NEXT_STEP,
    WISH, WISH_WAS, WISH_TARGET, WISH_RATE, WISH_TRAVEL,
    SHIFT, SHIFT_RATE, SHIFT_ACCEL, SHIFT_CLOCK, SHIFT_TIME, SHIFT_FROM, SHIFT_TO,
    WANTED, DEMAND, MOVE_X, MOVE_Y, TURN, SWEEP_LOW, SWEEP_HIGH,
    PRESENT,  # 1; 0 while it is not there: nobody sees or touches it; APPEARS in the step at whose end it is there
    WAY, NEXT_WAY,  # 1 along its path, -1 backing; the one asked for, taken at the next standstill
    ANGLE, ANGLE_TARGET, ANGLE_RATE,  # of a door
    SWAY, SWAY_RATE, FOLLOW_RATE,  # of a trailer: its yaw beyond pure rolling; the yaw rate of pure rolling
    LAGGED,  # 1/m, the curvature behind a steering lag
) = range(45)  # fmt: skip
STATE = 45
APPEARS = 0.5  # it is seen, and can be touched from the next step on

# path (M, PATH_COLUMNS): samples of all paths, one after the other
PX, PY, PCOS, PSIN, PHEADING, PZ, PCURVATURE, PCAP = range(8)
PATH_COLUMNS = 8

# stop (Q, 2): stop lines of all paths, s m along the path and the signal group
# script (K, SCRIPT_COLUMNS): steps of all programs
WHEN, VALUE, ENTITY, WHAT, TARGET, RATE = range(6)
SCRIPT_COLUMNS = 6

# replay (R, REPLAY_COLUMNS): recorded states of all agents that have some
RT, RX, RY, RZ, RYAW, RSPEED = range(6)
REPLAY_COLUMNS = 6

# fault (F, FAULT_COLUMNS): what the subject's actuators do wrong; gust (G, GUST_COLUMNS); over [ON, OFF) s
FAULT_ON, FAULT_OFF, BRAKE_GAIN, STEER_LAG, STEER_OFFSET, LATENCY = range(6)
FAULT_COLUMNS = 6
GUST_ON, GUST_OFF, GUST_X, GUST_Y = range(4)  # m/s, the air's velocity in the map frame
GUST_COLUMNS = 4

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
NOW_OTHER_GAP, NOW_OTHER_SPEED = 11, 12  # m, m/s: somebody else to keep behind: who merges, who crosses
NOW_LET_GAP, NOW_LET_SPEED = 13, 14  # m, m/s: whom to let in, softly
NOW_FROZEN = 15  # 1: the driver does not look in this step
# what a law that seeks may know of the subject (simulation/pursuit.py)
NOW_SUBJECT_AHEAD, NOW_SUBJECT_ASIDE = 16, 17  # m, centre to centre along and left of its path; infinity: not near
NOW_SUBJECT_SPEED, NOW_SUBJECT_DRIFT = 18, 19  # m/s along and to the left of its path
NOW_SUBJECT_LENGTHS, NOW_SUBJECT_WIDTHS = 20, 21  # m, half of both bodies along and across
NOW_SUBJECT_CROSS_S, NOW_CROSS = 22, 23  # s until the subject, m until itself is where their paths cross
NOW = 24

VALUES = 26  # law values an agent
MEMORY = 5  # what a law remembers from step to step, from zero
