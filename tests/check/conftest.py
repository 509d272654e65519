from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def no_github_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests may themselves run in GitHub Actions, where the format is chosen by the environment."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
