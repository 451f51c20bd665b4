"""Requests and responses, checked and documented by the type hints of a view."""
