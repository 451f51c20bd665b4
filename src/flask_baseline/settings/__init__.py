"""Settings: where they come from, what they mean, and every mistake in them at once."""
