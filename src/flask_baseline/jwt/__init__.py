"""First-party identity: tokens that this service issues itself."""
