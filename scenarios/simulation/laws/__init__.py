"""Laws, one a file: how a driver wants to change speed, from what it sees.

A law file has DEFAULTS (name -> value, in the order of `values`), SEES (it looks at others and is steered;
else it runs on rails) and `law(now, values, memory)`, compiled with scenarios.simulation.signature.LAW:
now (NOW,) as in scenarios/simulation/layout.py, values (VALUES,), memory (MEMORY,) its own to write, zero at
the start. It returns the wanted acceleration, m/s2. A file with SEEKS = True is an adversary's
(scenarios/simulation/pursuit.py).
"""
