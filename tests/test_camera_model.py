"""The camera: shapes, keys, devices, distortion, and exact channels beside the picture."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raster_world import mount, scene, street

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.base.shipped import data_path
from sensors.camera.device import load_camera, shipped_cameras
from sensors.camera.lens import distort, undistort
from sensors.camera.model import ego_pose, expose, look, view_of
from sensors.materials import Semantic
from sensors.raster.render import radiance_of


def frame(*, key: int = 5, **changes: object) -> tuple[Array, Array, Array, Array]:
    return expose(street(), mount(**changes), 0, 20_000_000, key)  # type: ignore[arg-type]


def test_channels_have_the_shapes_and_types_of_the_packet() -> None:
    rgb, depth, instance, semantic = frame()
    assert [(a.shape, a.dtype.str) for a in (rgb, depth, instance, semantic)] == [
        ((180, 320, 3), "|u1"),
        ((180, 320), "<f4"),
        ((180, 320), "<i4"),
        ((180, 320), "|u1"),
    ]
    assert (instance[depth == 0] == 0).all()
    assert set(np.unique(semantic)) >= {Semantic.SKY, Semantic.ROAD, Semantic.CAR, Semantic.PEDESTRIAN}


def test_the_same_key_gives_the_same_bytes_and_another_only_other_noise() -> None:
    one, again, other = frame(), frame(), frame(key=6)
    for a, b in zip(one, again, strict=True):
        assert a.tobytes() == b.tobytes()
    assert (one[0] != other[0]).any()
    for a, b in zip(one[1:], other[1:], strict=True):
        assert a.tobytes() == b.tobytes()
    assert abs(one[0].astype(int) - other[0]).mean() < 6.0


def test_a_pair_of_scenes_differs_only_where_the_removed_thing_was_or_was_felt() -> None:
    """Exposure is by the light, noise by the pixel: a picture without the van is the same picture elsewhere."""
    with_van, without = (expose(street(without=w), mount(), 0, 20_000_000, 5) for w in (None, 1))
    light_with, light_without = (look(street(without=w), mount()) for w in (None, 1))
    differs = (light_with.radiance != light_without.radiance).any(-1)
    near = differs.copy()
    for axis in (0, 1):
        near |= np.roll(near, 1, axis) | np.roll(near, -1, axis)  # one pixel of lens blur
    assert not (with_van[0] != without[0]).any(-1)[~near].any()
    assert differs.any()


def test_grey_keeps_its_tone_over_a_hundredfold_of_light() -> None:
    tones = [
        expose(scene([], illuminance_lux=lux), mount(), 0, 20_000_000, 1)[0][150:].mean() for lux in (900.0, 9_000.0)
    ]
    assert tones[0] == pytest.approx(tones[1], abs=4.0)


def test_night_is_noisier_than_day() -> None:
    def noise(**conditions: float) -> float:
        a, b = (expose(street(**conditions), mount(), 0, 20_000_000, k)[0][:40].astype(float) for k in (1, 2))
        return float((a - b).std())

    assert noise(illuminance_lux=3.0, sun_elevation_rad=-0.4) > 3.0 * noise()


def test_fog_hides_what_is_far_and_leaves_truth_alone() -> None:
    clear, fog = (expose(street(mor_m=m), mount(), 0, 20_000_000, 1) for m in (20_000.0, 50.0))
    for a, b in zip(clear[1:], fog[1:], strict=True):
        np.testing.assert_array_equal(a, b)
    far = clear[1] > 60.0
    assert fog[0][far].std() < 0.35 * clear[0][far].std()


@pytest.mark.parametrize(
    ("coefficients", "want"),
    [
        ((0.1, 0.0, 0.0, 0.0, 0.0), (0.5 * 1.029, 0.2 * 1.029)),
        ((0.0, 0.0, 0.0, 0.1, 0.0), (0.5 + 0.1 * (0.29 + 0.5), 0.2 + 0.2 * 0.1)),
        ((0.0, 0.0, 0.1, 0.0, 0.0), (0.5 + 0.2 * 0.1, 0.2 + 0.1 * (0.29 + 0.08))),
        ((0.0, 0.1, 0.0, 0.0, 0.1), (0.5 * (1 + 0.1 * 0.0841 + 0.1 * 0.024389), 0.2 * (1 + 0.00841 + 0.0024389))),
    ],
)
def test_distortion_of_one_point_by_hand(coefficients: tuple[float, ...], want: tuple[float, float]) -> None:
    """x = 0.5, y = 0.2: r2 = 0.29, x y = 0.1."""
    np.testing.assert_allclose(distort(np.array([0.5, 0.2]), coefficients), want, rtol=1e-12)  # type: ignore[arg-type]


coefficient = st.floats(-0.15, 0.15)


@given(st.tuples(coefficient, st.floats(-0.03, 0.03), st.floats(-0.005, 0.005), st.floats(-0.005, 0.005), st.just(0.0)))
@settings(max_examples=50, deadline=None)
def test_undistort_inverts_distort(coefficients: tuple[float, float, float, float, float]) -> None:
    xy = np.stack(np.meshgrid(np.linspace(-0.9, 0.9, 9), np.linspace(-0.5, 0.5, 7)), -1)
    np.testing.assert_allclose(undistort(distort(xy, coefficients), coefficients), xy, atol=1e-6)


def test_distortion_moves_a_point_to_where_the_model_says() -> None:
    """The middle of a thing lies where Brown and Conrady's formula puts it."""
    bent, world = mount("industrial_wide", 640, 360, fov_rad=1.5), street()
    view = view_of(bent, ego_pose(world))
    plain, out = radiance_of(world, view), look(world, bent)
    for thing in (3, 4, 6):
        rows, cols = np.nonzero(plain.instance == thing)
        centre = (np.array([cols.mean(), rows.mean()]) + 0.5 - [view.cx, view.cy]) / view.fx
        want = distort(centre, bent.device.lens.brown_conrady) * view.fx + [view.cx, view.cy]
        rows, cols = np.nonzero(out.instance == thing)
        np.testing.assert_allclose([cols.mean() + 0.5, rows.mean() + 0.5], want, atol=2.5)
    assert out.radiance.shape == (360, 640, 3)
    assert np.isfinite(out.radiance).all()


def test_every_shipped_camera_loads_and_names_its_sources() -> None:
    assert shipped_cameras() == ("cmos", "cmos_binned", "industrial_wide")
    for name in shipped_cameras():
        device = load_camera(name)
        for part in (device.lens, device.sensor, device.exposure):
            assert len(part.source) > 20


def test_an_unknown_camera_is_one_line_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match=r"did you mean 'cmos'"):
        load_camera("cmoss")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("full_well_e", "full_wel_e", "did you mean 'full_well_e'"),
        ("prnu = 0.01", "prnu = 2.0", "prnu: got 2.0, want"),
        ("bits = 12", "bits = 12.5", "bits: got 12.5"),
    ],
)
def test_a_wrong_camera_file_says_where(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = data_path("rigs", "cameras", "cmos.toml").read_text()
    file = tmp_path / "mine.toml"
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(InputError, match=message):
        load_camera(str(file))
