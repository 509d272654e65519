"""Settings for all tests."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("ci", max_examples=60, deadline=None, derandomize=True, database=None)
settings.load_profile("ci")
