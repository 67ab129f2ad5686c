"""Reference drivers, one a file: "would a good driver have avoided this?"

A driver file has TITLE, SOURCE and `Driver`, an ordinary planner without required arguments. The four models of
the UN R157 comparison (cc, reg157, fsm, rss) also have RESPONSE and `judge(seen, rules)`, compiled; the published
tests in trials/ and the planners call the same two. Every other file of this folder is shared by drivers.
"""
