"""Tests engines directly and behind `sfn-alias serve --upstream`, and compares the results with docs/engines.md.

    engines.py [--engine NAME] [--feature NAME] [--write]

Each feature must work, or fail with the error that limits.py states, and the page must be up to date. `--write` writes
the page instead. `--engine` and `--feature` (a part of a name) select what to test, without the page.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import endpoints
import page
import states  # noqa: F401  adds its features, in the order of the page
import versions  # noqa: F401
import executions  # noqa: F401
import failures  # noqa: F401
import verify
from botocore.exceptions import ClientError
from endpoints import Api, Difference
from features import BEHIND, DIRECTLY, FEATURES, Feature
from limits import LIMITS
from peers import Peer


def find_error(feature: Feature, api: Api) -> Exception | None:
    api.feature = feature.name
    try:
        feature.test(api)
    except Exception as error:
        return error
    return None


def summarize(error: Exception) -> str:
    """Returns the text of an error without the parts that differ between runs."""
    if isinstance(error, ClientError):
        return normalize(f"{error.response['Error']['Code']}: {error.response['Error']['Message']}")
    return normalize(error.summary if isinstance(error, Difference) else f"{type(error).__name__}: {error}")


def normalize(text: str) -> str:
    """
    >>> normalize("http://127.0.0.1:5000 arn:aws:states:us-east-1:123456789012:execution:orders:1")
    'http://127.0.0.1:PORT ARN:execution:orders:1'
    """
    if "<title>500 Internal Server Error</title>" in text:
        return "500: Internal Server Error"
    text = re.sub(r"\barn:aws:states:us-east-1:\d{12}:", "ARN:", text)
    return re.sub(r"\b127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)


def test_features(engine: Peer, way: str, api: Api, features: list[Feature]) -> tuple[page.Results, list[str]]:
    """Tests features, and returns the results and what differs from the known limits."""
    results, problems = {}, []
    for feature in features:
        if feature.only_behind and way == DIRECTLY:
            continue
        limit = LIMITS[engine.name, way].get(feature.name)
        begin = time.monotonic()
        error = find_error(feature, api)
        print(f"{engine.title} {way}, {feature.name}: {time.monotonic() - begin:.1f} s", flush=True)
        found, known = error and summarize(error), limit and limit.error
        if found != known:
            problems.append(f"{engine.title} {way}, {feature.name}: {error!r}\n  found {found}\n  known {known}")
        results[feature.name, engine.name, way] = limit.text if limit and found else found
    return results, problems


def test_engine(engine: Peer, features: list[Feature]) -> tuple[page.Results, list[str]]:
    """Tests features with an engine, directly and behind sfn-alias at the same time."""
    vectors = [feature for feature in features if feature.test is verify.vectors]
    others = [feature for feature in features if feature not in vectors]
    with (
        endpoints.start_engine(engine) as url,
        endpoints.start_server(["--upstream", url]) as server,
        ThreadPoolExecutor() as pool,
    ):
        direct = Api(url, url, engine, "direct")
        behind = Api(server.url, url, engine, "behind", server)
        tests = [(DIRECTLY, direct, others), (BEHIND, behind, others), (BEHIND, behind, vectors)]
        tests = [pool.submit(test_features, engine, *test) for test in tests]
        return merge(test.result() for test in tests)


def merge(tested: Iterable[tuple[page.Results, list[str]]]) -> tuple[page.Results, list[str]]:
    results, problems = {}, []
    for found, differences in tested:
        results.update(found)
        problems += differences
    return results, problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=[engine.name for engine in endpoints.ENGINES])
    parser.add_argument("--feature", default="")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    engines = [it for it in endpoints.ENGINES if arguments.engine in (None, it.name)]
    features = [feature for feature in FEATURES if arguments.feature in feature.name]
    with ThreadPoolExecutor() as pool:
        results, problems = merge(pool.map(lambda engine: test_engine(engine, features), engines))
    print(*problems, sep="\n", end="\n" if problems else "", file=sys.stderr)
    print(f"{len(results)} results of {len(features)} features, {len(problems)} differ from limits.py")
    if len(engines) == len(endpoints.ENGINES) and features == FEATURES:
        problems += page.write(results) if arguments.write else page.check(results)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
