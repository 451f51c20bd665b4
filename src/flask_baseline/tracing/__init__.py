"""Traces: a span for each request, and those of the libraries that it calls."""
