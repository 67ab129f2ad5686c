"""A triangle rasteriser on the CPU: visibility, light, shadow; for the camera and for the viewer's 3-D view."""
