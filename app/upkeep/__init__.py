"""What keeps an installation safe from its own disk: backups that are proved by restoring them."""
