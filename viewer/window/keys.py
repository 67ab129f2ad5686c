"""The keyboard: what each key does, as a table that the window obeys and the help overlay shows."""

from dataclasses import dataclass

from PySide6.QtCore import Qt

Key = Qt.Key
PLAIN, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


@dataclass(frozen=True, slots=True)
class Binding:
    """One key; `target` is "player" (a method of the player) or "window" (one of the window)."""

    shown: str
    keys: tuple[tuple[Qt.KeyboardModifier, Qt.Key], ...]
    target: str
    action: str
    values: tuple[float, ...]
    what: str


BINDINGS: tuple[Binding, ...] = (
    Binding("Space", ((PLAIN, Key.Key_Space),), "player", "toggle", (), "play or pause"),
    Binding("→", ((PLAIN, Key.Key_Right),), "player", "step", (1,), "one step on"),
    Binding("←", ((PLAIN, Key.Key_Left),), "player", "step", (-1,), "one step back"),
    Binding("Shift →", ((SHIFT, Key.Key_Right),), "player", "step", (10,), "ten steps on"),
    Binding("Shift ←", ((SHIFT, Key.Key_Left),), "player", "step", (-10,), "ten steps back"),
    Binding("Ctrl →", ((CTRL, Key.Key_Right),), "player", "jump", (1.0,), "one second on"),
    Binding("Ctrl ←", ((CTRL, Key.Key_Left),), "player", "jump", (-1.0,), "one second back"),
    Binding("Home", ((PLAIN, Key.Key_Home),), "player", "home", (), "to the start"),
    Binding("End", ((PLAIN, Key.Key_End),), "player", "end", (), "to the end"),
    Binding("]", ((PLAIN, Key.Key_BracketRight),), "player", "next_event", (), "next event"),
    Binding("[", ((PLAIN, Key.Key_BracketLeft),), "player", "previous_event", (), "event before"),
    Binding("↑", ((PLAIN, Key.Key_Up),), "player", "faster", (), "faster"),
    Binding("↓", ((PLAIN, Key.Key_Down),), "player", "slower", (), "slower"),
    Binding("R", ((PLAIN, Key.Key_R),), "player", "turn", (), "play the other way"),
    Binding("L", ((PLAIN, Key.Key_L),), "window", "toggle_loop", (), "loop"),
    Binding("F", ((PLAIN, Key.Key_F),), "window", "toggle_follow", (), "follow the subject vehicle"),
    Binding("T", ((PLAIN, Key.Key_T),), "window", "toggle_theme", (), "dark or light"),
    Binding("N", ((PLAIN, Key.Key_N),), "window", "next_row", (), "next scenario of the list"),
    Binding("P", ((PLAIN, Key.Key_P),), "window", "previous_row", (), "scenario before"),
    Binding("?", ((PLAIN, Key.Key_Question), (SHIFT, Key.Key_Question)), "window", "toggle_help", (), "this help"),
    Binding("Esc", ((PLAIN, Key.Key_Escape),), "window", "hide_help", (), "close this help"),
)


def binding_of(modifiers: Qt.KeyboardModifier, key: int) -> Binding | None:
    """Return what a key press means; the keypad's own flag is not a modifier here."""
    plain = modifiers & ~Qt.KeyboardModifier.KeypadModifier
    for binding in BINDINGS:
        if any(plain == m and key == k for m, k in binding.keys):
            return binding
    return None
