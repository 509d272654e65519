"""The Snakemake workflow of the repository, on two cores: its results are those of a single run."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from batches import FIVE, batch, digests, folder_of

SNAKEFILE = Path(__file__).resolve().parents[2] / "workflow" / "Snakefile"


@pytest.mark.skipif(
    importlib.util.find_spec("snakemake") is None, reason="snakemake (extra: workflow) is not installed"
)
@pytest.mark.skipif(sys.platform == "win32", reason="the workflow is for POSIX shells")
@pytest.mark.timeout(300)
def test_the_workflow_gives_the_bytes_of_a_single_run(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", FIVE)
    batch(folder, tmp_path / "single")
    out = tmp_path / "out"
    command = [sys.executable, "-m", "snakemake", "--snakefile", SNAKEFILE, "--cores", "2", "--quiet", "all"]
    command += ["--directory", tmp_path, "--config", f"exports={folder}", f"out={out}", "shards=3"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {**os.environ, "PATH": path, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run(command, check=False, capture_output=True, text=True, encoding="utf-8", env=own)
    assert done.returncode == 0, done.stderr
    assert digests(out) == digests(tmp_path / "single")
