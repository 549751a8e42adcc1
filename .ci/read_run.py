"""Reads a run folder as people outside of Rust do: latency.hlog with PyPI hdrhistogram, junit.xml with junitparser.

    pip install hdrhistogram junitparser
    python .ci/read_run.py RUN          (CI does, with the record of its smoke surge)

Ends with 1 where a percentile or a count differs from run.json. The percentiles are taken from the counts that the
library has decoded, at rank ceil(q * n), as the Java and Rust libraries define them. The Python library's own function
rounds q * n to the nearest rank instead, so it may answer with the value one rank lower; how often it does is printed,
and each such answer is checked to be exactly the value at its rounded rank.
"""

import json
import math
import pathlib
import sys

from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader
from junitparser import JUnitXml

PERCENTILES = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p999": 99.9}


def sums(path):
    """The log's histograms by tag, all seconds added up."""
    by_tag = {}
    reader = HistogramLogReader(str(path), HdrHistogram(1, 3_600_000_000, 3))
    while (histogram := reader.get_next_interval_histogram()) is not None:
        tag = histogram.get_tag()
        if tag not in by_tag:
            by_tag[tag] = HdrHistogram(1, 3_600_000_000, 3)
        by_tag[tag].add(histogram)
    return by_tag


def value_at_rank(histogram, rank):
    """The highest value equivalent to the one that has this rank among all recorded, from 1."""
    seen = 0
    for item in histogram.get_recorded_iterator():
        seen += item.count_added_in_this_iter_step
        if seen >= rank:
            return histogram.get_highest_equivalent_value(item.value_iterated_to)
    raise ValueError("a rank over the count")


def differences(record, by_tag, rounded):
    for step, kinds in record["latency"].items():
        for kind, said in kinds.items():
            tag = f"{step}.{kind.removesuffix('_us')}"
            found = by_tag.get(tag)
            if (found.get_total_count() if found else 0) != said["count"]:
                yield f"{tag}: count is {found and found.get_total_count()}, run.json says {said['count']}"
                continue
            for key, percentile in PERCENTILES.items() if found else ():
                share = percentile / 100 * said["count"]
                value = value_at_rank(found, max(1, math.ceil(share)))
                if value != said[key]:
                    yield f"{tag}: {key} is {value}, run.json says {said[key]}"
                own = found.get_value_at_percentile(percentile)
                if own != value:
                    rounded.append(tag)
                    if own != value_at_rank(found, max(1, int(share + 0.5))):
                        yield f"{tag}: {key} by the library is {own}, which rounding does not explain"


def main(folder):
    record = json.loads((folder / "run.json").read_text())
    by_tag = sums(folder / "latency.hlog")
    rounded = []
    wrong = list(differences(record, by_tag, rounded))
    suites = JUnitXml.fromfile(str(folder / "junit.xml"))
    cases = sum(len(list(suite)) for suite in suites)
    failed = sum(suite.failures for suite in suites)
    print(f"{len(by_tag)} histograms, {len(wrong)} differences, {len(rounded)} by rounded rank; {cases} test cases, {failed} failed")
    print("\n".join(wrong))
    return 1 if wrong or cases == 0 else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
