"""Alembic runs this file. The database, its settings and the models are those of the app."""

from flask_baseline.database.migrations import run

# It takes the options of alembic.context.configure, such as include_object.
run()
