"""The camera: a pinhole behind a lens, and the noise chain from light to digits."""
