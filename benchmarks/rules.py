"""CPU time of all rules on one plate, and of each: python benchmarks/rules.py [--rounds N] [EXPORT].

Best of many rounds, by ``time.process_time``, beside the analysis of the same plate. The share of a rule is what is
saved by leaving it out of the registry; the engine's is what no rule accounts for.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from elisa_bdnf import protocols, qc, workflow
from elisa_bdnf.model.result import Analysis
from elisa_bdnf.qc import engine
from elisa_bdnf.qc.subjects import SERIES, subjects
from elisa_bdnf.workflow import RunRequest

DEMO = Path(__file__).resolve().parents[1] / "fixtures" / "demo"
LIMIT_MS = 3.0  # all rules on one plate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("export", nargs="?", type=Path, default=DEMO / "bdnf-plate.txt")
    parser.add_argument("--samples", type=Path, default=DEMO / "samples.csv")
    parser.add_argument("--protocol", default="human-infusion-plasma")
    parser.add_argument("--rounds", type=int, default=300)
    asked = parser.parse_args()
    request = RunRequest(asked.protocol, samples=asked.samples if asked.samples.exists() else None)
    protocol = protocols.load_protocol(asked.protocol, qc.schemas())
    analysis = workflow.run(asked.export, request, protocol).results[0].analysis
    whole = best(lambda: qc.judge(analysis), asked.rounds)
    print(f"all {len(qc.RULES)} rules, with what follows from them: {whole:.3f} ms (limit {LIMIT_MS:g} ms)")
    shares = sorted(((one(rule, analysis, asked.rounds), rule) for rule in qc.RULES), reverse=True)
    for share, rule in shares:
        print(f"  {rule:<8} {share:7.4f} ms")
    print(f"  the rest {whole - sum(share for share, _ in shares):7.4f} ms: subjects, findings and what they withhold")


def one(name: str, analysis: Analysis, rounds: int) -> float:
    """A rule on its subjects, as the engine asks it."""
    rule = qc.RULES[name]
    settings = analysis.protocol.qc.rules.get(name, engine.AS_SHIPPED)
    if rule.subject == SERIES or not settings.enabled:
        return 0.0
    values = {key: settings.values.get(key, default) for key, default in rule.settings.items()}
    own = tuple(subjects(analysis, rule.subject))
    return best(lambda: [list(rule.function(subject, **values)) for subject in own], rounds)


def best(work: Callable[[], object], rounds: int) -> float:
    """Milliseconds of the fastest round."""
    fastest = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        work()
        fastest = min(fastest, time.process_time() - start)
    return 1000 * fastest


if __name__ == "__main__":
    main()
