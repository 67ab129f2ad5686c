"""Panes, one a file: TITLE, PLACE ("left" | "centre" | "right" | "bottom"), ORDER, make(desk) -> QWidget."""
