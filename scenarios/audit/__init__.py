"""Audits: how far simulated traffic is from recorded traffic."""
