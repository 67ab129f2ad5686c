"""Criticality measures, one a file: a value over time, a mask, a unit and which way is worse."""
