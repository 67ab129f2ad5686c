"""Behaviours, one a file; the file name is the id. What a file declares: scenarios/hazards/behaviour.py."""
