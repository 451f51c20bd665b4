"""The contract of an API as a file, and what a change of it means to clients."""
