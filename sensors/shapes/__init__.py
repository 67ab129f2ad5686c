"""Shapes of things, one a file; the file name is the kind.

Each file has `build(size, look, phase) -> Mesh`, `VARIETIES` (forms that `look` picks from) and `PHASES` (steps of
a turn of limbs or cranks; 1 where nothing moves).
"""
