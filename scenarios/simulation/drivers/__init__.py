"""Reference drivers, one a file: "would a good driver have avoided this?"

A driver file has TITLE, SOURCE and `class Driver`, an ordinary planner without required arguments. Files without
them are shared by drivers; models/ holds the four models of UN R157, trials/ their published tests.
"""
