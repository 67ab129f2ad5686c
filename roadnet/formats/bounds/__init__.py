"""Lanes that a file gives by their bounds: from left and right polylines to roads with records.

Lanelet2 and CommonRoad give each lane by two polylines, SUMO by a centre line and a width. All become `Strip`s;
strips side by side become one road. `assemble` fits a smooth reference line between the outer bounds and writes
the bounds as piecewise cubics along it, so that such a map has exact poses and can be written as OpenDRIVE.
"""
