"""Metrics of requests, of the process, of the app's own instruments, and of our own health."""
