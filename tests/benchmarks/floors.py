# SPDX-License-Identifier: GPL-2.0-only
"""How often does the reference cross the windows of each scenario: the rates behind the floors.

    python tests/benchmarks/floors.py [--write]

Not a test: it runs 2,000 executions of each scenario and strategy (some minutes), prints the rates
and writes `stress/scenarios/rates.py` if asked to. Which windows a scenario has a floor for stands
in that file and is kept. `tests/stress/scenarios/test_floors.py` measures some of it again.
"""

import sys
from collections import Counter
from pathlib import Path

from harness import Carriers, OsThreads
from harness.search.strategies import MIXED
from stress.executions import Target, run_index
from stress.scenarios import SCENARIOS, rates

FILE = Path(str(rates.__file__))
EXECUTIONS = 2000
SEED = 11


def measured(
    name: str, strategy: str, carriers: Carriers, executions: int, seed: int
) -> Counter[str]:
    """Return in how many executions of the reference each window was crossed."""
    crossed = Counter[str]()
    scenario = SCENARIOS[name]
    for index in range(executions):
        crossed.update(run_index(scenario, seed, index, strategy, Target(), carriers).windows)
    return crossed


def main() -> None:
    """Measure, and print or write."""
    head = FILE.read_text("utf-8").partition("RATES:")[0]
    lines = [f"{head}RATES: dict[str, dict[str, dict[str, float]]] = {{"]
    with OsThreads() as carriers:
        for name, scenario in SCENARIOS.items():
            counts = {
                strategy: measured(name, strategy, carriers, EXECUTIONS, SEED) for strategy in MIXED
            }
            lines.append(f'    "{name}": {{')
            for window in scenario.floors.rates:
                row = ", ".join(
                    f'"{strategy}": {100 * counts[strategy][window] / EXECUTIONS:.1f}'
                    for strategy in MIXED
                )
                lines.append(f'        "{window}": {{{row}}},')
            lines.append("    },")
    text = "\n".join([*lines, "}", ""])
    if "--write" in sys.argv:
        FILE.write_text(text, "utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
