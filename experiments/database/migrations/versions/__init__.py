"""One module a migration, the oldest first. Those that were released are never changed."""
