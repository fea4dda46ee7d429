"""The one list of what the application is made of: models, permissions, blueprints, commands and jobs."""

from app.core.requests import Application


def register_features(app: Application) -> None:
    """Open every feature's pages, API and commands."""
    from app.audit.cli import trail

    app.cli.add_command(trail)
