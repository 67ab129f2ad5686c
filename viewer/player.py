"""The player: where in time we are and how it moves. No Qt, no clock of its own: callers bring wall time."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

SPEEDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
TOUCH_S = 1e-6  # events closer than this to the present are the present


@dataclass(slots=True)
class Player:
    """Time of a recording under the user's hands. `time_s` always lies in [0, duration_s]."""

    duration_s: float = 0.0
    step_s: float = 0.05
    events_s: tuple[float, ...] = ()  # sorted
    time_s: float = 0.0
    speed: float = 1.0  # one of SPEEDS
    backward: bool = False
    playing: bool = False
    loop: bool = False
    selection_s: tuple[float, float] | None = None  # where playing stays, if set
    _wall_s: float | None = field(default=None, repr=False)

    def load(self, duration_s: float, step_s: float, events_s: tuple[float, ...] = ()) -> None:
        """Take up another recording: at its start, paused, no selection; speed and loop stay."""
        self.duration_s, self.step_s = max(duration_s, 0.0), step_s
        self.events_s = tuple(sorted({min(max(e, 0.0), self.duration_s) for e in events_s}))
        self.selection_s, self.backward = None, False
        self.pause()
        self.seek(0.0)

    @property
    def span_s(self) -> tuple[float, float]:
        """Return the range that playing stays in."""
        return self.selection_s or (0.0, self.duration_s)

    def tick(self, wall_s: float) -> bool:
        """Move on to wall time `wall_s`; return whether time moved. Late calls skip frames, never slow down."""
        if not self.playing:
            return False
        passed = 0.0 if self._wall_s is None else max(wall_s - self._wall_s, 0.0)
        self._wall_s = wall_s
        before = self.time_s
        self._move(passed * self.speed * (-1.0 if self.backward else 1.0))
        return self.time_s != before

    def _move(self, by_s: float) -> None:
        low, high = self.span_s
        goal = self.time_s + by_s
        if low <= goal <= high:
            self.time_s = goal
        elif self.loop and high > low:
            self.time_s = low + (goal - low) % (high - low)
        else:
            self.time_s = min(max(goal, low), high)
            self.pause()

    def play(self) -> None:
        """Start; from the far end, start over."""
        low, high = self.span_s
        if self.backward and self.time_s <= low:
            self.time_s = high
        elif not self.backward and not low <= self.time_s < high:
            self.time_s = low
        self.playing, self._wall_s = True, None

    def pause(self) -> None:
        """Stop where we are."""
        self.playing, self._wall_s = False, None

    def toggle(self) -> None:
        """Play if paused, pause if playing."""
        self.pause() if self.playing else self.play()

    def seek(self, time_s: float) -> None:
        """Go to a time, clamped to the recording; playing goes on from there."""
        self.time_s = min(max(time_s, 0.0), self.duration_s)

    def step(self, steps: int) -> None:
        """Pause and go `steps` recorded steps on (negative: back), landing on a step."""
        self.pause()
        at = self.time_s / self.step_s
        nearest = round(at)
        if abs(at - nearest) < 1e-6:
            goal = nearest + steps
        else:  # between two steps the first one reached counts as one
            goal = int(at) + steps + (0 if steps > 0 else 1)
        self.seek(goal * self.step_s)

    def jump(self, by_s: float) -> None:
        """Go `by_s` seconds on (negative: back)."""
        self.seek(self.time_s + by_s)

    def home(self) -> None:
        """Go to the start of the selection, or of everything."""
        self.seek(self.span_s[0])

    def end(self) -> None:
        """Go to the end of the selection, or of everything."""
        self.seek(self.span_s[1])

    def next_event(self) -> bool:
        """Pause at the next event; return whether there was one."""
        i = bisect_right(self.events_s, self.time_s + TOUCH_S)
        return self._to_event(i)

    def previous_event(self) -> bool:
        """Pause at the event before; return whether there was one."""
        i = bisect_left(self.events_s, self.time_s - TOUCH_S) - 1
        return self._to_event(i)

    def _to_event(self, i: int) -> bool:
        if not 0 <= i < len(self.events_s):
            return False
        self.pause()
        self.seek(self.events_s[i])
        return True

    def faster(self) -> None:
        """Take the next higher speed."""
        self.speed = SPEEDS[min(bisect_right(SPEEDS, self.speed), len(SPEEDS) - 1)]

    def slower(self) -> None:
        """Take the next lower speed."""
        self.speed = SPEEDS[max(bisect_left(SPEEDS, self.speed) - 1, 0)]

    def turn(self) -> None:
        """Play the other way from here on."""
        self.backward = not self.backward

    def select(self, from_s: float, to_s: float) -> None:
        """Keep playing between two times; a range shorter than a step clears the selection."""
        low, high = sorted(min(max(t, 0.0), self.duration_s) for t in (from_s, to_s))
        self.selection_s = (low, high) if high - low >= self.step_s else None


def typed_time(text: str) -> float | None:
    """Return the seconds that a user typed, "4.2", "4,2 s" or "1:04.2"; None where it is no time."""
    minutes, colon, rest = text.strip().removesuffix("s").strip().replace(",", ".").rpartition(":")
    try:
        value = float(rest) + (60.0 * float(minutes) if colon else 0.0)
    except ValueError:
        return None
    return value if 0.0 <= value < 1e9 else None
