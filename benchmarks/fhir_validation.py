"""FHIR bundles against HAPI FHIR's validator, which knows the profiles, invariants and code lists of R4.

    kg-builder export GRAPH -o bundles.ndjson
    python benchmarks/fhir_validation.py bundles.ndjson [--first 40]

Needs a JDK (17 or later) and Maven, which fetches the validator (about 60 jars) the first time.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from platformdirs import user_cache_path

HERE = Path(__file__).parent
VERSION = "7.6.1"
ARTIFACTS = ("structures-r4", "validation", "validation-resources-r4", "caching-caffeine")
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>kg_builder</groupId><artifactId>fhir-validation</artifactId><version>1</version><dependencies>
{}<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.13</version></dependency>
</dependencies></project>"""
DEPENDENCY = """<dependency>
<groupId>ca.uhn.hapi.fhir</groupId><artifactId>hapi-fhir-{}</artifactId><version>{}</version></dependency>
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundles", type=Path)
    parser.add_argument("--first", type=int, default=40, help="so many bundles of the file")
    arguments = parser.parse_args()
    command = ["java", "-Xmx1g", "-cp", f"{jars()}/*", str(HERE / "FhirValidation.java")]
    sys.exit(subprocess.run([*command, str(arguments.bundles), str(arguments.first)], check=False).returncode)


def jars() -> Path:
    """A folder with the validator, from Maven the first time."""
    folder = user_cache_path("kg_builder-tests") / f"hapi-fhir-{VERSION}"
    if not folder.is_dir():
        draft = folder.with_suffix(".part")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        pom = draft / "pom.xml"
        pom.write_text(POM.format("".join(DEPENDENCY.format(name, VERSION) for name in ARTIFACTS)))
        command = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={draft}"]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        draft.replace(folder)
    return folder


if __name__ == "__main__":
    main()
