"""The columns of what traffic on lanes reads and remembers; SI units, -1 for "none" among row numbers.

Here a row is an agent: a driver reads many of its own columns and few of others, so that a row is a few cache lines.
"""

# lane (L, LANE_COLUMNS) int64: one row a lane of the network, so that rows are the network's own
(
    FIRST, END,  # rows of `sample`; equal where traffic does not use the lane
    SUCC, SUCC_END, PRED, PRED_END,  # rows of `link`
    LEFT, RIGHT,  # neighbours of the same direction
    ONCOMING,  # the lane of the other direction beside it
    INSIDE,  # 1 in a junction
    LIGHT,  # signal group whose line is at the lane's begin
    SIGN,  # NO_SIGN, GIVE_WAY or STOP, at the lane's begin
    TURNS,  # 1 left, -1 right, 0 straight on
    CLASH, CLASH_END,  # rows of `clash`
    ROADWAY, EXIT,  # number of the road, section and direction; that of the first lane outside of a junction from here
    ENDS,  # GOES_ON, MAP_ENDS or LANE_ENDS
) = range(18)  # fmt: skip
LANE_COLUMNS = 18
NO_SIGN, GIVE_WAY, STOP = 0, 1, 2
GOES_ON, MAP_ENDS, LANE_ENDS = 0, 1, 2

# metric (L, METRIC_COLUMNS)
LONG, HALF, CAP_SQUARE, ONWARD, BEND, WIDE = range(6)  # m; half the width, m; (m/s)^2 at the begin; m to a dead end;
# 1/m, the tightest bend that this lane and the gentlest way on from it take;
# m from where on it is too narrow to stand on
METRIC_COLUMNS = 6

# clash (K, CLASH_COLUMNS): places that a lane shares with another
OTHER, IN, OUT, OTHER_IN, OTHER_OUT, SORT, WAITS, GAP = range(8)  # lane row; m along each; below
CLASH_COLUMNS = 8
CROSSES, MERGES, PARTS = 0, 1, 2  # SORT
LEFT_MAJOR, RIGHT_MINOR, THROUGH_MINOR, LEFT_MINOR, SIDE = range(5)  # GAP: which of a driver's critical headways
FIRST_COMES, I_WAIT, IT_WAITS, LIGHTS = 0, 1, 2, 3  # WAITS: whose duty it is to give way

# plan (N, PLAN) int64: what an agent on lanes is about
(
    BOUND, KEY,  # FREE, ON_PATH or ON_LANE; of its own chances
    LANE, BESIDE, BEHIND,  # it is on; it still straddles or leaves; it comes from
    WAYS, VISITS,  # lanes planned, the one it is on included; lanes entered so far
    ROUTE, ROUTE_END, ROUTE_AT,  # rows of `route`: first, end, the next one to reach
    LINE_AT, LIGHT_AT, CLASH_AT,  # numbers in its way: of the next junction's first lane, a light, a shared place
    COMMITTED, HALTED, BLOCKED,  # it enters the junction; has stood at the line; FULL or OTHERS are in the way
    NEEDS, WANTS, CHANGES,  # lanes to the left (right below 0) it must go; side it signals; side it is moving to
    STAYS,  # 1: does not leave where the map ends
) = range(20)  # fmt: skip
PLAN = 20
FREE, ON_PATH, ON_LANE = 0, 1, 2  # BOUND: knows no lanes; keeps a path of lanes; drives by lanes
FULL, OTHERS = 2, 1  # BLOCKED
WAY = 8  # lanes an agent plans ahead, the one it is on included

# drive (N, DRIVE): likewise, as numbers. The reference point of who drives by lanes is the rear axle
(
    ALONG, ASIDE, ASKEW,  # m along the lane; m left of it; sine of the heading error
    HEAD, TAIL,  # m from the reference point to the ends of the body
    CAP_AFTER, LINE_FROM, LIGHT_FROM, CLASH_FROM,  # (m/s)^2 at the lane's end; m from the lane's begin
    DESIRE, AHEAD, AHEAD_SPEED,  # m/s; m, m/s of whom it follows on its lanes
    OTHER_GAP, OTHER_SPEED, HOLD,  # m, m/s of whom else it keeps behind; m to where it must stop
    LET_GAP, LET_SPEED, LET_UNTIL,  # m, m/s, s: whom it lets in, and for how long
    SINCE, WANTED_AT, CHANGED_AT,  # s: it stands at the line; it signals; it began its last change
    TTC,  # s, to whoever it would touch first at constant speeds
    FROZEN,  # 1: it does not look in this step
    TIGHTEST,  # 1/m, bends that it takes
    END_FROM,  # m from its lane's begin to where a lane of its way has ended
    FLANK,  # m, half the width of the body
) = range(26)  # fmt: skip
DRIVE = 26

# entry (ENTRY, 2 A): entry 2 a of agent a is on the lane it drives on, 2 a + 1 on one that it straddles
SORT_KEY, AT, RIGHT_EDGE, LEFT_EDGE = range(4)  # ...; m along the lane; m left of its middle, of the body's flanks
ENTRY = 4

# claim (M, 3): an agent, how far its reference point is from the lane's begin (m, below 0 beyond it), its state
WHO, AWAY, STATE = 0, 1, 2
COMING, COMES, IS_IN = 0.0, 1.0, 2.0  # may still stop before the junction; will enter it; is in it
