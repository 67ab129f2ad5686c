"""The report and the pictures: the same numbers everywhere, hostile names harmless, the same bytes twice."""

import builtins
import json
import re
from dataclasses import replace
from html import unescape

import numpy as np
import pytest

from roadnet.base.errors import InputError
from scenarios.model.evidence import Observed
from scenarios.suite.index import open_suite
from viewer.cli import main
from viewer.commands import render
from viewer.commands.coverage import as_json, coverage_of
from viewer.draw.png import png_bytes
from viewer.draw.theme import DARK
from viewer.pictures import VIEWS, resampled
from viewer.report.build import report
from viewer.report.charts import interval_bar, ttc_histogram
from viewer.report.figures import TTC_EDGES_S, Worst, figures_json, figures_of, quoted
from viewer.report.page import POLICY, Card, Shot, embedded, page
from viewer.source import MapSource, SuiteSource, open_source

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


@pytest.fixture(scope="module")
def suite_path(tmp_path_factory):
    out = tmp_path_factory.mktemp("report") / "town"
    command = ["generate", str(out), "--hazard", "TC-05", "--hazard", "VR-02", "--count", "8", "--seed", "5"]
    assert main(command) == 0
    return out


@pytest.fixture(scope="module")
def source(suite_path):
    return SuiteSource(suite_path)


@pytest.fixture(scope="module")
def made(source):
    return report(source)


def embedded_figures(text):
    block = re.search(r'<script type="application/json" id="figures">(.*?)</script>', text, re.DOTALL)
    return json.loads(block[1])


def test_page_json_and_coverage_table_say_the_same_numbers(made, suite_path):
    text, figures = made
    with open_suite(suite_path) as suite:
        table = as_json(coverage_of(suite))
    inside = embedded_figures(text)
    assert inside == json.loads(json.dumps(figures_json(figures)))
    assert inside["coverage"] == json.loads(json.dumps(table))
    for leaf, row in table["cross"].items():
        for counts in row.values():
            measured = counts["observed"] + counts["not_observed"]
            if measured:
                assert f">{counts['observed']}/{measured}" in text, leaf
    for stream in table["streams"]:
        assert f"<td class=n>{stream['made']}</td><td class=n>{stream['observed']}</td>" in text


def test_counts_add_up(made):
    _, f = made
    assert f.made + f.failed == f.sealed <= f.planned
    assert f.observed + f.not_observed + f.not_measured == f.made
    assert sum(f.ttc_counts) + f.ttc_beyond + f.ttc_none == f.made
    assert sum(n for _, n in f.maps) == f.made


def test_the_worst_come_first_and_each_has_a_picture_and_a_command(made):
    text, f = made
    ranks = [("collision", "near miss", "conflict", "none").index(w.outcome) for w in f.worst]
    assert ranks == sorted(ranks)
    assert len(f.worst) == min(f.observed, 10)
    assert text.count('class="card"') == len(f.worst)
    for w in f.worst:
        assert f"<code>{w.command}</code>" in text
    assert text.count("data:image/png;base64,") >= len(f.worst)


def test_the_page_is_alone_in_the_world(made):
    text, _ = made
    assert f'content="{POLICY}"' in text
    assert POLICY.startswith("default-src 'none'")
    fetched = re.findall(r'(?:src|href)\s*=\s*"(?!data:)([^"]*)"', text)
    assert fetched == []
    assert not re.search(r"url\((?!#)", text)
    assert len(text.encode()) < 5_000_000


def test_hostile_names_stay_text(made, source):
    _, f = made
    coverage = replace(
        f.coverage,
        intended=(HOSTILE,),
        seen=(HOSTILE,),
        cross=np.ones((1, 1, len(Observed)), int),
        streams=tuple(replace(s, leaf=HOSTILE, stream=HOSTILE) for s in f.coverage.streams),
        no_place=((HOSTILE, HOSTILE, HOSTILE),),
        failed=((HOSTILE, 1),),
        untried=(HOSTILE,),
        taxonomy_digest=HOSTILE,
    )
    worst = Worst(
        index=1, leaf=HOSTILE, title=HOSTILE, map_name=HOSTILE, outcome=HOSTILE, min_ttc_s=None, severity_mps2=None,
        also=(HOSTILE,), command=HOSTILE,
    )  # fmt: skip
    bad = replace(
        f, name=HOSTILE, path=HOSTILE, made_by=HOSTILE, reported_by=HOSTILE, seed=HOSTILE, driver=HOSTILE,
        reproduce=HOSTILE, maps=((HOSTILE, 1),), worst=(worst,), coverage=coverage,
    )  # fmt: skip
    shot = Shot(png=b"", caption=HOSTILE)
    text = page(bad, [Card(worst=worst, shot=shot, lines=(HOSTILE,))], [shot])
    assert text.count("<script") == text.count("</script") == 1
    assert "<img src=x" not in text
    assert embedded_figures(text)["suite"] == HOSTILE
    assert HOSTILE in unescape(text)


def test_embedded_json_closes_no_element():
    text = embedded({"a": "</script><!--", "b": "\u2028&"})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"a": "</script><!--", "b": "\u2028&"}


def test_histogram_bars_grow_with_the_logarithm_of_the_count():
    text = ttc_histogram((0.0, 1.0, 2.0, 3.0, 4.0), (1, 10, 100, 0))
    tops = [float(m) for m in re.findall(r"M[\d.]+ [\d.]+L[\d.]+ [\d.]+L[\d.]+ ([\d.]+)L[\d.]+ [\d.]+Z", text)]
    assert len(tops) == 3
    assert tops[0] - tops[1] == pytest.approx(tops[1] - tops[2], abs=0.2)
    assert ttc_histogram(TTC_EDGES_S, (0,) * (len(TTC_EDGES_S) - 1)).startswith("<svg")
    assert "0.500" in interval_bar(0.1, 0.9, 0.5, 0.4)


def test_the_report_command_writes_the_page_and_prints_the_numbers(suite_path, tmp_path, capsys):
    out = tmp_path / "town.html"
    assert main(["report", str(suite_path), "--out", str(out), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == embedded_figures(out.read_text())
    assert main(["report", str(suite_path), "--out", str(tmp_path / "town.txt")]) == 3
    assert main(["report", str(tmp_path / "none"), "--out", str(out)]) == 3


@pytest.mark.parametrize(("text", "shell"), [("town", "town"), ("my town", "'my town'"), ("it's", "'it'\\''s'")])
def test_paths_are_quoted_for_a_shell(text, shell):
    assert quoted(text) == shell


def test_figures_of_the_same_suite_are_the_same(suite_path):
    with open_suite(suite_path) as a, open_suite(suite_path) as b:
        assert figures_json(figures_of(a)) == figures_json(figures_of(b))


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_a_picture_twice_is_the_same_bytes(source, view):
    episode = source.episode(source.first).ready()
    again = SuiteSource(source.suite.path).episode(source.first).ready()
    size = (480, 320)
    first, second = (png_bytes(VIEWS[view](e, e.critical_s, size, DARK)) for e in (episode, again))
    assert first == second


def test_render_writes_what_it_is_asked_for(suite_path, tmp_path):
    one, two = tmp_path / "a.png", tmp_path / "b.png"
    for out in (one, two):
        assert main(["render", f"{suite_path}/0", "--out", str(out), "--view", "bev", "--size", "320x200"]) == 0
    assert one.read_bytes() == two.read_bytes()
    assert main(["render", "crossing", "--out", str(tmp_path / "map.png"), "--size", "320x200"]) == 0
    light = tmp_path / "light.png"
    assert main(["render", "crossing", "--out", str(light), "--size", "320x200", "--theme", "light"]) == 0
    assert light.read_bytes() != (tmp_path / "map.png").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--out", "x.gif"], 3),
        (["--out", "x.png", "--at", "99"], 3),
        (["--out", "x.png", "--at", "-1"], 3),
        (["--out", "x.png", "--size", "12x9"], 2),
        (["--out", "x.png", "--view", "none"], 2),
        (["--out", "x.png", "--rig", "no_such_rig"], 3),
        (["--out", "x.mp4", "--speed", "0"], 3),
    ],
)
def test_render_refuses_in_one_line(suite_path, arguments, code, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["render", f"{suite_path}/0", *arguments]) == code
    if code == 3:
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_video_without_its_encoder_says_what_to_install(suite_path, tmp_path, monkeypatch, capsys):
    real = builtins.__import__

    def without_av(name, *args, **kwargs):
        if name == "av":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_av)
    assert main(["render", f"{suite_path}/0", "--out", str(tmp_path / "x.mp4"), "--view", "bev"]) == 3
    error = capsys.readouterr().err
    assert "nearmiss[video]" in error
    assert len(error.strip().splitlines()) == 1


def test_a_video_has_one_frame_a_twentieth_of_a_second(suite_path, tmp_path):
    av = pytest.importorskip("av", reason="the extra `video` is not installed")
    out = tmp_path / "x.mp4"
    common = ["--view", "bev", "--size", "320x200"]
    assert main(["render", f"{suite_path}/0", "--out", str(out), "--speed", "8", *common]) == 0
    with av.open(str(out)) as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    duration = open_source(f"{suite_path}/0").episode(0).duration_s
    assert len(pictures) == int(duration / (8 / render.FRAMES_PER_S)) + 1
    assert pictures[0].shape == (200, 320, 3)


def test_resampling_keeps_the_mean_and_a_flat_colour():
    rng = np.random.default_rng(1)
    rgb = rng.integers(0, 256, (31, 47, 3)).astype(np.uint8)
    small = resampled(resampled(rgb, 10, axis=0), 13, axis=1)
    assert small.shape == (10, 13, 3)
    assert small.mean() == pytest.approx(rgb.mean(), abs=1.0)
    flat = np.full((5, 7, 3), 93, np.uint8)
    assert (resampled(resampled(flat, 50, axis=0), 3, axis=1) == 93).all()


def test_sources_know_what_a_path_stands_for(suite_path, tmp_path):
    assert isinstance(open_source("crossing"), MapSource)
    assert len(open_source(suite_path).rows) == 8
    assert open_source(f"{suite_path}/3").first == 3
    (tmp_path / "empty").mkdir()
    for bad in (tmp_path / "empty", f"{suite_path}/99", "no_such_map", tmp_path / "no.mcap"):
        with pytest.raises(InputError):
            open_source(bad)
