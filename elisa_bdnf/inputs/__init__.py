"""Bytes of a user's file → text, rows, sheets or TOML with positions, under limits; shared by all that read files."""
