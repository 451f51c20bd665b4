"""Liveness and readiness probes, answered at the edge."""
