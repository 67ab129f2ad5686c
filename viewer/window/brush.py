"""Paints a display list with Qt: shapes in plane coordinates under the painter's transform, text upright."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QImage, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from roadnet.base.arrays import Array
from viewer.draw.items import Item, Picture, Points, Polygons, Polylines, Text, in_order
from viewer.draw.theme import Theme

ANCHORS = {"start": 0.0, "middle": 0.5, "end": 1.0}


def colour(theme: Theme, role: str, alpha: float = 1.0) -> QColor:
    """Return the role's colour."""
    out = QColor(*theme[role])
    out.setAlphaF(alpha)
    return out


def image_of(rgb: Array) -> QImage:
    """Return a QImage that owns its pixels, of (H, W, 3) or (H, W, 4) uint8."""
    pixels = np.ascontiguousarray(rgb)
    height, width, channels = pixels.shape
    layout = QImage.Format.Format_RGB888 if channels == 3 else QImage.Format.Format_RGBA8888
    return QImage(pixels.data, width, height, width * channels, layout).copy()


def path_of(points: Array, start: Array, *, closed: bool) -> QPainterPath:
    """Return one path of ragged rows."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    for a, b in zip(start[:-1].tolist(), start[1:].tolist(), strict=True):
        if b - a > 1:
            polygon = QPolygonF([QPointF(x, y) for x, y in points[a:b].tolist()])
            path.addPolygon(polygon)
            if closed:
                path.closeSubpath()
    return path


class Brush:
    """Draws items; keeps the paths of lists that it has seen, so that a map is converted once."""

    def __init__(self) -> None:
        self._paths: dict[int, tuple[Item, QPainterPath]] = {}

    def path(self, item: Polygons | Polylines) -> QPainterPath:
        """Return the item's path, from before if the very same item was drawn before."""
        kept = self._paths.get(id(item))
        if kept is not None and kept[0] is item:
            return kept[1]
        path = path_of(item.points, item.start, closed=isinstance(item, Polygons))
        if len(self._paths) > 512:
            self._paths.clear()
        self._paths[id(item)] = (item, path)
        return path

    def draw(self, painter: QPainter, items: tuple[Item, ...], theme: Theme, size: tuple[int, int]) -> None:
        """Draw the items, lowest first; `size` is the device's width and height in pixels."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        transform = painter.combinedTransform()
        scale = float(np.hypot(transform.m11(), transform.m12()))
        for item in in_order(items):
            if isinstance(item, Polygons):
                self._polygons(painter, item, theme)
            elif isinstance(item, Polylines):
                self._polylines(painter, item, theme, scale)
            elif isinstance(item, Text):
                draw_text(painter, item, theme, transform)
            elif isinstance(item, Points):
                draw_points(painter, item, transform, size)
            elif isinstance(item, Picture):
                x0, y0, x1, y1 = item.box
                painter.save()
                painter.resetTransform()
                corners = transform.mapRect(QRectF(x0, y0, x1 - x0, y1 - y0))
                painter.drawImage(corners, image_of(item.rgb))
                painter.restore()

    def _polygons(self, painter: QPainter, item: Polygons, theme: Theme) -> None:
        path = self.path(item)
        edge = QPen(Qt.PenStyle.NoPen)
        if item.edge_role:
            edge = QPen(colour(theme, item.edge_role, item.alpha), item.edge_px)
            edge.setCosmetic(True)
        painter.setPen(edge)
        painter.setBrush(QBrush(colour(theme, item.role, item.alpha)))
        painter.drawPath(path)
        if item.hatched:
            pattern = QBrush(colour(theme, item.edge_role or "muted", 0.8), Qt.BrushStyle.BDiagPattern)
            inverse, good = painter.combinedTransform().inverted()
            if good:  # the pattern stays the same on the screen at every zoom
                pattern.setTransform(QTransform(inverse.m11(), inverse.m12(), inverse.m21(), inverse.m22(), 0, 0))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(pattern)
            painter.drawPath(path)

    def _polylines(self, painter: QPainter, item: Polylines, theme: Theme, scale: float) -> None:
        width = max(item.width_px, item.width_m * scale)
        pen = QPen(colour(theme, item.role, item.alpha), width)
        pen.setCosmetic(True)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if item.dash:
            pen.setDashPattern(list(item.dash))
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self.path(item))


def font_of(size_px: float, *, bold: bool = False) -> QFont:
    """Return the interface's font in pixels."""
    font = QFont()
    font.setPixelSize(max(round(size_px), 6))
    font.setBold(bold)
    return font


def draw_text(painter: QPainter, item: Text, theme: Theme, transform: QTransform) -> None:
    """Draw one line of text upright, with a halo where asked for."""
    at = transform.map(QPointF(item.x, item.y))
    painter.save()
    painter.resetTransform()
    font = font_of(item.size_px + 1, bold=item.bold)
    painter.setFont(font)
    wide = painter.fontMetrics().horizontalAdvance(item.text)
    x = at.x() + item.offset_px[0] - ANCHORS[item.anchor] * wide
    y = at.y() - item.offset_px[1]
    if item.halo:
        path = QPainterPath()
        path.addText(QPointF(x, y), font, item.text)
        halo = QPen(colour(theme, "background", 0.85), 3.0)
        halo.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(path, halo)
    painter.setPen(colour(theme, item.role))
    painter.drawText(QPointF(x, y), item.text)
    painter.restore()


def draw_points(painter: QPainter, item: Points, transform: QTransform, size: tuple[int, int]) -> None:
    """Draw points as one transparent image the size of the device: never one shape a point."""
    width, height = size
    m = np.array([[transform.m11(), transform.m12()], [transform.m21(), transform.m22()]])
    px = np.floor(item.xy @ m + (transform.dx(), transform.dy())).astype(np.int64)
    pixels = np.zeros((height, width, 4), np.uint8)
    for dy in range(item.size_px):
        for dx in range(item.size_px):
            x, y = px[:, 0] + dx, px[:, 1] + dy
            inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
            pixels[y[inside], x[inside], :3] = item.rgb[inside]
            pixels[y[inside], x[inside], 3] = 255
    painter.save()
    painter.resetTransform()
    painter.drawImage(0, 0, image_of(pixels))
    painter.restore()
