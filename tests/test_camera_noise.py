"""The noise chain against EMVA 1288's relations: photon transfer, SNR, saturation, fixed pattern, frozen keys."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadnet.base.arrays import Array
from sensors.camera.device import CameraDevice, load_camera, shipped_cameras
from sensors.camera.noise import (
    BLACK_LEVEL_SHARE,
    PATTERN_BITS,
    PHOTONS_PER_LUX_S_M2,
    Setting,
    developing,
    digitise,
    exposure_for,
    normals,
)

SHAPE = 200, 250
SETTING = Setting(time_s=0.001, gain=1.0, electrons_per_luminance=1.0, dn_per_electron=0.39)


def device(**sensor: float) -> CameraDevice:
    """Return a camera without fixed pattern, vignetting, blur or dark current, and sigma_d 2.5 e-."""
    make = load_camera("cmos")
    figures = {"dsnu_e": 0.0, "prnu": 0.0, "dark_e_per_s": 0.0, "read_noise_e": 2.5, "bits": 14, **sensor}
    return replace(
        make,
        sensor=replace(make.sensor, **figures),  # type: ignore[arg-type]
        lens=replace(make.lens, vignetting=0.0, psf_sigma_px=0.0),
    )


def flat(electrons: float, make: CameraDevice, *, key: int = 1, serial: int = 3, setting: Setting = SETTING) -> Array:
    """Return (H * W * 3,) digits less the black level of an evenly lit frame."""
    radiance = np.full((*SHAPE, 3), electrons / setting.electrons_per_luminance, np.float32)
    raw, _ = digitise(radiance, make, setting, focal_px=500.0, key=key, serial=serial)
    return raw.ravel() - BLACK_LEVEL_SHARE * (2**make.sensor.bits - 1)


def test_the_slope_of_photon_transfer_is_the_gain_within_a_hundredth() -> None:
    """sigma_y^2 = K^2 sigma_d^2 + 1/12 + K (mu_y - mu_dark)."""
    make = device()
    dark = flat(0.0, make)
    means, variances = [], []
    for i, electrons in enumerate(range(200, 5001, 400)):
        a, b = flat(electrons, make, key=2 * i), flat(electrons, make, key=2 * i + 1)
        means.append(a.mean() - dark.mean())
        variances.append((a - b).var() / 2)
    slope, offset = np.polyfit(means, variances, 1)
    assert slope == pytest.approx(0.39, rel=0.01)
    assert offset == pytest.approx(0.39**2 * 2.5**2 + 1 / 12, abs=2.5)


@pytest.mark.parametrize(("electrons", "decibel"), [(100.0, 19.7), (1000.0, 30.0), (10_000.0, 40.0)])
def test_signal_to_noise_ratio(electrons: float, decibel: float) -> None:
    """SNR = mu_e / sqrt(mu_e + sigma_d^2 + 1 / (12 K^2))."""
    y = flat(electrons, device(full_well_e=20_000.0))
    assert 20 * np.log10(y.mean() / y.std()) == pytest.approx(decibel, abs=0.06)


def test_dark_noise_is_the_read_noise() -> None:
    y = flat(0.0, device())
    assert y.mean() / 0.39 == pytest.approx(0.0, abs=0.05)
    assert y.std() == pytest.approx(np.sqrt(0.39**2 * 2.5**2 + 1 / 12), rel=0.01)


@pytest.mark.parametrize("electrons", [4.0, 20.0, 200.0])
def test_noise_has_the_skew_of_poisson(electrons: float) -> None:
    """The third central moment of a Poisson count is its mean; read noise, symmetric, adds none."""
    y = np.concatenate([flat(electrons, device(), key=k) for k in range(8)]) / 0.39
    moment = ((y - y.mean()) ** 3).mean()
    error = np.sqrt(15.0 * y.var() ** 3 / len(y))
    assert moment == pytest.approx(electrons, rel=0.1, abs=4 * error)


def test_a_pixel_saturates_at_its_full_well() -> None:
    make = device(full_well_e=10_500.0)
    assert flat(10_000.0, make).std() > 20.0
    y = flat(30_000.0, make)
    assert y.std() == 0.0
    assert y[0] == pytest.approx(10_500 * 0.39, abs=1.0)


def test_the_converter_clips_at_its_last_code() -> None:
    make = device(bits=12)
    raw = flat(20_000.0, make, setting=replace(SETTING, dn_per_electron=1.0)) + BLACK_LEVEL_SHARE * 4095
    assert raw.max() == pytest.approx(4095.0)
    assert raw.min() == pytest.approx(4095.0)


def test_fixed_pattern_belongs_to_the_copy_and_not_to_the_frame() -> None:
    make = device(prnu=0.02, dsnu_e=3.0)

    def mean_frame(serial: int, first: int) -> Array:
        return np.mean([flat(5000.0, make, key=first + k, serial=serial) for k in range(40)], 0)

    a, b, other = mean_frame(3, 0), mean_frame(3, 100), mean_frame(4, 200)
    assert np.corrcoef(a, b)[0, 1] > 0.95
    assert abs(np.corrcoef(a, other)[0, 1]) < 0.02
    assert a.std() / a.mean() == pytest.approx(np.hypot(0.02, 3.0 / 5000.0), rel=0.05)


def test_one_key_is_one_noise_and_two_keys_are_two() -> None:
    make = load_camera("cmos")
    first, again, other = (flat(1000.0, make, key=k) for k in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert abs(np.corrcoef(first - flat(1000.0, make, key=9), other - flat(1000.0, make, key=8))[0, 1]) < 0.02


def test_noise_of_a_pair_differs_only_where_the_light_does() -> None:
    """A brighter patch changes its own pixels, those the lens blurs it into, and none besides."""
    make = load_camera("cmos")
    radiance = np.full((60, 80, 3), 500.0, np.float32)
    brighter = radiance.copy()
    brighter[20:30, 40:50] = 900.0
    one, two = (digitise(r, make, SETTING, focal_px=500.0, key=1, serial=1)[0] for r in (radiance, brighter))
    rows, cols, _ = np.nonzero(one != two)
    assert (rows.min(), rows.max(), cols.min(), cols.max()) == (19, 30, 39, 50)


def test_blur_keeps_the_light_and_spreads_it_by_its_variance() -> None:
    make = device(read_noise_e=0.0)
    make = replace(make, lens=replace(make.lens, psf_sigma_px=0.5))
    radiance = np.zeros((41, 41, 3), np.float32)
    radiance[20, 20] = 1e5
    big = replace(make, sensor=replace(make.sensor, full_well_e=1e6))
    raw, _ = digitise(radiance, big, replace(SETTING, dn_per_electron=0.1), focal_px=500.0, key=1, serial=1)
    y = raw[..., 1] - BLACK_LEVEL_SHARE * 16383
    y[np.abs(y) < 1.0] = 0.0
    assert y.sum() == pytest.approx(1e4, rel=0.02)
    columns = np.arange(41) - 20
    assert (y.sum(0) * columns**2).sum() / y.sum() == pytest.approx(0.25, rel=0.03)


def test_vignetting_follows_its_share_of_cos_to_the_fourth() -> None:
    make = device()
    make = replace(make, lens=replace(make.lens, vignetting=0.5))
    radiance = np.full((200, 400, 3), 4000.0, np.float32)
    raw, _ = digitise(radiance, make, SETTING, focal_px=200.0, key=1, serial=1)
    y = raw[..., 0] - BLACK_LEVEL_SHARE * 16383
    centre, edge = y[90:110, 190:210].mean(), y[90:110, :4].mean()
    cos4 = 1.0 / (1.0 + (198.0 / 200.0) ** 2) ** 2
    assert edge / centre == pytest.approx(1.0 - 0.5 * (1.0 - cos4), rel=0.01)


def test_photons_of_a_lux_second() -> None:
    """4.09e15 photons of 555 nm a lux, second and square metre."""
    assert pytest.approx(4.09e15, rel=0.001) == PHOTONS_PER_LUX_S_M2


@pytest.mark.parametrize("name", shipped_cameras())
def test_exposure_brings_grey_to_its_share_until_the_light_fails(name: str) -> None:
    make = load_camera(name)
    for lux in (100_000.0, 20_000.0, 2_000.0):
        s = exposure_for(make, lux)
        assert s.grey_electrons * lux == pytest.approx(make.exposure.grey_share * make.sensor.full_well_e, rel=1e-6)
    dark = exposure_for(make, 0.001)
    assert dark.time_s == pytest.approx(make.exposure.longest_ms * 1e-3)
    assert dark.gain == make.exposure.gain_most
    assert exposure_for(make, 20.0, longest_s=0.004).time_s == pytest.approx(0.004)


def test_dynamic_range_of_the_shipped_sensor() -> None:
    """20 log10(10500 / 2.3) = 73.2 dB."""
    sensor = load_camera("cmos").sensor
    assert 20 * np.log10(sensor.full_well_e / sensor.read_noise_e) == pytest.approx(73.2, abs=0.05)


def test_tables_of_normal_numbers_are_normal() -> None:
    for bits in (PATTERN_BITS, 16):
        z = normals(bits).astype(float)
        assert z.mean() == pytest.approx(0.0, abs=1e-6)
        assert z.var() == pytest.approx(1.0, abs=1e-5)
    assert (normals(16) ** 4).mean() == pytest.approx(3.0, abs=0.01)


@given(st.integers(8, 14), st.floats(0.05, 0.3))
@settings(max_examples=20, deadline=None)
def test_the_tone_curve_rises(bits: int, grey_share: float) -> None:
    curve = developing(bits, grey_share).astype(int)
    assert (np.diff(curve) >= 0).all()
    assert curve[0] == 0
    assert curve[-1] > 200
