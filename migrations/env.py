"""Runs the migrations on the connection that app.core.migrating hands over, inside its transaction."""

from alembic import context

# No target metadata: its naming convention would rename the constraints that the migrations name themselves.
context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
