"""Light, air, shadow, lamps and labels of a drawn scene; points and lines on it."""

import numpy as np
import pytest
from raster_world import box, corners, mount, plain, plain_raster, scene, street, weather

from roadnet.base.arrays import Array
from scenarios.model.recording import LAMP_BRAKE, LAMP_LEFT
from sensors.camera.model import ego_pose, view_of
from sensors.materials import Material, Semantic
from sensors.raster.light import illuminances, light_of
from sensors.raster.overlay import lines, splat
from sensors.raster.render import blank, draw, radiance_of
from sensors.raster.shade import DECAY, step
from sensors.raster.shadow import middle
from sensors.raster.surfaces import grain_tile
from sensors.raster.triangles import poses_at, triangles_of
from sensors.raster.view import View, look_at, pinhole
from sensors.scene import Scene

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def ahead(width: int = 160, height: int = 90) -> View:
    return pinhole(width, height, fov_rad=1.1, cam_T_map=look_at(np.array([0.0, 0.0, 1.4]), np.array([10.0, 0.0, 1.4])))


def test_labels_and_depth_equal_the_plain_rasteriser() -> None:
    world = street()
    seen = radiance_of(world, ahead())
    depth, who = plain_raster(*corners(triangles_of(world)), ahead())
    close = np.isclose(seen.depth, depth, rtol=1e-5)
    assert (~close).sum() <= 2  # a face left out because it is seen from behind, at its very edge
    same = seen.instance == np.maximum(who, 0)
    assert (same | close).all()
    assert same.mean() > 0.999
    thing = world.semantic[np.maximum(seen.instance - 1, 0)]
    np.testing.assert_array_equal(seen.semantic[seen.instance > 0], thing[seen.instance > 0])
    assert set(np.unique(seen.semantic[(seen.instance == 0) & (depth > 0)])) == {Semantic.ROAD}
    assert (seen.semantic[depth == 0] == Semantic.SKY).all()


def at_distance(distance_m: float, mor_m: float, material: int) -> tuple[float, float]:
    """Return (luminance of a target, luminance of the horizon beside it)."""
    target = box((0.5, 0.02 * distance_m, 0.02 * distance_m), material)
    world = scene([(target, (distance_m + 0.25, 0.0, 1.4 - 0.01 * distance_m, 0.0), 18)], mor_m=mor_m)
    view = pinhole(101, 101, fov_rad=0.05, cam_T_map=look_at(np.array([0.0, 0.0, 1.4]), np.array([10.0, 0.0, 1.4])))
    luminance = radiance_of(world, view).radiance @ LUMINANCE
    return float(luminance[50, 50]), float(luminance[50, 2])


def test_contrast_of_a_black_target_is_five_per_cent_at_the_optical_range(monkeypatch: pytest.MonkeyPatch) -> None:
    """Koschmieder: C = exp(-beta d), 5 % at MOR, and 22 % of the light at half of it is the target's: 78 % is air's."""
    black(monkeypatch)
    for mor_m in (60.0, 100.0, 400.0):
        target, horizon = at_distance(mor_m, mor_m, int(Material.TYRE))
        assert 1.0 - target / horizon == pytest.approx(0.05, abs=0.001)
        target, horizon = at_distance(0.5 * mor_m, mor_m, int(Material.TYRE))
        assert target / horizon == pytest.approx(1.0 - np.sqrt(0.05), abs=0.002)  # 77.6 %


def black(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every face be perfectly black, so that only the air sends light."""
    from sensors.raster import render

    table = render.face_table

    def dark(*args: object) -> Array:
        out = table(*args)  # type: ignore[arg-type]
        out[:] = 0.0
        return out

    monkeypatch.setattr(render, "face_table", dark)


def test_the_table_of_exp_is_exp() -> None:
    for x in [*np.linspace(0.0, 16.5, 3001), 1e9]:
        k, share = step(float(x))
        assert DECAY[k] + share * (DECAY[k + 1] - DECAY[k]) == pytest.approx(np.exp(-x), abs=3e-6)


def test_illuminance_splits_into_sun_and_sky() -> None:
    """Overcast and clear ends of the IES's curves; fog puts the sun out and changes no total."""
    lux, share, cloud = illuminances(weather(illuminance_lux=10_000.0))
    assert (lux, share, cloud) == (10_000.0, 0.0, 1.0)
    _, share, cloud = illuminances(weather(illuminance_lux=82_000.0, sun_elevation_rad=0.8))
    assert 0.78 < share < 0.9
    assert cloud < 0.2
    assert illuminances(weather(illuminance_lux=82_000.0, mor_m=50.0))[1] < 0.001
    assert illuminances(weather(sun_elevation_rad=-0.2, illuminance_lux=1.0))[1] == 0.0


def test_light_on_the_ground_sums_to_the_illuminance() -> None:
    for lux in (8_000.0, 30_000.0, 80_000.0):
        light = light_of(scene([], illuminance_lux=lux))
        total = light.sun_lux * light.to_sun[2] + light.sky_lux
        assert float(total @ LUMINANCE) == pytest.approx(lux, rel=0.02)


def test_extinction_is_ln_20_over_the_optical_range() -> None:
    assert light_of(scene([], mor_m=100.0)).extinction_1pm == pytest.approx(0.029957, rel=1e-4)


def test_rain_veils_as_the_sum_over_its_drops_says() -> None:
    """0.00156 /m at 10 mm/h (Mie over Marshall and Palmer's drops), on top of the haze."""
    wet, dry = (light_of(scene([], rain_mmph=r)).extinction_1pm for r in (10.0, 0.0))
    assert wet - dry == pytest.approx(0.00156, rel=0.02)


def test_a_thing_throws_its_shadow_away_from_the_sun() -> None:
    """A 2 m block under a sun at 45 degrees from the left shades 2 m of ground on its right, and none on its left."""
    conditions = {"illuminance_lux": 80_000.0, "sun_elevation_rad": np.pi / 4, "sun_azimuth_rad": np.pi / 2}
    block = [(box((2.0, 2.0, 2.0)), (10.0, 0.0, 0.0, 0.0), 18)]
    above = pinhole(400, 400, fov_rad=0.6, cam_T_map=look_at(np.array([10.0, 0.0, 30.0]), np.array([10.0, 0.001, 0.0])))
    lit = radiance_of(scene(block, **conditions), above).radiance @ LUMINANCE
    bare = radiance_of(scene([], **conditions), above).radiance @ LUMINANCE

    def ratio(y: float) -> float:
        px = above.cam_T_map[:3, :3] @ [10.0, y, 0.0] + above.cam_T_map[:3, 3]
        u, v = above.fx * px[0] / px[2] + above.cx, above.fy * px[1] / px[2] + above.cy
        return float(lit[int(v), int(u)] / bare[int(v), int(u)])

    assert ratio(-2.5) < 0.45
    assert ratio(-3.5) > 0.95
    assert ratio(3.0) > 0.9


def test_shadow_maps_lie_where_the_view_looks() -> None:
    """Ahead of a level view; where the axis of a view from above meets the ground; below one that looks down."""
    level = middle(ahead(), 50.0, 0.0)
    np.testing.assert_allclose(level, [21.0, 0.0, 0.0], atol=1e-9)
    eye = np.array([-40.0, 5.0, 40.0])
    above = pinhole(64, 64, fov_rad=1.0, cam_T_map=look_at(eye, np.array([0.0, 5.0, 0.0])))
    np.testing.assert_allclose(middle(above, 50.0, 0.0), [0.0, 5.0, 0.0], atol=1e-9)
    down = pinhole(64, 64, fov_rad=1.0, cam_T_map=look_at(eye, eye - [0.0, 0.0, 1.0]))
    np.testing.assert_allclose(middle(down, 50.0, 0.0), [-40.0, 5.0, 0.0], atol=1e-9)


def red(world: Scene) -> float:
    """Return the largest excess of red on the car."""
    seen = radiance_of(world, ahead(640, 360))
    return float((seen.radiance[..., 0] - seen.radiance[..., 1])[seen.instance == 1].max())


def test_lamps_shine_by_their_bits() -> None:
    assert red(street(lamps=LAMP_BRAKE)) > 3.0 * red(street())
    assert red(street(lamps=LAMP_LEFT)) > 2.0 * red(street())


def test_lamps_are_seen_at_night_and_headlamps_light_the_road() -> None:
    night = {"illuminance_lux": 2.0, "sun_elevation_rad": -0.4}
    lit = radiance_of(street(**night), ahead()).radiance @ LUMINANCE
    unlit = radiance_of(street(**night), ahead(), headlamps=False).radiance @ LUMINANCE
    assert lit[80, 80] > 5.0 * unlit[80, 80]
    assert lit[10, 80] == pytest.approx(unlit[10, 80])


def test_a_wet_road_is_darker_below_and_mirrors_far_away() -> None:
    down = pinhole(40, 40, fov_rad=0.3, cam_T_map=look_at(np.array([10.0, 0.0, 5.0]), np.array([10.0, 0.001, 0.0])))
    for view, row, low, high in ((down, 20, 0.5, 0.9), (ahead(), 47, 1.3, 9.0)):
        dry, wet = (
            radiance_of(scene([], illuminance_lux=9_000.0, water_film_mm=film), view).radiance @ LUMINANCE
            for film in (0.0, 1.0)
        )
        assert low < wet[row].mean() / dry[row].mean() < high


def test_removing_a_thing_changes_only_where_it_was_seen_or_shaded() -> None:
    """The other things' colours, grain and noise stay as they were: the pair differs where the scenes do."""
    full, less = radiance_of(street(), ahead()), radiance_of(street(without=1), ahead())
    differ = (full.radiance != less.radiance).any(-1)
    assert differ[full.instance == 2].mean() > 0.95
    assert differ.mean() < 2.5 * (full.instance == 2).mean()


@pytest.mark.parametrize("bands", [2, 5])
def test_bands_change_no_bit(bands: int) -> None:
    one, many = radiance_of(street(), ahead()), radiance_of(street(), ahead(), bands=bands)
    for name in ("radiance", "depth", "instance", "semantic"):
        np.testing.assert_array_equal(getattr(one, name), getattr(many, name))


def test_things_stand_where_they_are_at_mid_exposure() -> None:
    """Poses are linear in time, by the shorter turn."""
    world = scene([(box((1, 1, 1)), (10.0, 0.0, 0.0, 3.1), 18)], moved=(2.0, 1.0, 0.0, 0.2 - 2 * np.pi))
    np.testing.assert_allclose(poses_at(world, 0.5), [[11.0, 0.5, 0.0, 3.2]])
    np.testing.assert_allclose(poses_at(world, 0.0), world.pose_start)


def test_an_empty_world_draws() -> None:
    image = draw(scene([], ground=plain(1.0, 1.0, 2.0)), ahead())
    assert image.rgb.dtype == np.uint8
    assert (image.instance == 0).all()


def test_the_camera_view_looks_where_the_mount_does() -> None:
    world = scene([])
    view = view_of(mount(), ego_pose(world))
    np.testing.assert_allclose(view.centre, [0.0, 0.0, 1.4], atol=1e-12)
    np.testing.assert_allclose(view.cam_T_map @ [10.0, 0.0, 1.4, 1.0], [0.0, 0.0, 10.0, 1.0], atol=1e-12)


def test_points_are_hidden_by_what_stands_before_them() -> None:
    view = ahead()
    image = draw(scene([(box((1.0, 20.0, 20.0)), (10.0, 0.0, -5.0, 0.0), 18)]), view)
    before = image.rgb.copy()
    splat(image, view, np.array([[20.0, 0.0, 1.4]]), (255, 0, 0), size_px=3)
    np.testing.assert_array_equal(image.rgb, before)
    splat(image, view, np.array([[9.0, 0.0, 1.4]]), (255, 0, 0), size_px=3)
    assert ((image.rgb == (255, 0, 0)).all(-1)).sum() == 9
    assert image.depth[45, 80] == pytest.approx(9.0)
    splat(image, view, np.array([[9.4, 0.0, 1.4]]), (0, 255, 0), size_px=1)  # hidden by the nearer point
    assert not (image.rgb == (0, 255, 0)).all(-1).any()
    splat(image, view, np.array([[20.0, 0.0, 1.4]]), (0, 255, 0), size_px=1, over=True)
    assert (image.rgb == (0, 255, 0)).all(-1).sum() == 1


def test_lines_are_clipped_hidden_and_laid_over() -> None:
    view = ahead()
    image = blank(view, (10, 10, 10))
    lines(image, view, np.array([[[-50.0, 0.0, 1.0], [1e6, 0.0, 1.0]]]), (255, 255, 0))
    drawn = (image.rgb == (255, 255, 0)).all(-1)
    assert drawn[46:, 80].all()
    assert not drawn[:45].any()
    image = draw(scene([(box((1.0, 20.0, 20.0)), (10.0, 0.0, -5.0, 0.0), 18)]), view)
    lines(image, view, np.array([[[20.0, -3.0, 1.0], [20.0, 3.0, 1.0]]]), (255, 255, 0))
    assert not (image.rgb == (255, 255, 0)).all(-1).any()
    lines(image, view, np.array([[[20.0, -3.0, 1.0], [20.0, 3.0, 1.0]]]), (255, 255, 0), width_px=2, over=True)
    assert (image.rgb == (255, 255, 0)).all(-1).sum() > 40


def test_grain_is_bounded_centred_and_repeats() -> None:
    tile = grain_tile()
    assert abs(float(tile.mean())) < 0.01
    assert float(np.abs(tile).max()) <= 1.0
    step = np.abs(np.diff(tile, axis=0)).mean()
    assert np.abs(tile[0] - tile[-1]).mean() < 1.5 * step
