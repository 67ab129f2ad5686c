"""The four models of the UN R157 comparison as compiled functions, one a file: what is a risk, and how to answer it.

A model has RESPONSE, `judge(seen, rules)` and `equilibrium_gap_m(speed)`; the published tests of ../trials and the
planners beside call the same ones.
"""
