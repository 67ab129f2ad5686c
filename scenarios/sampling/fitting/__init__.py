"""Fitting: what recorded traffic says about drivers, as distributions that the product can draw from."""
