"""Environments of foreign readers: each alone, kept between runs outside of the checkout.

What a reader installs must not touch the product's environment, nor another reader's (they disagree about
protobuf and numpy). `python tests/clients/environment.py` makes all of them, for a machine that is about to
lose its network.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import venv
from hashlib import blake2b
from pathlib import Path

CLIENTS: dict[str, tuple[str, ...]] = {
    "asam_qc": ("asam-qc-opendrive==1.0.0",),
    "carla": ("carla==0.9.16",),
    "crime": ("commonroad-crime==0.4.5",),  # its Polygon3 comes as source alone: wants a C compiler
    "netconvert": ("eclipse-sumo==1.28.0",),
    "foxglove": ("mcap==1.6.0", "mcap-protobuf-support==0.6.0", "numpy>=2.0"),
    "traffic": ("libsumo==1.28.0", "eclipse-sumo==1.28.0", "highway-env==1.12.1"),
    "scenic": ("scenic==3.1.1",),
}


def home() -> Path:
    """Return the folder of all client environments."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(cache) / "nearmiss-clients"


def python_of(name: str) -> Path:
    """Return the interpreter of the client's environment, made if it is not there yet."""
    wanted = "\n".join((sys.version, *CLIENTS[name]))
    folder = home() / f"{name}-{blake2b(wanted.encode(), digest_size=6).hexdigest()}"
    python, whole = folder / "bin" / "python", folder / "whole"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs may want it at once
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)
            venv.create(folder, with_pip=True)
            pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*pip, *CLIENTS[name]], check=True)
            whole.touch()
    return python


def run(name: str, script: Path, *arguments: str | Path) -> str:
    """Return what a script prints in the client's environment, where nothing of ours can be imported."""
    words = [str(a.resolve()) if isinstance(a, Path) else a for a in arguments]
    command = [str(python_of(name)), "-I", str(script), *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=300)
    if done.returncode != 0:
        raise AssertionError(f"{name}: {script.name} ended with {done.returncode}\n{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    for client in CLIENTS:
        print(f"{client}: {python_of(client)}", flush=True)
