"""A widget that shows a picture made elsewhere, with a display list in its pixels on top."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QTransform, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from roadnet.base.arrays import Array
from viewer.draw.items import Item
from viewer.window.brush import Brush, colour, image_of
from viewer.window.desk import Desk


class Canvas(QWidget):
    """The picture is scaled to fit and keeps its shape."""

    dragged = Signal(float, float, bool)  # dx, dy px, with Shift or the right button
    wheeled = Signal(float)  # notches
    resized = Signal()

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__()
        self.desk = desk
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 100)
        self.brush = Brush()
        self.image: QImage | None = None
        self.overlay: tuple[Item, ...] = ()
        self._last: QPointF | None = None
        desk.theme_changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(480, 270)

    def show_picture(self, rgb: Array | None, overlay: tuple[Item, ...] = ()) -> None:
        """Show an (H, W, 3) picture and items in its pixels, y up; None shows nothing."""
        self.image = image_of(np.asarray(rgb)) if rgb is not None else None
        self.overlay = overlay
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour(self.desk.theme, "panel"))
        if self.image is not None:
            scale = min(self.width() / self.image.width(), self.height() / self.image.height())
            wide, high = self.image.width() * scale, self.image.height() * scale
            x, y = (self.width() - wide) / 2, (self.height() - high) / 2
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(x, y, wide, high), self.image)
            painter.setClipRect(QRectF(x, y, wide, high))
            painter.setTransform(QTransform(scale, 0, 0, -scale, x, y + high))
            self.brush.draw(painter, self.overlay, self.desk.theme, (self.width(), self.height()))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._last = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._last is not None and event.buttons():
            move = event.position() - self._last
            shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            second = bool(event.buttons() & (Qt.MouseButton.RightButton | Qt.MouseButton.MiddleButton))
            self.dragged.emit(move.x(), move.y(), shifted or second)
        self._last = event.position()

    def mouseReleaseEvent(self, _: QMouseEvent) -> None:
        self._last = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.wheeled.emit(event.angleDelta().y() / 120)

    def resizeEvent(self, _: object) -> None:
        self.resized.emit()
