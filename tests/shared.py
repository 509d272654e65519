"""Where the real exports and reference numbers lie; tests that need them skip visibly where they are absent."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"
CORPUS = SHARED / "corpus"
EXPORTS = CORPUS / "exports"
REFERENCE = SHARED / "reference"

needs_corpus = pytest.mark.skipif(not EXPORTS.is_dir(), reason="needs ../shared/corpus beside the checkout")
needs_reference = pytest.mark.skipif(not REFERENCE.is_dir(), reason="needs ../shared/reference beside the checkout")
