"""The databases of a run of tests: one for each worker, all equal to a template that has the tables."""
