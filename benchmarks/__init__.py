"""What flask-baseline costs: ``python -m benchmarks``; docs/explanation/cost.md reads the result."""
