"""Paints a display list with Qt: shapes in plane coordinates under the painter's transform, text upright."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QImage, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from roadnet.base.arrays import Array
from viewer.draw.items import Item, Picture, Points, Polygons, Polylines, Text, in_order, one_way_round, row_bounds
from viewer.draw.theme import Theme

KEPT = 512  # lists
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


class Ragged:
    """A list's rows as paths; gives one path of those rows that a box touches."""

    def __init__(self, item: Polygons | Polylines) -> None:
        self.item = item
        self.low, self.high = row_bounds(item.points, item.start)
        closed = isinstance(item, Polygons)
        points = one_way_round(item.points, item.start) if closed else item.points
        ends = zip(item.start[:-1].tolist(), item.start[1:].tolist(), strict=True)
        self.rows = [path_of(points[a:b], np.array([0, b - a]), closed=closed) for a, b in ends]
        self._seen: tuple[bytes, QPainterPath] = (b"-", QPainterPath())

    def path(self, box: tuple[float, float, float, float]) -> QPainterPath:
        """Return the rows that touch x0, y0, x1, y1; kept while they stay the same."""
        x0, y0, x1, y1 = box
        keep = (self.low[:, 0] < x1) & (self.high[:, 0] > x0) & (self.low[:, 1] < y1) & (self.high[:, 1] > y0)
        key = keep.tobytes()
        if key != self._seen[0]:
            path = QPainterPath()
            path.setFillRule(Qt.FillRule.WindingFill)
            for i in np.flatnonzero(keep).tolist():
                path.addPath(self.rows[i])
            self._seen = key, path
        return self._seen[1]


class Brush:
    """Draws items; keeps the paths of lists that it has seen, so that a map is converted once."""

    def __init__(self) -> None:
        self._known: dict[int, Ragged] = {}
        self._box = (0.0, 0.0, 0.0, 0.0)

    def path(self, item: Polygons | Polylines) -> QPainterPath:
        """Return the rows in sight, converted before if the very same item was drawn before."""
        known = self._known.get(id(item))
        if known is None or known.item is not item:
            if len(self._known) > KEPT:
                self._known.clear()
            known = self._known[id(item)] = Ragged(item)
        return known.path(self._box)

    def draw(self, painter: QPainter, items: tuple[Item, ...], theme: Theme, size: tuple[int, int]) -> None:
        """Draw the items, lowest first; `size` is the device's width and height in pixels."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        transform = painter.combinedTransform()
        scale = float(np.hypot(transform.m11(), transform.m12()))
        self._box = box_in_sight(transform, size, margin_px=20.0)
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


def box_in_sight(
    transform: QTransform, size: tuple[int, int], *, margin_px: float
) -> tuple[float, float, float, float]:
    """Return x0, y0, x1, y1 of the plane that the device shows, with a margin."""
    inverse, good = transform.inverted()
    if not good:
        return -np.inf, -np.inf, np.inf, np.inf
    m = margin_px
    seen = inverse.mapRect(QRectF(-m, -m, size[0] + 2 * m, size[1] + 2 * m))
    return seen.left(), seen.top(), seen.right(), seen.bottom()


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
    x = np.floor(item.xy[:, 0] * transform.m11() + item.xy[:, 1] * transform.m21() + transform.dx()).astype(np.int64)
    y = np.floor(item.xy[:, 0] * transform.m12() + item.xy[:, 1] * transform.m22() + transform.dy()).astype(np.int64)
    rgb = item.rgb.astype(np.uint32)
    argb = np.uint32(0xFF000000) | rgb[:, 0] << 16 | rgb[:, 1] << 8 | rgb[:, 2]
    pixels = np.zeros(height * width, np.uint32)
    for dy in range(item.size_px):
        for dx in range(item.size_px):
            inside = (x >= -dx) & (x < width - dx) & (y >= -dy) & (y < height - dy)
            pixels[((y + dy) * width + x + dx)[inside]] = argb[inside]
    image = QImage(pixels.data, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied)
    painter.save()
    painter.resetTransform()
    painter.drawImage(0, 0, image)
    painter.restore()
