"""The window's look: Qt palette and style sheet of a theme."""

from PySide6.QtGui import QColor, QIcon, QPainter, QPalette

from viewer.draw.theme import Theme
from viewer.window.brush import colour

ROLES = {
    QPalette.ColorRole.Window: "background",
    QPalette.ColorRole.Base: "panel",
    QPalette.ColorRole.AlternateBase: "raised",
    QPalette.ColorRole.Button: "raised",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.ToolTipBase: "raised",
    QPalette.ColorRole.ToolTipText: "text",
    QPalette.ColorRole.PlaceholderText: "muted",
    QPalette.ColorRole.Highlight: "accent",
    QPalette.ColorRole.HighlightedText: "on_accent",
    QPalette.ColorRole.Light: "border",
    QPalette.ColorRole.Midlight: "raised",
    QPalette.ColorRole.Mid: "border",
    QPalette.ColorRole.Dark: "grid",
    QPalette.ColorRole.Shadow: "outline",
}


def palette_of(theme: Theme) -> QPalette:
    """Return the Qt palette of a theme."""
    palette = QPalette()
    for role, name in ROLES.items():
        palette.setColor(role, colour(theme, name))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, colour(theme, "muted"))
    return palette


def tinted(icon: QIcon, colour: QColor, size_px: int = 16) -> QIcon:
    """Return an icon in one colour: Qt's own media icons are black on any theme."""
    pixmap = icon.pixmap(size_px, size_px)
    painter = QPainter(pixmap)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(pixmap.rect(), colour)
    painter.end()
    return QIcon(pixmap)


def style_of(theme: Theme) -> str:
    """Return the style sheet of a theme."""
    c = {name: theme.hex(name) for name in theme.colours}
    return f"""
    * {{ font-size: 12px; }}
    QLabel#paneTitle {{ color: {c["muted"]}; font-weight: 600; padding: 2px 2px; }}
    QLabel#why {{ background: transparent; font-size: 15px; font-weight: 600; color: {c["text"]}; }}
    QLabel#fix {{ background: transparent; color: {c["muted"]}; }}
    QLineEdit {{ background: {c["panel"]}; border: 1px solid {c["border"]}; border-radius: 4px;
        padding: 3px 6px; min-height: 18px; }}
    QToolButton {{ background: {c["raised"]}; border: 1px solid {c["border"]}; border-radius: 4px; padding: 3px 7px; }}
    QToolButton:hover {{ border-color: {c["accent"]}; }}
    QToolButton:checked {{ border-color: {c["accent"]}; color: {c["accent"]}; }}
    QToolButton:focus, QLineEdit:focus, QTableView:focus {{ border: 1px solid {c["accent"]}; }}
    QCheckBox::indicator {{ width: 12px; height: 12px; border: 1px solid {c["muted"]}; border-radius: 3px;
        background: {c["panel"]}; }}
    QCheckBox::indicator:checked {{ background: {c["accent"]}; border: 3px solid {c["panel"]};
        outline: 1px solid {c["accent"]}; }}
    QToolButton:disabled {{ color: {c["muted"]}; }}
    QTableView {{ background: {c["panel"]}; alternate-background-color: {c["background"]};
        border: 1px solid {c["border"]}; border-radius: 4px; gridline-color: {c["grid"]};
        selection-background-color: {c["accent"]}; selection-color: {c["on_accent"]}; }}
    QHeaderView::section {{ background: {c["raised"]}; color: {c["muted"]}; border: none;
        border-right: 1px solid {c["border"]}; padding: 4px 6px; font-weight: 600; }}
    QSplitter::handle {{ background: {c["background"]}; }}
    QSplitter::handle:hover {{ background: {c["accent"]}; }}
    QScrollBar:vertical {{ background: transparent; width: 10px; }}
    QScrollBar::handle:vertical {{ background: {c["border"]}; border-radius: 4px; min-height: 24px; }}
    QScrollBar:horizontal {{ background: transparent; height: 10px; }}
    QScrollBar::handle:horizontal {{ background: {c["border"]}; border-radius: 4px; min-width: 24px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QStatusBar {{ color: {c["muted"]}; }}
    QMenuBar::item:selected, QMenu::item:selected {{ background: {c["accent"]}; color: {c["on_accent"]}; }}
    QMenu {{ background: {c["panel"]}; border: 1px solid {c["border"]}; }}
    QToolTip {{ background: {c["raised"]}; color: {c["text"]}; border: 1px solid {c["border"]}; }}
    QFrame#helpCard {{ background: {c["panel"]}; border: 1px solid {c["border"]}; border-radius: 8px; }}
    QFrame#helpCard QLabel {{ background: transparent; }}
    """
