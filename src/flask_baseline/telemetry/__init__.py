"""What traces, metrics and logs share: who sends them, when, and how it ends."""
