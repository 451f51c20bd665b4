"""Where tokens are remembered: in memory, in a SQL database, in Redis."""
