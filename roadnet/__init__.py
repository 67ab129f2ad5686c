"""Where it happens: road networks as ragged arrays, and what can be asked of them.

import roadnet
net = roadnet.load("town.xodr")
pose = net.road_pose("12", s=30.0, t=-1.75)
"""
