# SPDX-License-Identifier: GPL-2.0-only
"""How often does the reference cross the windows of each scenario: the rates behind the floors.

    python tests/benchmarks/floors.py [--write] [SCENARIO ...]

Not a test: it runs 2,000 executions of each scenario and strategy (some minutes), prints the rates
and writes `stress/scenarios/rates.py` if asked to. Of scenarios that are not named, if any are, the
rates stay as they stand there. Which windows a scenario has a floor for stands in that file and is
kept. `tests/stress/scenarios/test_floors.py` measures some of it again.
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
    named = [word for word in sys.argv[1:] if word != "--write"]
    head = FILE.read_text("utf-8").partition("RATES:")[0]
    lines = [f"{head}RATES: dict[str, dict[str, dict[str, float]]] = {{"]
    with OsThreads() as carriers:
        for name, scenario in SCENARIOS.items():
            rates_of = dict(scenario.floors.rates)
            if not named or name in named:
                for strategy in MIXED:
                    counts = measured(name, strategy, carriers, EXECUTIONS, SEED)
                    for window in rates_of:
                        new = 100 * counts[window] / EXECUTIONS
                        rates_of[window] = {**rates_of[window], strategy: new}
            lines.append(f'    "{name}": {{')
            for window, found in rates_of.items():
                row = ", ".join(f'"{strategy}": {found[strategy]:.1f}' for strategy in MIXED)
                lines.append(f'        "{window}": {{{row}}},')
            lines.append("    },")
    text = "\n".join([*lines, "}", ""])
    if "--write" in sys.argv:
        FILE.write_text(text, "utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
