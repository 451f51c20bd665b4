"""A dashboard for Grafana and rules for Prometheus, as files that an operator takes over."""
