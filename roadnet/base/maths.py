"""sin, cos, atan2, exp and log of our own: the same bits on every CPU, where libm's differ.

Made of multiply, add, divide and square root alone, which IEEE 754 rounds the same way everywhere, and exact
powers of two. Errors stay below 1e-15 relative to the larger of the result and one (measured; the tests hold
1e-14), for angles up to 1e5 rad. Scalars inside and outside kernels; the `*_all` forms take arrays.
"""

import math

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled

PI = math.pi
TWO_OVER_PI = 2.0 / math.pi
# pi/2 in three parts of 33 bits and a tail (Cody and Waite 1980), so that n * part is exact for n < 2^20
HALF_PI_A = float.fromhex("0x1.921fb544p+0")
HALF_PI_B = float.fromhex("0x1.0b4611a6p-34")
HALF_PI_C = float.fromhex("0x1.3198a2e037073p-69")
LN2_A = float.fromhex("0x1.62e42feep-1")  # ln 2 likewise
LN2_B = float.fromhex("0x1.a39ef35793c76p-33")
ONE_OVER_LN2 = 1.0 / math.log(2.0)
TAN_PI_8 = math.sqrt(2.0) - 1.0
# atan(t) / t in t^2 on |t| <= tan(pi/8): interpolated at the 12 Chebyshev nodes in extended precision
ATAN = (
    1.0, -0.3333333333333312, 0.1999999999994087, -0.14285714279248404, 0.11111110744778235, -0.090908968035459,
    0.07692045213446383, -0.06662950338045344, 0.05846867012219829, -0.05035050734136161, 0.03796394975246164,
    -0.017803993049352523,
)[::-1]  # fmt: skip
# Taylor, in u = r^2 at |r| <= pi/4 (log: u = t^2, t <= 0.172; exp: r <= ln(2)/2): what is left out is below 5e-17
SINE = tuple((-1) ** k / math.factorial(2 * k + 1) for k in range(7, 0, -1))
COSINE = tuple((-1) ** k / math.factorial(2 * k) for k in range(8, 0, -1))
EXP = tuple(1.0 / math.factorial(k) for k in range(14, -1, -1))
ARTANH = tuple(1.0 / k for k in range(23, 0, -2))
EXP_LARGEST, EXP_SMALLEST = 709.0, -708.0


@compiled
def polynomial(u: float, coefficients: tuple[float, ...]) -> float:
    """Return c[0] + c[1] u + c[2] u^2 + ... by Horner's rule; coefficients highest power first."""
    p = 0.0
    for c in coefficients:
        p = p * u + c
    return p


@compiled
def sincos(angle_rad: float) -> tuple[float, float]:
    """Return (sin, cos) of an angle in rad."""
    n = np.rint(angle_rad * TWO_OVER_PI)
    r = ((angle_rad - n * HALF_PI_A) - n * HALF_PI_B) - n * HALF_PI_C
    u = r * r
    s, c = r + r * u * polynomial(u, SINE), 1.0 + u * polynomial(u, COSINE)
    quadrant = np.int64(n) & 3
    if quadrant == 0:
        return s, c
    if quadrant == 1:
        return c, -s
    if quadrant == 2:
        return -s, -c
    return -c, s


@compiled
def sin(angle_rad: float) -> float:
    """Return the sine of an angle in rad."""
    return float(sincos(angle_rad)[0])


@compiled
def cos(angle_rad: float) -> float:
    """Return the cosine of an angle in rad."""
    return float(sincos(angle_rad)[1])


@compiled
def atan2(y: float, x: float) -> float:
    """Return the angle of (x, y) in [-pi, pi], rad; 0 at the origin."""
    ax, ay = abs(x), abs(y)
    large, small = max(ax, ay), min(ax, ay)
    if large == 0.0:
        return 0.0
    t, angle = small / large, 0.0
    if t > TAN_PI_8:
        t, angle = (t - 1.0) / (t + 1.0), 0.25 * PI
    angle += t * polynomial(t * t, ATAN)
    if ay > ax:
        angle = 0.5 * PI - angle
    if x < 0.0:
        angle = PI - angle
    return float(-angle if y < 0.0 else angle)


@compiled
def exp(x: float) -> float:
    """Return e to the power x; 0 below -708, infinity above 709."""
    if x > EXP_LARGEST:
        return np.inf
    if x < EXP_SMALLEST:
        return 0.0
    n = np.rint(x * ONE_OVER_LN2)
    r = (x - n * LN2_A) - n * LN2_B
    return math.ldexp(polynomial(r, EXP), int(n))


@compiled
def log(x: float) -> float:
    """Return the natural logarithm; minus infinity at 0, not a number below."""
    if x <= 0.0:
        return -np.inf if x == 0.0 else np.nan
    m, n = math.frexp(x)
    if m < 0.5 * math.sqrt(2.0):
        m, n = 2.0 * m, n - 1
    t = (m - 1.0) / (m + 1.0)
    return float((2.0 * t * polynomial(t * t, ARTANH) + n * LN2_B) + n * LN2_A)


@compiled
def _each_sincos(x: Array, s: Array, c: Array) -> None:
    for i in range(x.size):
        s[i], c[i] = sincos(x[i])


@compiled
def _each_atan2(y: Array, x: Array, out: Array) -> None:
    for i in range(x.size):
        out[i] = atan2(y[i], x[i])


@compiled
def _each_exp(x: Array, out: Array) -> None:
    for i in range(x.size):
        out[i] = exp(x[i])


@compiled
def _each_log(x: Array, out: Array) -> None:
    for i in range(x.size):
        out[i] = log(x[i])


def sincos_all(angle_rad: Array) -> tuple[Array, Array]:
    """Return (sin, cos) of an array of any shape, float64."""
    x = np.ascontiguousarray(angle_rad, np.float64)
    s, c = np.empty(x.size), np.empty(x.size)
    _each_sincos(x.ravel(), s, c)
    return s.reshape(x.shape), c.reshape(x.shape)


def atan2_all(y: Array, x: Array) -> Array:
    """Return the angle of each (x, y), rad; arrays that broadcast together."""
    y, x = np.broadcast_arrays(np.asarray(y, np.float64), np.asarray(x, np.float64))
    out = np.empty(x.size)
    _each_atan2(np.ascontiguousarray(y).ravel(), np.ascontiguousarray(x).ravel(), out)
    return out.reshape(x.shape)


def exp_all(x: Array) -> Array:
    """Return e to the power of each element."""
    x = np.ascontiguousarray(x, np.float64)
    out = np.empty(x.size)
    _each_exp(x.ravel(), out)
    return out.reshape(x.shape)


def log_all(x: Array) -> Array:
    """Return the natural logarithm of each element."""
    x = np.ascontiguousarray(x, np.float64)
    out = np.empty(x.size)
    _each_log(x.ravel(), out)
    return out.reshape(x.shape)
