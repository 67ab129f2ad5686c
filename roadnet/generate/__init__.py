"""Procedural roads, one form a file: parameters with ranges, and an OpenDRIVE document of them.

A form writes OpenDRIVE and is then read by our own reader, so that what is generated can be exported.
"""
